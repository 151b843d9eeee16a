import { scimBase } from '@riposte/contract'
import { newId } from '../../../platform/crypto/secrets.ts'
import type { Queryable, Row, Transaction } from '../../../platform/db/database.ts'
import type { DirectoryActor } from '../../../platform/http/handler.ts'
import type { Filterable } from './filter-to-sql.ts'
import { isUuid } from './is-uuid.ts'
import { isRecord, type Resource } from './patch.ts'
import { versionTag } from './present.ts'
import { recordBy } from './record-by.ts'
import { groupSchema } from './schemas.ts'
import { ScimError } from './scim-error.ts'
import type { ScimParts } from './users.ts'

export interface GroupRow extends Row {
  id: string
  display_name: string
  external_id: string | null
  version: number
  created_at: Date
  updated_at: Date
  members: { value: string; display: string }[]
}

export const groupAttributes: Readonly<Record<string, Filterable>> = {
  id: { sql: 'id::text', type: 'exact' },
  externalid: { sql: 'external_id', type: 'exact' },
  displayname: { sql: 'display_name', type: 'text' },
  'meta.created': { sql: 'created_at', type: 'time' },
  'meta.lastmodified': { sql: 'updated_at', type: 'time' },
}

/** With members; `g` is the group. */
export const selectGroups = `select g.*, coalesce((select jsonb_agg(jsonb_build_object('value', p.id, 'display', p.name) order by p.name, p.id)
  from scim_group_member m join person p on p.id = m.person_id where m.group_id = g.id), '[]') as members from`

export const toGroup = (row: GroupRow): Resource => ({
  schemas: [groupSchema],
  id: row.id,
  ...(row.external_id === null ? {} : { externalId: row.external_id }),
  displayName: row.display_name,
  members: row.members.map((member) => ({ ...member, type: 'User', $ref: `${scimBase}/Users/${member.value}` })),
  meta: {
    resourceType: 'Group',
    created: row.created_at.toISOString(),
    lastModified: row.updated_at.toISOString(),
    location: `${scimBase}/Groups/${row.id}`,
    version: versionTag(row.version),
  },
})

export async function readGroup(db: Queryable, organisationId: string, id: string, lock = ''): Promise<GroupRow> {
  const [row] = isUuid(id)
    ? await db.query<GroupRow>(`${selectGroups} scim_group g where g.id = $1 and g.organisation_id = $2 ${lock}`, [
        id,
        organisationId,
      ])
    : []
  if (!row) throw new ScimError(404, null, `There is no group ${id}`)
  return row
}

export const createGroup = (parts: ScimParts, actor: DirectoryActor, group: Resource): Promise<GroupRow> =>
  parts.db.transaction((tx) =>
    namingDoubles(async () => {
      const id = newId()
      const { displayName, externalId, members } = toColumns(group)
      await tx.query(
        'insert into scim_group (id, organisation_id, display_name, external_id, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)',
        [id, actor.organisationId, displayName, externalId, parts.clock()],
      )
      await setMembers(tx, actor.organisationId, id, members)
      await recordBy(tx, actor, 'scim_group.created', 'scim_group', id, { displayName, members: members.length })
      return readGroup(tx, actor.organisationId, id)
    }),
  )

export const changeGroup = (
  parts: ScimParts,
  actor: DirectoryActor,
  id: string,
  change: (row: GroupRow) => Resource,
): Promise<GroupRow> =>
  parts.db.transaction((tx) =>
    namingDoubles(async () => {
      const row = await readGroup(tx, actor.organisationId, id, 'for update')
      const { displayName, externalId, members } = toColumns(change(row))
      await tx.query(
        'update scim_group set display_name = $2, external_id = $3, version = version + 1, updated_at = $4 where id = $1',
        [row.id, displayName, externalId, parts.clock()],
      )
      await setMembers(tx, actor.organisationId, row.id, members)
      await recordBy(tx, actor, 'scim_group.updated', 'scim_group', row.id, { displayName, members: members.length })
      return readGroup(tx, actor.organisationId, id)
    }),
  )

export const deleteGroup = (
  parts: ScimParts,
  actor: DirectoryActor,
  id: string,
  check: (row: GroupRow) => void,
): Promise<void> =>
  parts.db.transaction(async (tx) => {
    const row = await readGroup(tx, actor.organisationId, id, 'for update')
    check(row)
    await tx.query('delete from scim_group where id = $1', [row.id])
    await recordBy(tx, actor, 'scim_group.deleted', 'scim_group', row.id, { displayName: row.display_name })
  })

function toColumns(group: Resource) {
  const displayName = typeof group['displayName'] === 'string' ? group['displayName'].trim() : ''
  if (displayName === '' || displayName.length > 200)
    throw new ScimError(400, 'invalidValue', 'displayName must have 1 to 200 characters')
  const externalId = typeof group['externalId'] === 'string' ? group['externalId'].slice(0, 200) : null
  const given = Array.isArray(group['members']) ? group['members'].filter(isRecord) : []
  const members = [...new Set(given.map((member) => String(member['value']).toLowerCase()))]
  if (members.length > 10_000) throw new ScimError(413, 'tooMany', 'A group may have 10000 members')
  const wrong = members.find((member) => !isUuid(member))
  if (wrong !== undefined)
    throw new ScimError(400, 'invalidValue', `There is no user ${wrong.slice(0, 100)} to be a member`)
  return { displayName, externalId, members }
}

async function setMembers(
  tx: Transaction,
  organisationId: string,
  groupId: string,
  members: readonly string[],
): Promise<void> {
  await tx.query('delete from scim_group_member where group_id = $1 and not person_id = any($2::uuid[])', [
    groupId,
    members,
  ])
  const known = await tx.query<Row & { id: string }>(
    `select id from person where organisation_id = $1 and source = 'scim' and id = any($2::uuid[])`,
    [organisationId, members],
  )
  const ids = new Set(known.map(({ id }) => id))
  const missing = members.find((member) => !ids.has(member))
  if (missing !== undefined) throw new ScimError(400, 'invalidValue', `There is no user ${missing} to be a member`)
  await tx.query(
    'insert into scim_group_member (group_id, person_id) select $1, unnest($2::uuid[]) on conflict do nothing',
    [groupId, members],
  )
}

async function namingDoubles<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'scim_group_name') throw error
    throw new ScimError(409, 'uniqueness', 'There is a group of that displayName')
  }
}
