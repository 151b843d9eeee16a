import {
  canonicalJson,
  Command,
  commandPayloadType,
  preAuthEncoding,
  reportChainText,
  type AgentReport,
  type Envelope,
  type ResponseDetail,
  type ResponseRequest,
  type Role,
} from '@riposte/contract'
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { newId } from '../../../platform/crypto/secrets.ts'
import type { Row } from '../../../platform/db/database.ts'
import type { DeviceActor } from '../../../platform/device-link.ts'
import { startApp, type Answer, type TestApp } from '../../../testing/start-app.ts'

type Event = AgentReport['event']

/** A host as the control plane knows it: a row, and an agent's own chain of reports. */
export interface TestDevice {
  readonly id: string
  readonly actor: DeviceActor
  /** @returns the report as it was sent */
  report(command: Pick<Command, 'commandId' | 'actionId'> | null | undefined, event: Event): Promise<AgentReport>
  /** Made and not sent: its place in the chain is taken. */
  write(about: { actionId: string | null; commandId: string | null }, event: Event): AgentReport
}

export interface Submitted {
  readonly request: ResponseRequest
  readonly responseIds: string[]
  readonly refused: { targetId: string; code: string; message: string }[]
}

export interface TestResponses {
  readonly server: TestApp
  now(): Date
  /** Time goes by, and what falls due is done. */
  pass(ms: number): Promise<void>
  device(name: string, change?: Record<string, unknown>): Promise<TestDevice>
  /** Many, of which only the ids matter; sorted. */
  devices(name: string, count: number): Promise<string[]>
  ask(method: string, url: string, body?: unknown, role?: Role): Promise<Answer>
  submit(body: Record<string, unknown>, role?: Role): Promise<Submitted>
  vote(decision: 'approve' | 'reject', request: Seen, role?: Role): Promise<Answer>
  take(...devices: readonly TestDevice[]): Promise<Command[]>
  open(envelope: Envelope): Command
  statusOf(id: string | undefined): Promise<ResponseDetail>
  /** Actions of the audit log that are about it, oldest first. */
  auditOf(id: string | undefined): Promise<string[]>
  digestOf(command: Command | undefined): string
  store(device: TestDevice, reports: readonly AgentReport[]): Promise<readonly string[]>
  stop(): Promise<void>
}
type Seen = Pick<ResponseRequest, 'id' | 'version' | 'digest'>

/** The control plane with a clock that the test moves. Agents are played: their channel has tests of its own. */
export async function startResponses(): Promise<TestResponses> {
  let now = Date.now()
  const server = await startApp({ clock: () => new Date(now) })
  const { app, organisationId } = server
  const key = createPublicKey({ key: Buffer.from(server.signingKey.publicKey, 'base64'), format: 'der', type: 'spki' })

  const ask: TestResponses['ask'] = async (method, url, body, role = 'owner') =>
    server.call(method, url, { token: await server.tokenOf(role), ...(body === undefined ? {} : { body }) })

  const open = (envelope: Envelope): Command => {
    const bytes = Buffer.from(envelope.payload, 'base64')
    const signature = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64')
    if (!verify(null, preAuthEncoding(commandPayloadType, bytes), key, signature)) throw new Error('not signed by us')
    return Command.parse(JSON.parse(bytes.toString('utf8')))
  }

  return {
    server,
    now: () => new Date(now),
    pass: async (ms) => {
      now += ms
      await settle(server, new Date(now))
    },
    device: async (name, change = {}) => {
      const id = newId()
      const row = {
        id,
        organisation_id: organisationId,
        name,
        public_key: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }),
        certificate_fingerprint: createHash('sha256').update(id).digest('hex'),
        certificate_not_after: new Date(now + 1e10),
        enrolled_at: new Date(now),
        enrolled_by: 'test',
        ...change,
      }
      const columns = Object.keys(row)
      await app.db.query(
        `insert into device (${columns.join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
        Object.values(row),
      )
      return agentOf({ kind: 'device', deviceId: id, organisationId, name })
    },
    devices: async (name, count) => {
      const ids = Array.from({ length: count }, () => newId()).sort()
      await app.db.query(
        `insert into device (id, organisation_id, name, public_key, certificate_fingerprint, certificate_not_after, enrolled_at, enrolled_by)
         select id, $2, $3 || '-' || id, decode(md5(id::text), 'hex'), md5(id::text), $4, $4, 'test' from unnest($1::uuid[]) as d (id)`,
        [ids, organisationId, name, new Date(now)],
      )
      return ids
    },
    ask,
    submit: async (body, role = 'owner') => {
      const answer = await ask('POST', '/api/v1/responses', { justification: 'A test asks for it', ...body }, role)
      if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
      return answer.body as unknown as Submitted
    },
    vote: (decision, request, role = 'approver') =>
      ask(
        'POST',
        `/api/v1/requests/${request.id}/${decision}`,
        { version: request.version, digest: request.digest, reason: 'I looked at it' },
        role,
      ),
    take: async (...devices) => {
      const taken = await app.commands.take(devices.map(({ id }) => id))
      return devices.flatMap(({ id }) => (taken.get(id) ?? []).map(open))
    },
    open,
    statusOf: async (id) => {
      const answer = await ask('GET', `/api/v1/responses/${id}`)
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
      return answer.body as unknown as ResponseDetail
    },
    auditOf: async (id) =>
      (
        await app.db.query<Row & { action: string }>(
          `select action from audit_entry where organisation_id = $1 and subject->>'id' = $2 order by sequence`,
          [organisationId, id],
        )
      ).map(({ action }) => action),
    digestOf: (command) =>
      command?.kind === 'execute' ? createHash('sha256').update(canonicalJson(command.subject)).digest('hex') : '',
    store: (device, reports) => app.commands.store(device.actor, reports),
    stop: () => server.stop(),
  }

  function agentOf(actor: DeviceActor): TestDevice {
    let sequence = 0
    let previousHash = '0'.repeat(64)
    const write: TestDevice['write'] = (about, event) => {
      const report = { reportId: newId(), at: new Date(now).toISOString(), ...about, event }
      sequence += 1
      const hash = createHash('sha256').update(reportChainText(report, { sequence, previousHash })).digest('hex')
      const chain = { sequence, previousHash, hash }
      previousHash = hash
      return { ...report, chain }
    }
    return {
      id: actor.deviceId,
      actor,
      write,
      report: async (command, event) => {
        const report = write({ actionId: command?.actionId ?? null, commandId: command?.commandId ?? null }, event)
        const stored = await app.commands.store(actor, [report])
        if (!stored.includes(report.reportId)) throw new Error('not stored')
        return report
      },
    }
  }
}

/** Until nothing is due, whoever runs it: the server's own jobs may be at it. */
async function settle({ app }: TestApp, now: Date): Promise<void> {
  const until = Date.now() + 20_000
  for (;;) {
    await app.jobs.runDue()
    const [left] = await app.db.query<Row & { count: number }>(
      `select count(*)::int as count from job where kind not like 'audit%' and kind not like 'evidence%' and run_at <= $1`,
      [now],
    )
    if (left?.count === 0) return
    if (Date.now() > until) throw new Error('Jobs stay due')
  }
}
