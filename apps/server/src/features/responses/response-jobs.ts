import { findSpec } from '@riposte/actions/specs'
import type { Jobs } from '../../platform/jobs/jobs.ts'
import { bySystem, changing } from './change.ts'
import { fail } from './end-response.ts'
import { expireApproval, lockWithDevice } from './end-request.ts'
import { moveResponses } from './move-responses.ts'
import type { ResponseParts } from './parts.ts'
import type { RequestRow, ResponseRow } from './rows.ts'
import { runHere } from './run-here.ts'
import { askAgent, endVerification, verifyDue } from './verify-response.ts'

/** Minutes beyond its own time limit that a response waits for an agent that took it and is silent. */
const leasedGraceMin = 15
/** How long an executing response waits for a device that is away, and for an answer once it was asked. */
const awayHours = 24
const answerMin = 5

/** Everything of this feature that happens because time went by. */
export function registerResponseJobs(parts: ResponseParts, jobs: Jobs): void {
  const on = (kind: string, work: (responseId: string) => Promise<void>): void =>
    jobs.on(kind, (payload) => work(String(payload['responseId'])))
  jobs.on('approval.expire', ({ requestId, version }) => expireApproval(parts, String(requestId), Number(version)))
  jobs.on('response.expire', ({ requestId }) => expireResponses(parts, String(requestId)))
  jobs.on('emergency.overdue', ({ requestId }) => reviewOverdue(parts, String(requestId)))
  jobs.on('response.silent', ({ responseId, asked }) => askSilent(parts, String(responseId), asked === true))
  on('response.run', (id) => runHere(parts, id))
  on('response.verify', (id) => verifyDue(parts, id))
  on('response.verify_end', (id) => endVerification(parts, id))
  on('containment.end', (id) => endContainment(parts, id))
}

/** What no agent took in time is over. What one took may be under way: it is waited for, and then nobody knows. */
async function expireResponses(parts: ResponseParts, requestId: string): Promise<void> {
  const [request] = await parts.db.query<RequestRow>('select * from response_request where id = $1', [requestId])
  if (!request) return
  await changing(parts, bySystem(request.organisation_id), async (change) => {
    const rows = await change.tx.query<ResponseRow>(
      `select * from response where request_id = $1 and status = 'queued' and not_after <= $2 order by id for update`,
      [requestId, change.now],
    )
    await moveResponses(
      change,
      'expire',
      rows.filter(({ leased_at }) => leased_at === null).map(({ id }) => id),
    )
    const leased = rows.filter(({ leased_at }) => leased_at !== null)
    if (leased.length === 0) return
    const graceMs = leasedGraceMin * 60_000 + (findSpec(request.type)?.timeoutS ?? 0) * 1_000
    const until = new Date(request.not_after.getTime() + graceMs)
    if (until <= change.now)
      await moveResponses(
        change,
        'fail',
        leased.map(({ id }) => id),
        { reason: 'unknown', detail: 'The agent took it and never told what became of it' },
      )
    else
      change.later({
        kind: 'response.expire',
        payload: { requestId },
        runAt: until,
        uniqueKey: `response.expire:${requestId}:${until.getTime()}`,
      })
  })
}

/** It runs for longer than it may: the agent is asked what is true; without an answer nobody knows. */
async function askSilent(parts: ResponseParts, responseId: string, asked: boolean): Promise<void> {
  const [known] = await parts.db.query<ResponseRow>(
    `select * from response where id = $1 and status = 'executing' and device_id is not null`,
    [responseId],
  )
  if (!known) return
  const online = (await parts.live.online([known.device_id as string])).size > 0
  await changing(parts, bySystem(known.organisation_id), async (change) => {
    const row = await lockWithDevice(change, responseId)
    if (row.status !== 'executing' || row.started_at === null) return
    const away = change.now.getTime() - row.started_at.getTime() > awayHours * 3_600_000
    if ((online && asked) || away) {
      await fail(change, row.id, {
        reason: 'unknown',
        detail: away
          ? `The device did not come back within ${awayHours} hours, and had not told of the end`
          : 'The agent answers and does not tell of the end, long after the time limit',
      })
      return
    }
    const runAt = new Date(change.now.getTime() + answerMin * 60_000)
    if (online) {
      await askAgent(parts, change, row, runAt)
      change.event(row.id, 'asked_again', 'It runs for longer than it may; the agent was asked what is true')
    }
    change.later({
      kind: 'response.silent',
      payload: { responseId, asked: online },
      runAt,
      uniqueKey: `response.silent:${responseId}:${runAt.getTime()}`,
    })
  })
}

async function endContainment(parts: ResponseParts, responseId: string): Promise<void> {
  const [known] = await parts.db.query<ResponseRow>('select * from response where id = $1', [responseId])
  if (!known) return
  await changing(parts, bySystem(known.organisation_id), async (change) => {
    const [row] = await change.tx.query<ResponseRow>(
      `update response set containment = 'ended', containment_checked_at = $2
       where id = $1 and containment in ('in_force', 'drifted') and containment_until <= $2 returning *`,
      [responseId, change.now],
    )
    if (!row) return
    change.event(row.id, 'containment_ended', 'Its time is over')
    change.audit({
      action: 'containment.ended',
      subject: { kind: 'response', id: row.id },
      details: { type: row.type, target: row.target_name },
    })
    change.touch(row.id, row.request_id)
  })
}

/** Nobody else looked at it in time: loud, and it stays in the list until somebody does. */
async function reviewOverdue(parts: ResponseParts, requestId: string): Promise<void> {
  const [request] = await parts.db.query<RequestRow>('select * from response_request where id = $1', [requestId])
  if (!request?.emergency || request.emergency.reviewedAt !== null) return
  await changing(parts, bySystem(request.organisation_id), (change) => {
    change.audit({
      action: 'emergency.review_overdue',
      subject: { kind: 'request', id: requestId },
      details: {
        type: request.type,
        submittedBy: request.submitted_name,
        reason: request.emergency?.reason,
        loud: true,
      },
    })
    change.touchRequest(requestId)
    return Promise.resolve()
  })
}
