import { isFinal, type ResponseDetail, type ResponseStatus } from '@riposte/contract'
import type { Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import type { ResponseParts } from './parts.ts'
import { readRequest } from './read-requests.ts'
import { historyOf, toSummary, type EventRow, type HistoryRow, type OutputRow } from './read-responses.ts'
import { whatMayBeDone } from './what-may-be-done.ts'

export async function readResponse(
  parts: ResponseParts,
  actor: MemberActor,
  responseId: string,
): Promise<ResponseDetail> {
  const { db } = parts
  const [row] = await db.query<HistoryRow & { undo_status: ResponseStatus | null }>(
    `select h.*, u.status as undo_status from (${historyOf} where r.id = $1 and r.organisation_id = $2) h left join response u on u.id = h.undone_by`,
    [responseId, actor.organisationId],
  )
  if (!row) throw new Refusal('response.not_found')
  const [events, output, evidence, request] = await Promise.all([
    db.query<EventRow>(
      'select at, kind, actor, detail from response_event where response_id = $1 order by id limit 2000',
      [responseId],
    ),
    db.query<OutputRow>('select at, stream, text from response_output where response_id = $1 order by id limit 5000', [
      responseId,
    ]),
    db.query<Row & { id: string }>(
      'select id from evidence where response_id = $1 and organisation_id = $2 order by id',
      [responseId, actor.organisationId],
    ),
    readRequest(parts, actor, row.request_id),
  ])
  return {
    ...toSummary(row),
    parameters: row.parameters,
    justification: row.justification,
    notAfter: row.not_after.toISOString(),
    evidence: row.evidence,
    verificationEvidence: row.verification_evidence,
    cancelRequested: row.cancel_requested,
    events: events.map((event) => ({ ...event, at: event.at.toISOString() })),
    output: output.map((line) => ({ ...line, at: line.at.toISOString() })),
    evidenceIds: evidence.map(({ id }) => id),
    request,
    may: whatMayBeDone(row, undoIsOpen(row.undo_status), actor),
  }
}

/** An undo that was rejected, withdrawn or that failed leaves room for another. */
export const undoIsOpen = (status: ResponseStatus | null): boolean =>
  status !== null && (status === 'completed' || !isFinal(status))
