import { findSpec } from '@riposte/actions/specs'
import type { RequestId, ResponseFilter, ResponseId, ResponseSummary } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'
import { readCursor } from './list-requests.ts'
import type { Emergency, RequestRow, ResponseRow } from './rows.ts'
import { sentenceFor } from './sentence.ts'

export type HistoryRow = ResponseRow & {
  place: string
  submitted_by: string
  submitted_name: string
  justification: string
  trigger: RequestRow['trigger']
  emergency: Emergency | null
  sentence: string | null
  approved_by: { id: string; name: string }[]
}

/** Responses with what their request knows of them. */
export const historyOf = `
  select r.*, q.submitted_by, q.submitted_name, q.justification, q.trigger, q.emergency, q.sentence,
    to_char(r.submitted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place,
    coalesce((select jsonb_agg(jsonb_build_object('id', v.member_id, 'name', v.member_name) order by v.at) from response_vote v
      where v.request_id = q.id and v.version = q.version and v.decision = 'approve'), '[]') as approved_by
  from response r join response_request q on q.id = r.request_id`

/** Newest first; the cursor is the last row's place, so that new rows shift nothing. */
export async function readHistory(
  db: Queryable,
  page: { organisationId: string; filter: ResponseFilter; cursor?: string | undefined; limit: number },
): Promise<{ rows: HistoryRow[]; nextCursor: string | null }> {
  const { where, values } = conditions(page.organisationId, page.filter)
  const after = page.cursor ? readCursor(page.cursor) : null
  if (after) {
    values.push(after.at, after.id)
    where.push(`(r.submitted_at, r.id) < ($${values.length - 1}, $${values.length})`)
  }
  values.push(page.limit + 1)
  const rows = await db.query<HistoryRow>(
    `${historyOf} where ${where.join(' and ')} order by r.submitted_at desc, r.id desc limit $${values.length}`,
    values,
  )
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  return {
    rows: shown,
    nextCursor: rows.length > page.limit && last ? Buffer.from(`${last.place} ${last.id}`).toString('base64url') : null,
  }
}

function conditions(organisationId: string, filter: ResponseFilter): { where: string[]; values: unknown[] } {
  const where = ['r.organisation_id = $1']
  const values: unknown[] = [organisationId]
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined || value === '') return
    values.push(value)
    where.push(condition(`$${values.length}`))
  }
  add(filter.status, (p) => `r.status = any(${p})`)
  add(filter.type, (p) => `r.type = any(${p})`)
  add(filter.verification, (p) => `r.verification = any(${p})`)
  add(filter.containment, (p) => `r.containment = any(${p})`)
  add(filter.deviceId, (p) => `r.device_id = ${p}`)
  add(filter.personId, (p) => `r.person_id = ${p}`)
  add(filter.requestId, (p) => `r.request_id = ${p}`)
  add(filter.submittedBy, (p) => `q.submitted_by::text = ${p}`)
  add(
    filter.approvedBy,
    (p) =>
      `exists (select 1 from response_vote v where v.request_id = q.id and v.version = q.version and v.decision = 'approve' and v.member_id::text = ${p})`,
  )
  add(filter.from, (p) => `r.submitted_at >= ${p}`)
  add(filter.to, (p) => `r.submitted_at < ${p}`)
  add(
    filter.text,
    (p) =>
      `strpos(lower(concat_ws(' ', r.id::text, r.request_id::text, r.target_name, r.device_id::text, r.type, r.detail, r.parameters::text, q.justification, q.submitted_name, q.sentence, q.trigger->>'id', q.trigger->>'title')), lower(${p})) > 0`,
  )
  return { where, values }
}

const iso = (date: Date | null): string | null => date?.toISOString() ?? null

export const toSummary = (row: HistoryRow): ResponseSummary => ({
  id: row.id as ResponseId,
  requestId: row.request_id as RequestId,
  type: row.type,
  title: findSpec(row.type)?.title ?? row.type,
  sentence: sentenceFor(row, row.parameters, row.target_name),
  target: {
    kind: row.device_id === null ? 'person' : 'device',
    id: (row.device_id ?? row.person_id) as string,
    name: row.target_name,
  },
  status: row.status,
  reason: row.reason,
  detail: row.detail,
  submittedBy: { id: row.submitted_by, name: row.submitted_name },
  submittedAt: row.submitted_at.toISOString(),
  approvedBy: row.approved_by,
  approvedAt: iso(row.approved_at),
  queuedAt: iso(row.queued_at),
  leasedAt: iso(row.leased_at),
  startedAt: iso(row.started_at),
  finishedAt: iso(row.finished_at),
  verification:
    row.verification === null
      ? null
      : {
          state: row.verification,
          dueAt: iso(row.verification_due),
          at: iso(row.verification_at),
          detail: row.verification_detail,
        },
  containment:
    row.containment === null
      ? null
      : { state: row.containment, until: iso(row.containment_until), checkedAt: iso(row.containment_checked_at) },
  trigger: row.trigger,
  emergency: row.emergency !== null,
  undoOf: row.undo_of as ResponseId | null,
  undoneBy: row.undone_by as ResponseId | null,
})

export interface EventRow extends Row {
  at: Date
  kind: string
  actor: string
  detail: string
}
export interface OutputRow extends Row {
  at: Date
  stream: string
  text: string
}
