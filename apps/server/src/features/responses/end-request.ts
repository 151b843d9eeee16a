import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { decide, lockRequest, responsesOf } from './cast-vote.ts'
import { bySystem, changing, doerOf, lockDevices, type Change } from './change.ts'
import { issueCommands } from './issue-commands.ts'
import { moveResponses } from './move-responses.ts'
import type { ResponseParts } from './parts.ts'
import type { ResponseRow } from './rows.ts'
import { undoIsOpen } from './read-response.ts'
import { whatMayBeDone } from './what-may-be-done.ts'

/** Hours that a request to leave it waits for an agent that is away. */
const cancelHours = 72

/** One response; what no agent has yet ends here, of the rest its agent decides. */
export function cancelResponse(
  parts: ResponseParts,
  actor: MemberActor,
  responseId: string,
  reason: string,
): Promise<void> {
  return changing(parts, doerOf(actor), async (change) => {
    const row = await lockWithDevice(change, responseId)
    const { cancel } = whatMayBeDone(row, undoIsOpen(null), actor)
    if (!cancel.allowed) throw new Refusal('response.not_possible', cancel.why ?? undefined)
    await cancelRows(parts, change, actor, [row], reason)
    await closeIfDecided(change, row.request_id)
  })
}

/** Whatever is left of a request. */
export function cancelRequest(
  parts: ResponseParts,
  actor: MemberActor,
  requestId: string,
  reason: string,
): Promise<void> {
  return changing(parts, doerOf(actor), async (change) => {
    const request = await lockRequest(change, requestId)
    const devices = await change.tx.query<{ device_id: string }>(
      'select distinct device_id from response where request_id = $1 and device_id is not null',
      [requestId],
    )
    await lockDevices(
      change,
      devices.map(({ device_id }) => device_id),
    )
    const rows = await change.tx.query<ResponseRow>(
      `select * from response where request_id = $1 and status in ('pending_approval', 'queued', 'executing') and cancel_requested is null order by id for update`,
      [requestId],
    )
    if (rows.length === 0)
      throw new Refusal('response.not_possible', 'Nothing of it is under way that was not asked to be left already')
    await cancelRows(parts, change, actor, rows, reason)
    await decide(change, request, request.authority)
    change.audit({
      action: 'request.withdrawn',
      subject: { kind: 'request', id: requestId },
      details: { reason, responses: rows.length },
    })
    change.touchRequest(requestId)
  })
}

async function cancelRows(
  parts: ResponseParts,
  change: Change,
  actor: MemberActor,
  rows: readonly ResponseRow[],
  reason: string,
): Promise<void> {
  const withdrawn = new Set(
    (
      await moveResponses(
        change,
        'withdraw',
        rows.map(({ id }) => id),
        { detail: reason },
      )
    ).map(({ id }) => id),
  )
  const rest = rows.filter(({ id, runs_here }) => !withdrawn.has(id) && !runs_here)
  const asked = await moveResponses(
    change,
    'request_cancel',
    rest.map(({ id }) => id),
    { detail: reason },
  )
  await change.tx.query('update response set cancel_requested = $2 where id = any($1)', [
    asked.map(({ id }) => id),
    { by: { id: actor.memberId, name: actor.name }, at: change.now.toISOString(), reason },
  ])
  await issueCommands(
    change,
    parts.signingKey,
    asked.map((row) => ({
      deviceId: row.device_id as string,
      responseId: row.id,
      notAfter: new Date(change.now.getTime() + cancelHours * 3_600_000),
      body: { kind: 'cancel' as const, actionId: row.id },
    })),
  )
  for (const row of asked) change.wake(row.device_id as string)
}

/** The request of which nothing waits any more waits for nobody. */
/** A request of which nothing waits any more is decided. */
export const closeIfDecided = (change: Change, requestId: string) =>
  change.tx.query(
    `update response_request q set decided_at = $2 where id = $1 and decided_at is null
       and not exists (select 1 from response r where r.request_id = q.id and r.status = 'pending_approval')`,
    [requestId, change.now],
  )

/** The device before its response, as everybody locks them. */
export async function lockWithDevice(change: Change, responseId: string): Promise<ResponseRow> {
  const [known] = await change.tx.query<{ device_id: string | null }>(
    'select device_id from response where id = $1 and organisation_id = $2',
    [responseId, change.doer.organisationId],
  )
  if (!known) throw new Refusal('response.not_found')
  if (known.device_id !== null) await lockDevices(change, [known.device_id])
  const [row] = await change.tx.query<ResponseRow>('select * from response where id = $1 for update', [responseId])
  if (!row) throw new Refusal('response.not_found')
  return row
}

/** Nobody decided in time: counts as a rejection. */
export async function expireApproval(parts: ResponseParts, requestId: string, version: number): Promise<void> {
  const [known] = await parts.db.query<{ organisation_id: string }>(
    'select organisation_id from response_request where id = $1',
    [requestId],
  )
  if (!known) return
  await changing(parts, bySystem(known.organisation_id), async (change) => {
    const request = await lockRequest(change, requestId)
    const { approval_expires_at: until } = request
    if (request.decided_at !== null || request.version !== version || until === null || until > change.now) return
    await decide(change, request, null)
    await moveResponses(change, 'approval_expire', await responsesOf(change, requestId), {
      detail: 'Nobody decided in time, which counts as a rejection',
    })
    change.audit({
      action: 'request.approval_expired',
      subject: { kind: 'request', id: requestId },
      details: { type: request.type },
    })
    change.touchRequest(requestId)
  })
}
