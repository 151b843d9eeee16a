import type { Person, PersonDraft } from '@riposte/contract'
import type { Clock } from '../../platform/clock.ts'
import { newId } from '../../platform/crypto/secrets.ts'
import type { Database, Transaction } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'
import { readPerson, readPersonRow } from './read-people.ts'
import type { PersonRow } from './person-row.ts'

interface Parts {
  readonly db: Database
  readonly clock: Clock
}
type PersonChange = { readonly [Key in keyof PersonDraft]?: PersonDraft[Key] | undefined }

export const createPerson = (parts: Parts, actor: MemberActor, draft: PersonDraft): Promise<Person> =>
  parts.db.transaction((tx) =>
    namingDoubles(async () => {
      const now = parts.clock()
      const id = newId()
      await tx.query(
        `insert into person (id, organisation_id, name, email, user_name, department, manager, external_id, source, active, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'manual', $9, $10, $10)`,
        [
          id,
          actor.organisationId,
          draft.name,
          draft.email,
          draft.userName,
          draft.department,
          draft.manager,
          draft.externalId,
          draft.active,
          now,
        ],
      )
      await setLocalAccounts(tx, actor.organisationId, id, draft.localAccounts)
      await recordPerson(tx, actor, 'person.created', id, { email: draft.email, name: draft.name })
      return readPerson(tx, actor.organisationId, id)
    }),
  )

export const updatePerson = (
  parts: Parts,
  actor: MemberActor,
  personId: string,
  { localAccounts, ...change }: PersonChange,
): Promise<Person> =>
  parts.db.transaction((tx) =>
    namingDoubles(async () => {
      const before = await readPersonRow(tx, actor.organisationId, personId, 'for update')
      const after = { ...fieldsOf(before), ...withoutAbsent(change) }
      const changed = (Object.keys(after) as (keyof Fields)[]).filter((key) => after[key] !== fieldsOf(before)[key])
      refuseIfKeptElsewhere(before, changed)
      await tx.query(
        `update person set name = $2, email = $3, user_name = $4, department = $5, manager = $6, external_id = $7, active = $8,
           version = version + 1, updated_at = $9 where id = $1`,
        [
          personId,
          after.name,
          after.email,
          after.userName,
          after.department,
          after.manager,
          after.externalId,
          after.active,
          parts.clock(),
        ],
      )
      if (localAccounts) await setLocalAccounts(tx, actor.organisationId, personId, localAccounts)
      await recordPerson(tx, actor, 'person.updated', personId, {
        email: before.email,
        changed: [...changed, ...(localAccounts ? ['localAccounts'] : [])],
      })
      return readPerson(tx, actor.organisationId, personId)
    }),
  )

export const deletePerson = (parts: Parts, actor: MemberActor, personId: string): Promise<void> =>
  parts.db.transaction(async (tx) => {
    const person = await readPersonRow(tx, actor.organisationId, personId, 'for update')
    // The next sync or push would bring an active one back.
    if (person.active) refuseIfKeptElsewhere(person, ['active'])
    await tx.query('delete from person where id = $1', [personId])
    await recordPerson(tx, actor, 'person.deleted', personId, { email: person.email, name: person.name })
  })

type Fields = Omit<PersonDraft, 'localAccounts'>
const fieldsOf = (row: PersonRow): Fields => ({
  name: row.name,
  email: row.email,
  userName: row.user_name,
  department: row.department,
  manager: row.manager,
  externalId: row.external_id,
  active: row.active,
})

const withoutAbsent = (change: PersonChange): Partial<Fields> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))

function refuseIfKeptElsewhere(person: PersonRow, changed: readonly string[]): void {
  if (changed.length === 0 || person.source === 'manual' || person.source === 'csv') return
  const where = person.source === 'scim' ? 'an identity provider' : 'an LDAP directory'
  throw new Refusal('person.managed_elsewhere', `${person.name} is kept in ${where}: change it there`, {
    errors: changed.map((path) => ({ path, message: `kept in ${where}`, allowed: 'localAccounts' })),
  })
}

async function setLocalAccounts(
  tx: Transaction,
  organisationId: string,
  personId: string,
  accounts: PersonDraft['localAccounts'],
): Promise<void> {
  await tx.query(`delete from person_account where person_id = $1 and kind = 'local'`, [personId])
  const seen = new Set<string>()
  for (const [index, { deviceId, name }] of accounts.entries()) {
    const key = `${deviceId} ${name}`
    if (seen.has(key)) continue
    seen.add(key)
    const made = await tx.query(
      `insert into person_account (id, person_id, kind, device_id, name)
       select $1, $2, 'local', id, $4 from device where id = $3 and organisation_id = $5 returning id`,
      [newId(), personId, deviceId, name, organisationId],
    )
    if (made.length === 0)
      throw new Refusal('device.not_found', undefined, {
        errors: [{ path: `localAccounts[${index}].deviceId`, message: 'no such device', given: deviceId }],
      })
  }
}

async function recordPerson(
  tx: Transaction,
  actor: MemberActor,
  action: string,
  personId: string,
  details: Record<string, unknown>,
): Promise<void> {
  await record(tx, { ...byMember(actor), action, subject: { kind: 'person', id: personId }, details })
  await tx.notify({ kind: 'people', organisationId: actor.organisationId })
}

const doubledFields: Readonly<Record<string, string>> = {
  person_organisation_id_email_key: 'email',
  person_user_name: 'userName',
  person_external_id: 'externalId',
}

/** Which field of a person somebody else has already, by the constraint that refused it; null for any other error. */
export const doubledField = (error: unknown): string | null => {
  const { code, constraint } = error as { code?: string; constraint?: string }
  return code === '23505' && constraint !== undefined ? (doubledFields[constraint] ?? null) : null
}

async function namingDoubles<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const path = doubledField(error)
    if (path === null) throw error
    throw new Refusal('person.exists', undefined, { errors: [{ path, message: 'somebody else has it' }] })
  }
}
