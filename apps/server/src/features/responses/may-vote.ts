import { may, type ErrorCode, type Role } from '@riposte/contract'

export interface VotingRequest {
  readonly submittedBy: string
  readonly barred: readonly string[]
  readonly version: number
  readonly digest: string
  readonly required: number
  readonly decided: boolean
  readonly expiresAt: Date | null
  /** Of this version. */
  readonly voters: readonly string[]
}

export interface Voter {
  readonly memberId: string
  readonly role: Role
}

export interface VoteRefusal {
  readonly code: ErrorCode
  readonly why: string
}

/** Whether a member may vote on what they saw; null when they may. */
export function mayVote(
  voter: Voter,
  request: VotingRequest,
  seen: { readonly version: number; readonly digest: string },
  now: Date,
): VoteRefusal | null {
  if (!may(voter.role, 'response.approve'))
    return { code: 'auth.forbidden', why: `The role ${voter.role} does not approve responses` }
  if (voter.memberId === request.submittedBy)
    return { code: 'approval.self', why: 'You asked for it: somebody else has to look at it' }
  if (request.barred.includes(voter.memberId))
    return { code: 'approval.self', why: 'You own the automation that asked for it: somebody else has to look at it' }
  if (request.decided || request.required === 0)
    return { code: 'approval.not_waiting', why: 'It was decided already, or never waited for anybody' }
  if (request.expiresAt !== null && request.expiresAt <= now)
    return {
      code: 'approval.not_waiting',
      why: 'Nobody decided in time, which counts as a rejection; ask for it again',
    }
  if (seen.version !== request.version || seen.digest !== request.digest)
    return {
      code: 'approval.changed',
      why: `You were looking at version ${seen.version}; it is version ${request.version} now. Read it again`,
    }
  if (request.voters.includes(voter.memberId))
    return { code: 'approval.twice', why: 'You voted on this version already; it takes somebody else' }
  return null
}

export interface CastVote {
  readonly memberId: string
  readonly decision: 'approve' | 'reject'
  readonly version: number
  readonly digest: string
  /** What the member is at this moment; null: is no member any more. */
  readonly role: Role | null
}

/** Votes that stand: of this version and digest, by people who may still approve and never may not. */
export const standing = <V extends CastVote>(
  votes: readonly V[],
  request: Pick<VotingRequest, 'submittedBy' | 'barred' | 'version' | 'digest'>,
): V[] =>
  votes.filter(
    (vote) =>
      vote.version === request.version &&
      vote.digest === request.digest &&
      vote.role !== null &&
      may(vote.role, 'response.approve') &&
      vote.memberId !== request.submittedBy &&
      !request.barred.includes(vote.memberId),
  )

/** One refusal is enough, however many consented. */
export function decisionOf(votes: readonly CastVote[], required: number): 'approved' | 'rejected' | 'waiting' {
  if (votes.some(({ decision }) => decision === 'reject')) return 'rejected'
  return new Set(votes.map(({ memberId }) => memberId)).size >= required ? 'approved' : 'waiting'
}
