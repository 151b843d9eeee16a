import { PersonEmail, scimBase } from '@riposte/contract'
import { isUuid } from './is-uuid.ts'
import type { Clock } from '../../../platform/clock.ts'
import { newId } from '../../../platform/crypto/secrets.ts'
import type { Database, Queryable, Row, Transaction } from '../../../platform/db/database.ts'
import type { DirectoryActor } from '../../../platform/http/handler.ts'
import { doubledField } from '../change-people.ts'
import { endReset } from '../password-flag.ts'
import type { PersonRow } from '../person-row.ts'
import type { Filterable } from './filter-to-sql.ts'
import { isRecord, type Resource } from './patch.ts'
import { recordBy } from './record-by.ts'
import { enterpriseSchema, riposteSchema, userSchema } from './schemas.ts'
import { ScimError } from './scim-error.ts'
import { versionTag } from './present.ts'

export interface ScimParts {
  readonly db: Database
  readonly clock: Clock
}

const text = (sql: string): Filterable => ({ sql, type: 'text' })
export const userAttributes: Readonly<Record<string, Filterable>> = {
  id: { sql: 'id::text', type: 'exact' },
  externalid: { sql: 'external_id', type: 'exact' },
  username: text('user_name'),
  displayname: text(`scim ->> 'displayName'`),
  active: { sql: 'active', type: 'boolean' },
  emails: text('email'),
  'emails.value': text('email'),
  'emails.type': text(`coalesce(scim #>> '{emails,0,type}', 'work')`),
  'name.formatted': text(`scim #>> '{name,formatted}'`),
  'name.familyname': text(`scim #>> '{name,familyName}'`),
  'name.givenname': text(`scim #>> '{name,givenName}'`),
  'meta.created': { sql: 'created_at', type: 'time' },
  'meta.lastmodified': { sql: 'updated_at', type: 'time' },
  [`${riposteSchema.toLowerCase()}:passwordresetrequired`]: { sql: '(password_reset_at is not null)', type: 'boolean' },
}

export const toUser = (row: PersonRow): Resource => ({
  ...row.scim,
  schemas: [userSchema, ...(isRecord(row.scim[enterpriseSchema]) ? [enterpriseSchema] : []), riposteSchema],
  id: row.id,
  active: row.active,
  [riposteSchema]: {
    passwordResetRequired: row.password_reset_at !== null,
    ...(row.password_reset_at === null ? {} : { passwordResetRequiredSince: row.password_reset_at.toISOString() }),
  },
  meta: {
    resourceType: 'User',
    created: row.created_at.toISOString(),
    lastModified: row.updated_at.toISOString(),
    location: `${scimBase}/Users/${row.id}`,
    version: versionTag(row.version),
  },
})

export async function readUser(db: Queryable, organisationId: string, id: string, lock = ''): Promise<PersonRow> {
  const [row] = isUuid(id)
    ? await db.query<PersonRow>(
        `select * from person where id = $1 and organisation_id = $2 and source = 'scim' ${lock}`,
        [id, organisationId],
      )
    : []
  if (!row) throw new ScimError(404, null, `There is no user ${id}`)
  return row
}

/** What the columns of a person take from a user's attributes. @throws ScimError `invalidValue` */
export function toColumns(user: Resource) {
  const userName = short(user['userName'], 'userName')
  if (userName === null) throw new ScimError(400, 'invalidValue', 'userName must not be empty')
  const emails = (Array.isArray(user['emails']) ? user['emails'] : []).filter(isRecord)
  const address = (emails.find((email) => email['primary'] === true) ?? emails[0])?.['value'] ?? userName
  const email = PersonEmail.safeParse(address)
  if (!email.success)
    throw new ScimError(400, 'invalidValue', 'A user needs an e-mail address: in emails, or as userName')
  const name = isRecord(user['name']) ? user['name'] : {}
  const parts = [name['givenName'], name['familyName']].filter((part) => typeof part === 'string' && part !== '')
  const enterprise = isRecord(user[enterpriseSchema]) ? user[enterpriseSchema] : {}
  const manager = isRecord(enterprise['manager']) ? enterprise['manager']['displayName'] : null
  return {
    name:
      short(user['displayName'], 'displayName') ??
      short(name['formatted'], 'name.formatted') ??
      short(parts.join(' '), 'name') ??
      userName,
    email: email.data,
    userName,
    department: short(enterprise['department'], 'department'),
    manager: short(manager, 'manager.displayName'),
    externalId: short(user['externalId'], 'externalId'),
    active: user['active'] !== false,
  }
}

function short(value: unknown, name: string): string | null {
  if (typeof value !== 'string' || value.trim() === '') return null
  if (value.length > 200)
    throw new ScimError(400, 'invalidValue', `${name} has ${value.length} characters; 200 are the most`)
  return value.trim()
}

/** A new user; a person who was typed or imported under that address or name goes over to the identity provider. */
export const createUser = (parts: ScimParts, actor: DirectoryActor, user: Resource): Promise<PersonRow> =>
  parts.db.transaction((tx) =>
    namingDoubles(async () => {
      const columns = toColumns(user)
      const [same] = await tx.query<PersonRow>(
        `select * from person where organisation_id = $1 and (email = $2 or lower(user_name) = lower($3)) order by (email = $2) desc limit 1 for update`,
        [actor.organisationId, columns.email, columns.userName],
      )
      if (same && (same.source === 'scim' || same.source === 'ldap'))
        throw new ScimError(
          409,
          'uniqueness',
          `${same.email} is there already${same.source === 'ldap' ? ', kept by an LDAP connector' : ''}`,
        )
      const id = same?.id ?? newId()
      if (same) await write(tx, id, columns, user, parts.clock())
      else
        await tx.query(
          `insert into person (id, organisation_id, name, email, user_name, department, manager, external_id, source, active, scim, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, 'scim', $9, $10, $11, $11)`,
          [id, actor.organisationId, ...valuesOf(columns), user, parts.clock()],
        )
      await noteAccount(tx, id, columns)
      await recordBy(tx, actor, same ? 'person.taken_over' : 'person.created', 'person', id, { email: columns.email })
      return readUser(tx, actor.organisationId, id)
    }),
  )

/** Changes a user by what `change` makes of it as it is now. Nothing is written when nothing changed. */
export const changeUser = (
  parts: ScimParts,
  actor: DirectoryActor,
  id: string,
  change: (row: PersonRow) => { user: Resource; resetDone: boolean },
): Promise<PersonRow> =>
  parts.db.transaction((tx) =>
    namingDoubles(async () => {
      const row = await readUser(tx, actor.organisationId, id, 'for update')
      const { user, resetDone } = change(row)
      const columns = toColumns(user)
      const now = parts.clock()
      const ends = resetDone && row.password_reset_at !== null
      if (!ends && JSON.stringify(sorted(user)) === JSON.stringify(sorted(row.scim)) && columns.active === row.active)
        return row
      await write(tx, row.id, columns, user, now)
      await noteAccount(tx, row.id, columns)
      if (ends)
        await endReset(tx, {
          personId: row.id,
          kind: 'changed',
          by: actor.name,
          reason: 'The identity provider says so',
          at: now,
        })
      await recordBy(tx, actor, 'person.updated', 'person', row.id, {
        email: row.email,
        ...(columns.active === row.active ? {} : { active: columns.active }),
        ...(ends ? { passwordReset: 'done' } : {}),
      })
      return readUser(tx, actor.organisationId, id)
    }),
  )

export const deleteUser = (
  parts: ScimParts,
  actor: DirectoryActor,
  id: string,
  check: (row: PersonRow) => void,
): Promise<void> =>
  parts.db.transaction(async (tx) => {
    const row = await readUser(tx, actor.organisationId, id, 'for update')
    check(row)
    await tx.query('delete from person where id = $1', [row.id])
    await recordBy(tx, actor, 'person.deleted', 'person', row.id, { email: row.email, name: row.name })
  })

type Columns = ReturnType<typeof toColumns>
const valuesOf = (columns: Columns): unknown[] => [
  columns.name,
  columns.email,
  columns.userName,
  columns.department,
  columns.manager,
  columns.externalId,
  columns.active,
]

const write = (tx: Transaction, id: string, columns: Columns, user: Resource, now: Date): Promise<Row[]> =>
  tx.query(
    `update person set name = $2, email = $3, user_name = $4, department = $5, manager = $6, external_id = $7, active = $8,
       scim = $9, source = 'scim', connector_id = null, version = version + 1, updated_at = $10 where id = $1`,
    [id, ...valuesOf(columns), user, now],
  )

async function noteAccount(tx: Transaction, id: string, columns: Columns): Promise<void> {
  await tx.query(`delete from person_account where person_id = $1 and kind = 'scim'`, [id])
  await tx.query(`insert into person_account (id, person_id, kind, name) values ($1, $2, 'scim', $3)`, [
    newId(),
    id,
    columns.externalId ?? columns.userName,
  ])
}

/** Keys in order, so that two objects that say the same are written the same. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : isRecord(value)
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((key) => [key, sorted(value[key])]),
        )
      : value

async function namingDoubles<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const field = doubledField(error)
    if (field === null) throw error
    throw new ScimError(409, 'uniqueness', `Somebody else has that ${field}`)
  }
}
