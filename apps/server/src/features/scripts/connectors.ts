import type { ScriptConnector } from '@riposte/contract'
import { createHmac } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { SecretBox } from '../../platform/crypto/secret-box.ts'
import type { Database, Queryable, Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { guardedRequest, type OutgoingRequest } from '../../platform/outgoing/guarded-request.ts'
import { byMember, record } from '../audit/index.ts'

/** A run as a remote-management system is asked for it. The same `runId` again is the same run. */
export interface ConnectorRun {
  readonly runId: string
  readonly device: { readonly id: string; readonly name: string; readonly hostname: string | null }
  readonly interpreter: string
  readonly content: string
  readonly sha256: string
  readonly arguments: readonly string[]
  readonly timeoutS: number
}

export type ConnectorState =
  | { readonly state: 'running' }
  | { readonly state: 'finished'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly state: 'failed'; readonly message: string }

/** What runs scripts for us on devices. */
export interface ConnectorPort {
  start(run: ConnectorRun): Promise<void>
  look(runId: string): Promise<ConnectorState>
}

interface ConnectorRow extends Row {
  id: string
  name: string
  kind: 'http'
  url: string
  secret: Buffer | null
  updated_at: Date
}

export const builtInConnector: ScriptConnector = {
  id: 'agent',
  name: "Riposte's agent",
  kind: 'agent',
  url: null,
  hasSecret: false,
  updatedAt: null,
}

const toConnector = (row: ConnectorRow): ScriptConnector => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  url: row.url,
  hasSecret: row.secret !== null,
  updatedAt: row.updated_at.toISOString(),
})

export async function readConnectors(db: Queryable, organisationId: string): Promise<ScriptConnector[]> {
  const rows = await db.query<ConnectorRow>('select * from script_connector where organisation_id = $1 order by id', [
    organisationId,
  ])
  return [builtInConnector, ...rows.map(toConnector)]
}

const purposeOf = (organisationId: string, id: string): string => `script-connector:${organisationId}:${id}`

export function saveConnector(
  parts: { db: Database; clock: Clock; box: SecretBox },
  actor: MemberActor,
  id: string,
  wish: { name: string; url: string; secret?: string | undefined },
): Promise<ScriptConnector> {
  if (id === builtInConnector.id)
    throw new Refusal('connector.reserved', `"${id}" is the agent's own name; choose another`)
  return parts.db.transaction(async (tx) => {
    const sealed = wish.secret === undefined ? null : parts.box.seal(wish.secret, purposeOf(actor.organisationId, id))
    const [row] = await tx.query<ConnectorRow>(
      `insert into script_connector (organisation_id, id, name, kind, url, secret, updated_at) values ($1, $2, $3, 'http', $4, $5, $6)
       on conflict (organisation_id, id) do update
         set name = excluded.name, secret = case when excluded.secret is not null then excluded.secret
             -- A secret is for the place that it was given for.
             when script_connector.url = excluded.url then script_connector.secret end,
             url = excluded.url, updated_at = excluded.updated_at
       returning *`,
      [actor.organisationId, id, wish.name, wish.url.replace(/\/+$/, ''), sealed, parts.clock()],
    )
    await record(tx, {
      ...byMember(actor),
      action: 'script_connector.saved',
      subject: { kind: 'script_connector', id },
      details: { name: wish.name, url: wish.url, newSecret: wish.secret !== undefined },
    })
    return toConnector(row as ConnectorRow)
  })
}

export const deleteConnector = (db: Database, actor: MemberActor, id: string): Promise<void> =>
  db.transaction(async (tx) => {
    const rows = await tx.query('delete from script_connector where organisation_id = $1 and id = $2 returning id', [
      actor.organisationId,
      id,
    ])
    if (rows.length === 0) throw new Refusal('connector.not_found')
    await record(tx, {
      ...byMember(actor),
      action: 'script_connector.deleted',
      subject: { kind: 'script_connector', id },
    })
  })

/** @returns null when there is no such connector */
export async function openConnector(
  parts: { db: Database; clock: Clock; box: SecretBox },
  organisationId: string,
  id: string,
): Promise<ConnectorPort | null> {
  const [row] = await parts.db.query<ConnectorRow>(
    'select * from script_connector where organisation_id = $1 and id = $2',
    [organisationId, id],
  )
  if (!row) return null
  const secret = row.secret === null ? null : parts.box.open(row.secret, purposeOf(organisationId, id))
  return httpConnector(row.url, secret, parts.clock)
}

/**
 * The generic HTTP connector. `POST {url}/runs` takes a run and answers 200, 201 or 202; `GET {url}/runs/{runId}` answers
 * `{state: "running"}`, `{state: "finished", exitCode, stdout, stderr}` or `{state: "failed", message}`. Requests carry the headers of
 * Standard Webhooks (https://www.standardwebhooks.com), signed by the connector's secret, when it has one.
 */
function httpConnector(url: string, secret: string | null, clock: Clock): ConnectorPort {
  const call = async (request: Omit<OutgoingRequest, 'headers'> & { id: string }): Promise<Record<string, unknown>> => {
    const body = request.body ?? ''
    const timestamp = String(Math.floor(clock().getTime() / 1_000))
    const answer = await guardedRequest({
      ...request,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'webhook-id': request.id,
        'webhook-timestamp': timestamp,
        ...(secret === null
          ? {}
          : {
              'webhook-signature': `v1,${createHmac('sha256', secret).update(`${request.id}.${timestamp}.${body}`).digest('base64')}`,
            }),
      },
    })
    if (answer.status < 200 || answer.status > 299)
      throw new Error(`The connector answered ${answer.status}: ${answer.body.slice(0, 200)}`)
    try {
      const read: unknown = answer.body === '' ? {} : JSON.parse(answer.body)
      if (typeof read === 'object' && read !== null) return read as Record<string, unknown>
    } catch {
      // Told below, in one place.
    }
    throw new Error('The connector answered something that is not a JSON object.')
  }
  return {
    start: async (run) => {
      await call({ method: 'POST', url: `${url}/runs`, id: run.runId, body: JSON.stringify(run) })
    },
    look: async (runId) => {
      const seen = await call({ method: 'GET', url: `${url}/runs/${runId}`, id: `${runId}-state` })
      const text = (name: string): string => (typeof seen[name] === 'string' ? seen[name].slice(0, 64_000) : '')
      if (seen['state'] === 'finished' && Number.isInteger(seen['exitCode']))
        return { state: 'finished', exitCode: Number(seen['exitCode']), stdout: text('stdout'), stderr: text('stderr') }
      if (seen['state'] === 'failed') return { state: 'failed', message: text('message') || 'no reason was given' }
      if (seen['state'] === 'running' || seen['state'] === 'queued') return { state: 'running' }
      throw new Error(
        `The connector answered the state ${JSON.stringify(seen['state'])}; it may be running, finished or failed.`,
      )
    },
  }
}
