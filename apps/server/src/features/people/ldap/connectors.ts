import type { LdapConnector, LdapDraft } from '@riposte/contract'
import type { Clock } from '../../../platform/clock.ts'
import { newId } from '../../../platform/crypto/secrets.ts'
import type { SecretBox } from '../../../platform/crypto/secret-box.ts'
import type { Database, Queryable, Row, Transaction } from '../../../platform/db/database.ts'
import type { MemberActor } from '../../../platform/http/handler.ts'
import { Refusal } from '../../../platform/http/refusal.ts'
import { enqueue, type Jobs } from '../../../platform/jobs/jobs.ts'
import { byMember, record, type AuditEvent } from '../../audit/index.ts'
import { LdapFailure, readFilter, type LdapSettings } from './ldap-session.ts'
import { readDirectory, syncPeople, type OpenConnector } from './sync-people.ts'

export interface LdapParts {
  readonly db: Database
  readonly clock: Clock
  readonly box: SecretBox
}

interface ConnectorRow extends Row {
  id: string
  organisation_id: string
  settings: LdapSettings
  bind_password: Buffer | null
  generation: number
  last_sync_at: Date | null
  last_sync_ok: boolean | null
  last_sync_detail: string | null
  people: string
}

const selected = `select c.*, (select count(*) from person p where p.connector_id = c.id) as people from ldap_connector c`
const purpose = (id: string): string => `ldap:${id}`

const toConnector = (row: ConnectorRow): LdapConnector => ({
  ...row.settings,
  id: row.id,
  hasPassword: row.bind_password !== null,
  people: Number(row.people),
  lastSync:
    row.last_sync_at === null
      ? null
      : { at: row.last_sync_at.toISOString(), ok: row.last_sync_ok === true, detail: row.last_sync_detail ?? '' },
})

async function readRow(db: Queryable, organisationId: string, id: string): Promise<ConnectorRow> {
  const [row] = await db.query<ConnectorRow>(`${selected} where c.id = $1 and c.organisation_id = $2`, [
    id,
    organisationId,
  ])
  if (!row) throw new Refusal('connector.not_found')
  return row
}

/** With the password in the clear: for the moment of use. @throws Refusal `connector.not_found` */
export async function openConnector(parts: LdapParts, organisationId: string, id: string): Promise<OpenConnector> {
  const row = await readRow(parts.db, organisationId, id)
  const password = row.bind_password === null ? null : parts.box.open(row.bind_password, purpose(id))
  return { id, organisationId, settings: row.settings, password }
}

export async function listConnectors({ db }: LdapParts, organisationId: string): Promise<LdapConnector[]> {
  const rows = await db.query<ConnectorRow>(
    `${selected} where c.organisation_id = $1 order by lower(c.settings ->> 'name'), c.id`,
    [organisationId],
  )
  return rows.map(toConnector)
}

export const createConnector = (parts: LdapParts, actor: MemberActor, draft: LdapDraft): Promise<LdapConnector> =>
  parts.db.transaction(async (tx) => {
    const { bindPassword, ...settings } = checkDraft(draft)
    const id = newId()
    const sealed = typeof bindPassword === 'string' ? parts.box.seal(bindPassword, purpose(id)) : null
    await tx.query(
      'insert into ldap_connector (id, organisation_id, settings, bind_password, created_at) values ($1, $2, $3, $4, $5)',
      [id, actor.organisationId, settings, sealed, parts.clock()],
    )
    await planSyncJob(tx, { id, organisationId: actor.organisationId, generation: 1 }, settings, parts.clock())
    await recordConnector(tx, actor, 'ldap_connector.created', id, settings)
    return toConnector(await readRow(tx, actor.organisationId, id))
  })

export const updateConnector = (
  parts: LdapParts,
  actor: MemberActor,
  id: string,
  draft: LdapDraft,
): Promise<LdapConnector> =>
  parts.db.transaction(async (tx) => {
    const before = await readRow(tx, actor.organisationId, id)
    const { bindPassword, ...settings } = checkDraft(draft)
    // A password that was given for one server is not sent to another one, nor by a weaker way.
    const same = (['host', 'port', 'tls', 'bindDn'] as const).every((key) => before.settings[key] === settings[key])
    const kept = same ? before.bind_password : null
    const sealed =
      bindPassword === undefined ? kept : bindPassword === null ? null : parts.box.seal(bindPassword, purpose(id))
    const generation = before.generation + 1
    await tx.query('update ldap_connector set settings = $2, bind_password = $3, generation = $4 where id = $1', [
      id,
      settings,
      sealed,
      generation,
    ])
    await planSyncJob(tx, { id, organisationId: actor.organisationId, generation }, settings, parts.clock())
    await recordConnector(tx, actor, 'ldap_connector.updated', id, settings)
    return toConnector(await readRow(tx, actor.organisationId, id))
  })

export const deleteConnector = (parts: LdapParts, actor: MemberActor, id: string): Promise<void> =>
  parts.db.transaction(async (tx) => {
    const { settings } = await readRow(tx, actor.organisationId, id)
    // Nobody keeps them any more: people change them by hand from now on. What two connectors called alike is told apart no more.
    await tx.query(
      `update person set source = 'manual', connector_id = null, external_id = null, version = version + 1, updated_at = $2 where connector_id = $1`,
      [id, parts.clock()],
    )
    await tx.query('delete from ldap_connector where id = $1', [id])
    await recordConnector(tx, actor, 'ldap_connector.deleted', id, settings)
    await tx.notify({ kind: 'people', organisationId: actor.organisationId })
  })

export async function testConnector(parts: LdapParts, organisationId: string, id: string) {
  const connector = await openConnector(parts, organisationId, id)
  try {
    const { people, others } = await readDirectory(connector, 30_000)
    const left = others > 0 ? `; ${others} entries have no id, name or mail address` : ''
    return {
      ok: people.length > 0,
      detail: `Signed in and read ${people.length} people${left}.`,
      sample: people.slice(0, 5).map(({ name, email }) => ({ name, email })),
    }
  } catch (error) {
    if (error instanceof LdapFailure) return { ok: false, detail: error.message, sample: [] }
    throw error
  }
}

/** Reads the directory now and keeps what came of it. */
export async function syncConnector(
  parts: LdapParts,
  organisationId: string,
  id: string,
  actor: AuditEvent['actor'],
): Promise<LdapConnector> {
  const connector = await openConnector(parts, organisationId, id)
  const outcome = await syncPeople(parts, connector, actor).then(
    (detail) => ({ ok: true, detail }),
    (error: unknown) => {
      if (error instanceof LdapFailure) return { ok: false, detail: error.message }
      throw error
    },
  )
  await parts.db.query(
    'update ldap_connector set last_sync_at = $2, last_sync_ok = $3, last_sync_detail = $4 where id = $1',
    [id, parts.clock(), outcome.ok, outcome.detail],
  )
  return toConnector(await readRow(parts.db, organisationId, id))
}

const jobKind = 'ldap.sync'

/**
 * Syncs by the clock: each run plans the next one, until the connector is changed or gone. The reading itself is no part of the job:
 * a slow directory holds up nobody's work.
 * @returns waits for the readings that are under way
 */
export function runSyncs(parts: LdapParts, jobs: Jobs, onError: (error: unknown) => void): () => Promise<void> {
  const running = new Set<Promise<void>>()
  jobs.on(jobKind, async ({ id, organisationId, generation }) => {
    const [row] = await parts.db.query<ConnectorRow>(
      `${selected} where c.id = $1 and c.organisation_id = $2 and c.generation = $3`,
      [id, organisationId, generation],
    )
    if (!row) return
    await parts.db.transaction((tx) =>
      planSyncJob(
        tx,
        { id: row.id, organisationId: row.organisation_id, generation: row.generation },
        row.settings,
        parts.clock(),
        row.settings.syncMinutes,
      ),
    )
    const by = { kind: 'system', id: null, name: row.settings.name } as const
    const reading = syncConnector(parts, row.organisation_id, row.id, by)
      .then(() => undefined, onError)
      .finally(() => running.delete(reading))
    running.add(reading)
  })
  return async () => {
    await Promise.all(running)
  }
}

async function planSyncJob(
  tx: Transaction,
  payload: { readonly id: string; readonly organisationId: string; readonly generation: number },
  settings: LdapSettings,
  now: Date,
  inMinutes = 0,
): Promise<void> {
  if (settings.syncMinutes === 0) return
  const runAt = new Date(now.getTime() + inMinutes * 60_000)
  // The running job's own row is there until it ends: the next one has a name of its own.
  const uniqueKey = `${jobKind}:${payload.id}:${payload.generation}:${Math.floor(runAt.getTime() / 60_000)}`
  await enqueue(tx, { kind: jobKind, payload, runAt, uniqueKey })
}

function checkDraft(draft: LdapDraft): LdapDraft {
  try {
    readFilter(draft.filter)
  } catch (error) {
    throw new Refusal('request.invalid', undefined, {
      errors: [{ path: 'filter', message: error instanceof Error ? error.message : 'not an LDAP filter' }],
    })
  }
  return draft
}

const recordConnector = (
  tx: Transaction,
  actor: MemberActor,
  action: string,
  id: string,
  { name, host, port, tls, bindDn, baseDn, filter, syncMinutes }: LdapSettings,
): Promise<void> =>
  record(tx, {
    ...byMember(actor),
    action,
    subject: { kind: 'ldap_connector', id },
    details: { name, host, port, tls, bindDn, baseDn, filter, syncMinutes },
  })
