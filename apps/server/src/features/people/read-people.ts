import type { Paging, Person, PersonFilter, PersonSummary } from '@riposte/contract'
import * as z from 'zod'
import type { Queryable, Row } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { findUnstorable } from '../../platform/http/storable.ts'
import { toAccount, toPerson, toSummary, whereOf, type AccountRow, type PersonRow } from './person-row.ts'

const Cursor = z.tuple([z.string(), z.uuid()])

export async function listPeople(
  db: Queryable,
  organisationId: string,
  { cursor, limit, ...filter }: PersonFilter & z.output<typeof Paging>,
): Promise<{ items: PersonSummary[]; nextCursor: string | null; total: number; flagged: number }> {
  const counted: unknown[] = []
  const [counts] = await db.query<Row & { total: string; flagged: string }>(
    `select count(*) as total, count(password_reset_at) as flagged from person where ${whereOf(organisationId, filter, counted)}`,
    counted,
  )
  const values: unknown[] = []
  const where = whereOf(organisationId, filter, values)
  const after = readCursor(cursor)
  const rows = await db.query<PersonRow>(
    `select * from person where ${where} ${after ? `and (lower(name), id) > (lower($${values.push(after[0])}), $${values.push(after[1])}::uuid)` : ''}
     order by lower(name), id limit $${values.push(limit + 1)}`,
    values,
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(toSummary),
    nextCursor: rows.length > limit && last ? writeCursor([last.name, last.id]) : null,
    total: Number(counts?.total ?? 0),
    flagged: Number(counts?.flagged ?? 0),
  }
}

const writeCursor = (cursor: z.infer<typeof Cursor>): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url')

function readCursor(text: string | undefined): z.infer<typeof Cursor> | null {
  if (text === undefined || text === '') return null
  try {
    const cursor = Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    if (!findUnstorable(cursor)) return cursor
  } catch {
    // Told below.
  }
  throw new Refusal('request.invalid', undefined, {
    errors: [{ path: 'cursor', message: 'not a cursor of this list' }],
  })
}

/** @throws Refusal `person.not_found` */
export async function readPersonRow(
  db: Queryable,
  organisationId: string,
  personId: string,
  lock: '' | 'for update' = '',
): Promise<PersonRow> {
  const [row] = await db.query<PersonRow>(`select * from person where id = $1 and organisation_id = $2 ${lock}`, [
    personId,
    organisationId,
  ])
  if (!row) throw new Refusal('person.not_found')
  return row
}

export const readAccounts = (db: Queryable, personId: string): Promise<AccountRow[]> =>
  db.query<AccountRow>(
    `select a.id, a.kind, a.device_id, a.connector_id, a.name, coalesce(d.name, c.settings ->> 'name') as place
     from person_account a left join device d on d.id = a.device_id left join ldap_connector c on c.id = a.connector_id
     where a.person_id = $1 order by a.kind, place, a.name`,
    [personId],
  )

export async function readPerson(db: Queryable, organisationId: string, personId: string): Promise<Person> {
  const row = await readPersonRow(db, organisationId, personId)
  const accounts = (await readAccounts(db, personId)).map(toAccount)
  const resets = await db.query<ResetRow>(
    'select at, kind, by, reason, response_id from person_reset where person_id = $1 order by id desc limit 100',
    [personId],
  )
  const notifications = await db.query<NotificationRow>(
    'select created_at, channel, template, state, attempts, detail from notification where person_id = $1 order by created_at desc limit 100',
    [personId],
  )
  return toPerson(row, {
    accounts,
    resets: resets.map((reset) => ({
      at: reset.at.toISOString(),
      kind: reset.kind,
      by: reset.by,
      reason: reset.reason,
      responseId: reset.response_id,
    })),
    notifications: notifications.map(({ created_at, ...rest }) => ({ at: created_at.toISOString(), ...rest })),
  })
}

interface ResetRow extends Row {
  at: Date
  kind: Person['resets'][number]['kind']
  by: string
  reason: string
  response_id: string | null
}
type Notification = Person['notifications'][number]
interface NotificationRow extends Row {
  created_at: Date
  channel: string
  template: string
  state: Notification['state']
  attempts: number
  detail: string | null
}
