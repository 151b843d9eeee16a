import type { Clock } from '../../../platform/clock.ts'
import { newId } from '../../../platform/crypto/secrets.ts'
import type { Database, Row, Transaction } from '../../../platform/db/database.ts'
import { record, type AuditEvent } from '../../audit/index.ts'
import { LdapFailure, withLdap, type LdapSettings } from './ldap-session.ts'
import { planSync, type SyncKnown, type SyncPlan } from './plan-sync.ts'
import { readEntry, wantedAttributes, type DirectoryPerson } from './read-entry.ts'

export interface OpenConnector {
  readonly id: string
  readonly organisationId: string
  readonly settings: LdapSettings
  readonly password: string | null
}

const mostPeople = 50_000
const syncLimitMs = 5 * 60_000

/** People of a directory, and how many entries were none. @throws LdapFailure */
export function readDirectory(
  connector: OpenConnector,
  limitMs = syncLimitMs,
): Promise<{ people: DirectoryPerson[]; others: number }> {
  const { settings, password } = connector
  return withLdap(settings, password, limitMs, async (session) => {
    const entries = await session.search(settings.baseDn, {
      filter: settings.filter,
      scope: 'sub',
      attributes: wantedAttributes(settings.attributes),
      bytes: /guid$/i.test(settings.attributes.id) ? [settings.attributes.id] : [],
      most: mostPeople,
    })
    const people = entries.map((entry) => readEntry(entry, settings.attributes)).filter((person) => person !== null)
    return { people, others: entries.length - people.length }
  })
}

/** Reads everybody, then changes all in one transaction. @returns a sentence with the counts @throws LdapFailure */
export async function syncPeople(
  parts: { readonly db: Database; readonly clock: Clock },
  connector: OpenConnector,
  actor: AuditEvent['actor'],
): Promise<string> {
  const { people, others } = await readDirectory(connector)
  if (people.length === 0)
    throw new LdapFailure(
      `The directory returned nobody with ${connector.settings.attributes.id}, ${connector.settings.attributes.name} and ${connector.settings.attributes.email}; nothing was changed`,
    )
  return parts.db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 11))', [connector.organisationId])
    const known = await tx.query<SyncKnown & Row>(
      'select id, email, user_name, external_id, source, connector_id, active from person where organisation_id = $1',
      [connector.organisationId],
    )
    const plan = planSync(connector.id, connector.settings.deactivateMissing, people, known)
    const counts = await store(tx, connector, plan, parts.clock())
    if (counts.created + counts.changed + counts.deactivated > 0) {
      await record(tx, {
        organisationId: connector.organisationId,
        actor,
        action: 'people.synced',
        subject: { kind: 'ldap_connector', id: connector.id },
        details: { ...counts, name: connector.settings.name },
      })
      await tx.notify({ kind: 'people', organisationId: connector.organisationId })
    }
    return sentence(people.length, others, counts, plan)
  })
}

const columns =
  'id uuid, external_id text, name text, email text, user_name text, department text, manager text, active boolean'

async function store(tx: Transaction, connector: OpenConnector, plan: SyncPlan, now: Date) {
  const rows = plan.keep.map(({ id, person }) => ({ ...person, id: id ?? newId(), made: id === null }))
  const created = rows.filter(({ made }) => made)
  await tx.query(
    `insert into person (id, organisation_id, name, email, user_name, department, manager, external_id, source, connector_id, active, created_at, updated_at)
     select id, $1, name, email, user_name, department, manager, external_id, 'ldap', $2, active, $4, $4 from jsonb_to_recordset($3) as entry (${columns})`,
    [connector.organisationId, connector.id, JSON.stringify(created), now],
  )
  const changed = await tx.query(
    `update person p set name = e.name, email = e.email, user_name = e.user_name, department = e.department, manager = e.manager,
       external_id = e.external_id, source = 'ldap', connector_id = $2, active = e.active, version = p.version + 1, updated_at = $4
     from jsonb_to_recordset($3) as e (${columns})
     where p.id = e.id and p.organisation_id = $1
       and (p.name, p.email, p.user_name, p.department, p.manager, p.external_id, p.connector_id, p.active)
         is distinct from (e.name, e.email, e.user_name, e.department, e.manager, e.external_id, $2::uuid, e.active) returning p.id`,
    [connector.organisationId, connector.id, JSON.stringify(rows.filter(({ made }) => !made)), now],
  )
  await tx.query('delete from person_account where connector_id = $1', [connector.id])
  const accounts = [...rows.map(({ id, dn }) => ({ id, dn })), ...plan.accounts]
  await tx.query(
    `insert into person_account (id, person_id, kind, connector_id, name)
     select (account ->> 'key')::uuid, (account ->> 'id')::uuid, 'ldap', $1, account ->> 'dn' from jsonb_array_elements($2) as account
     on conflict do nothing`,
    [connector.id, JSON.stringify(accounts.map((account) => ({ ...account, key: newId() })))],
  )
  await tx.query('update person set active = false, version = version + 1, updated_at = $2 where id = any($1)', [
    plan.deactivate,
    now,
  ])
  return { created: created.length, changed: changed.length, deactivated: plan.deactivate.length }
}

function sentence(
  read: number,
  others: number,
  counts: { created: number; changed: number; deactivated: number },
  plan: SyncPlan,
): string {
  const parts = [
    `${read} people read: ${counts.created} new, ${counts.changed} changed, ${counts.deactivated} now inactive`,
    ...(others > 0 ? [`${others} entries have no id, name or mail address and were left out`] : []),
    ...(plan.accounts.length > 0 ? [`${plan.accounts.length} are kept elsewhere; their accounts are noted`] : []),
    ...(plan.skipped > 0 ? [`${plan.skipped} share a mail address with another entry and were left out`] : []),
    ...(plan.userNamesTaken > 0 ? [`${plan.userNamesTaken} user names belong to somebody else`] : []),
    ...(plan.deactivationHeld > 0
      ? [
          `${plan.deactivationHeld} are gone from the directory, more than half: nobody was made inactive; look at base DN and filter`,
        ]
      : []),
  ]
  return `${parts.join('. ')}.`
}
