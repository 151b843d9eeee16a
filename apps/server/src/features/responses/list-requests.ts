import type { z } from 'zod'
import { may, type responseApi } from '@riposte/contract'
import type { Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import type { ResponseParts } from './parts.ts'
import { describeRequests } from './read-requests.ts'
import type { RequestRow } from './rows.ts'

type Query = z.output<(typeof responseApi)['listRequests']['query']>

/** The moment that presses, per list, and which way it is sorted. */
const lists = {
  waiting: {
    where: 'decided_at is null',
    moment: "coalesce(approval_expires_at, 'infinity')",
    order: 'asc',
    after: '>',
  },
  review: {
    where: `emergency is not null and emergency->>'reviewedAt' is null`,
    moment: `(emergency->>'reviewBy')::timestamptz`,
    order: 'asc',
    after: '>',
  },
  all: { where: 'true', moment: 'submitted_at', order: 'desc', after: '<' },
} as const

/** The inbox. The cursor is the last row's place. */
export async function listRequests(parts: ResponseParts, actor: MemberActor, query: Query) {
  const { where, moment, order, after } = lists[query.state]
  const place = query.cursor ? readCursor(query.cursor) : null
  const rows = await parts.db.query<RequestRow & { place: string }>(
    `select *, to_char(${moment} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place from response_request
     where organisation_id = $1 and ${where} and ($2::timestamptz is null or (${moment}, id) ${after} ($2, $3::uuid))
     order by ${moment} ${order}, id ${order} limit $4`,
    [actor.organisationId, place?.at ?? null, place?.id ?? null, query.limit + 1],
  )
  const shown = rows.slice(0, query.limit)
  const last = shown.at(-1)
  const [mine] = await parts.db.query<Row & { count: number }>(
    `select count(*)::int as count from response_request q
     where organisation_id = $1 and decided_at is null and submitted_by <> $2 and not ($2 = any(barred)) and approval_expires_at > $3
       and not exists (select 1 from response_vote v where v.request_id = q.id and v.version = q.version and v.member_id = $2)`,
    [actor.organisationId, actor.memberId, parts.clock()],
  )
  return {
    items: await describeRequests(parts, actor, shown),
    nextCursor:
      rows.length > query.limit && last ? Buffer.from(`${last.place} ${last.id}`).toString('base64url') : null,
    waitingForMe: may(actor.role, 'response.approve') ? (mine?.count ?? 0) : 0,
  }
}

/** @throws Refusal for what is no cursor of ours */
export function readCursor(cursor: string): { at: string; id: string } {
  const match = /^(\d{4}-[\d:.T-]+Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(
    Buffer.from(cursor, 'base64url').toString(),
  )
  if (!match || Number.isNaN(Date.parse(match[1] as string)))
    throw new Refusal('request.invalid', undefined, {
      errors: [{ path: 'cursor', message: 'not a cursor of this list' }],
    })
  return { at: match[1] as string, id: match[2] as string }
}
