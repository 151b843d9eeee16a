import type { Hello } from '@riposte/contract'
import { agentProtocol } from '@riposte/contract'
import type { Database, Row } from '../../platform/db/database.ts'
import type { DeviceActor } from '../../platform/device-link.ts'
import { storable } from '../../platform/http/storable.ts'
import { holdDevice } from './hold-device.ts'
import { judgeHello, needsChallenge } from './judge-hello.ts'
import { serverGoneS } from './presence.ts'
import type { Goodbye, Link } from './session.ts'
import type { Slots } from './slots.ts'

interface IdentityRow extends Row {
  state: 'active' | 'held' | 'retired'
  hello_count: number
  hello_confirmed: number
  last_run_id: string | null
  last_machine_id: string | null
  elsewhere: string | null
}

export type HelloAnswer =
  | { readonly is: 'welcome'; readonly hello: number; readonly moved: boolean }
  | { readonly is: 'refused'; readonly goodbye: Goodbye }

interface HelloParts {
  readonly db: Database
  readonly serverId: string
  /** Run of another live connection of that device, on this or the named other server; null when none answers. */
  readonly otherAlive: (deviceId: string, elsewhere: string | null) => Promise<string | null>
  /** Lets a few of many at the database at once. */
  readonly slots: Slots
}

const mostTries = 5

/** Writes down who connected, unless two hosts hold that identity. */
export async function takeHello(
  parts: HelloParts,
  device: DeviceActor,
  hello: Hello,
  link: { by: Link['by']; clockSkewMs: number },
): Promise<HelloAnswer> {
  const refusal = refuseProtocol(hello.protocol ?? 1)
  if (refusal) return refused(refusal)
  const query = <R extends Row>(text: string, values: readonly unknown[]) =>
    parts.slots.run(() => parts.db.query<R>(text, values))
  for (let tries = 0; tries < mostTries; tries += 1) {
    const [row] = await query<IdentityRow>(
      `select state, hello_count, hello_confirmed, last_run_id, last_machine_id,
              (select s.id from server s where s.id = d.connected_server and s.id <> $2 and s.seen_at > now() - make_interval(secs => $3)) as elsewhere
       from device d where id = $1`,
      [device.deviceId, parts.serverId, serverGoneS],
    )
    const ended = endedBy(row?.state)
    if (!row || ended) return refused(ended ?? endings.retired)
    const known = { runId: row.last_run_id, machineId: row.last_machine_id, confirmedHello: row.hello_confirmed }
    const stated = { runId: hello.runId, machineId: storable(hello.facts.machineId), lastHello: hello.lastHello }
    const other = needsChallenge(known, stated) ? await parts.otherAlive(device.deviceId, row.elsewhere) : null
    const judgement = judgeHello(known, stated, other)
    if (judgement.is === 'two_hosts') {
      await holdDevice(parts.db, device, judgement.why)
      return refused(endings.held)
    }
    const number = Math.max(row.hello_count, hello.lastHello) + 1
    // Whoever said hello meanwhile is judged anew.
    const written = await query(
      `update device set hello_count = $3, last_run_id = $4, last_machine_id = $5, agent_version = $6, facts = $7, capabilities = $8,
         clock_skew_ms = $9, connected_server = $10, connected_at = now(), connected_by = $11, last_seen_at = now(),
         -- After a restored backup the agent knows higher numbers than we do, and would take none of ours for new.
         sequence = case when $12::bigint between sequence and sequence + 1000000 then $12::bigint else sequence end
       where id = $1 and hello_count = $2 and state = 'active' returning id`,
      [
        device.deviceId,
        row.hello_count,
        number,
        hello.runId,
        stated.machineId,
        storable(hello.agentVersion),
        storable(hello.facts),
        JSON.stringify(storable(hello.capabilities)),
        link.clockSkewMs,
        parts.serverId,
        link.by,
        hello.sequence,
      ],
    )
    if (written.length === 1) return { is: 'welcome', hello: number, moved: row.elsewhere !== null }
  }
  return refused({ code: 'channel.busy', detail: 'Others connect with this identity all the time; try again' })
}

const refused = (goodbye: Goodbye): HelloAnswer => ({ is: 'refused', goodbye })

export const endings = {
  held: {
    code: 'device.held',
    detail: 'Two hosts showed this identity; nothing is sent until a person has released the hold in the console',
  },
  retired: { code: 'device.retired', detail: 'This device was retired; enrol it anew to use it again' },
} as const satisfies Record<string, Goodbye>

export const endedBy = (state: 'active' | 'held' | 'retired' | undefined): Goodbye | null =>
  state === 'held' || state === 'retired' ? endings[state] : null

export function refuseProtocol(protocol: number): Goodbye | null {
  if (protocol === agentProtocol) return null
  const newer = protocol > agentProtocol
  return {
    code: 'enrolment.protocol_unsupported',
    detail: `This agent speaks protocol version ${protocol}, the control plane version ${agentProtocol}: upgrade the ${newer ? 'control plane' : 'agent'}`,
  }
}
