import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { lockRequest } from './cast-vote.ts'
import { changing, doerOf } from './change.ts'
import type { ResponseParts } from './parts.ts'
import type { Emergency } from './rows.ts'

/** A second person says that they looked at what was done without asking. */
export async function reviewEmergency(
  parts: ResponseParts,
  actor: MemberActor,
  requestId: string,
  note: string,
): Promise<void> {
  await changing(parts, doerOf(actor), async (change) => {
    const request = await lockRequest(change, requestId)
    if (!request.emergency) throw new Refusal('approval.not_waiting', 'It was no emergency; it waits for no review')
    if (request.emergency.reviewedAt !== null)
      throw new Refusal(
        'approval.not_waiting',
        `${request.emergency.reviewedBy?.name ?? 'Somebody'} looked at it already`,
      )
    if (request.submitted_by === actor.memberId || request.barred.includes(actor.memberId))
      throw new Refusal('approval.self', 'You did it: somebody else has to look at it')
    const emergency: Emergency = {
      ...request.emergency,
      reviewedBy: { id: actor.memberId, name: actor.name },
      reviewedAt: change.now.toISOString(),
      note,
    }
    await change.tx.query('update response_request set emergency = $2 where id = $1', [requestId, emergency])
    change.audit({
      action: 'emergency.reviewed',
      subject: { kind: 'request', id: requestId },
      details: { type: request.type, note, late: change.now > new Date(emergency.reviewBy) },
    })
    change.touchRequest(requestId)
  })
}
