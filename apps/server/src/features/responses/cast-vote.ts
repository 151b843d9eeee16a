import type { Authority } from '@riposte/contract'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { changing, doerOf, type Change } from './change.ts'
import { decisionOf, mayVote, standing } from './may-vote.ts'
import { moveResponses } from './move-responses.ts'
import type { ResponseParts } from './parts.ts'
import { queueEffects } from './queue-effects.ts'
import { castOf, readVotes } from './read-votes.ts'
import type { RequestRow } from './rows.ts'

export interface Ballot {
  readonly decision: 'approve' | 'reject'
  readonly version: number
  readonly digest: string
  readonly reason: string
}

/** Votes on one request wait for each other. */
export async function lockRequest(change: Change, requestId: string): Promise<RequestRow> {
  const [request] = await change.tx.query<RequestRow>(
    'select * from response_request where id = $1 and organisation_id = $2 for no key update',
    [requestId, change.doer.organisationId],
  )
  if (!request) throw new Refusal('request.not_found')
  return request
}

export const responsesOf = async (change: Change, requestId: string): Promise<string[]> =>
  (await change.tx.query<{ id: string }>('select id from response where request_id = $1 order by id', [requestId])).map(
    ({ id }) => id,
  )

/** Compare and set on version and digest; the last vote that is needed, or one refusal, decides. */
export function castVote(parts: ResponseParts, actor: MemberActor, requestId: string, ballot: Ballot): Promise<void> {
  return changing(parts, doerOf(actor), async (change) => {
    const request = await lockRequest(change, requestId)
    const votes = (await readVotes(change.tx, [requestId])).filter(({ version }) => version === request.version)
    const refusal = mayVote(
      actor,
      {
        submittedBy: request.submitted_by,
        barred: request.barred,
        version: request.version,
        digest: request.digest,
        required: request.required_approvals,
        decided: request.decided_at !== null,
        expiresAt: request.approval_expires_at,
        voters: votes.map(({ member_id }) => member_id),
      },
      ballot,
      change.now,
    )
    if (refusal) throw new Refusal(refusal.code, refusal.why)
    await writeVote(change, actor, request, ballot)
    const cast = standing((await readVotes(change.tx, [requestId])).map(castOf), {
      submittedBy: request.submitted_by,
      barred: request.barred,
      version: request.version,
      digest: request.digest,
    })
    const decision = decisionOf(cast, request.required_approvals)
    if (decision === 'rejected') await reject(change, request, ballot.reason)
    if (decision === 'approved') {
      const authority: Authority = {
        kind: 'approved',
        required: request.required_approvals,
        approvals: cast.map(({ memberId, name, at, digest }) => ({ memberId, name, at: at.toISOString(), digest })),
        barred: [...new Set([request.submitted_by, ...request.barred])],
      }
      await decide(change, request, authority)
      queueEffects(change, await moveResponses(change, 'approve', await responsesOf(change, request.id)))
    }
    change.touchRequest(request.id)
  })
}

async function writeVote(change: Change, actor: MemberActor, request: RequestRow, ballot: Ballot): Promise<void> {
  try {
    await change.tx.query(
      `insert into response_vote (request_id, version, member_id, member_name, submitted_by, decision, digest, reason, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        request.id,
        request.version,
        actor.memberId,
        actor.name,
        request.submitted_by,
        ballot.decision,
        request.digest,
        ballot.reason,
        change.now,
      ],
    )
  } catch (error) {
    const { constraint } = error as { constraint?: string }
    if (constraint === 'nobody_approves_their_own_request') throw new Refusal('approval.self')
    if (constraint === 'response_vote_pkey') throw new Refusal('approval.twice')
    throw error
  }
  change.audit({
    action: ballot.decision === 'approve' ? 'request.approved' : 'request.rejected',
    subject: { kind: 'request', id: request.id },
    details: { type: request.type, version: request.version, digest: request.digest, reason: ballot.reason },
  })
}

/** No vote counts after this. */
export const decide = (change: Change, request: RequestRow, authority: Authority | null) =>
  change.tx.query('update response_request set decided_at = $2, authority = $3 where id = $1 and decided_at is null', [
    request.id,
    change.now,
    authority,
  ])

async function reject(change: Change, request: RequestRow, reason: string): Promise<void> {
  await decide(change, request, null)
  await moveResponses(change, 'reject', await responsesOf(change, request.id), { detail: reason })
}
