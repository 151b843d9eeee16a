import { verificationDelayS, type ResponseSummary } from '@riposte/contract'
import type { Look } from './mark.tsx'
import { containmentLooks, reasonWord, statusLooks, verificationLooks } from './words.ts'

export interface RailStep {
  readonly id: string
  readonly look: Look
  /** `skipped`: it never came to this. */
  readonly state: 'done' | 'now' | 'ahead' | 'skipped'
  readonly at: string | null
  readonly who: string | null
  /** Why it stands here, or what it waits for. */
  readonly note: string | null
}

export type RailFacts = Pick<
  ResponseSummary,
  | 'status'
  | 'reason'
  | 'detail'
  | 'submittedBy'
  | 'submittedAt'
  | 'approvedBy'
  | 'approvedAt'
  | 'queuedAt'
  | 'leasedAt'
  | 'startedAt'
  | 'finishedAt'
  | 'verification'
  | 'containment'
  | 'emergency'
> & { readonly requiredApprovals?: number; readonly approvalsSoFar?: number }

const names = (people: readonly { name: string }[]): string | null =>
  people.length === 0 ? null : people.map(({ name }) => name).join(' and ')

/** The life of a response as a rail: the six statuses, then verification and what holds after it. */
export function railOf(response: RailFacts): RailStep[] {
  return [approvalStep(response), queueStep(response), executionStep(response), ...ends(response), ...after(response)]
}

function approvalStep(facts: RailFacts): RailStep {
  const look = statusLooks.pending_approval
  const step = { id: 'pending_approval', look, at: facts.approvedAt, who: names(facts.approvedBy) }
  if (facts.status === 'pending_approval') {
    const required = facts.requiredApprovals ?? 1
    return {
      ...step,
      state: 'now',
      at: facts.submittedAt,
      who: facts.submittedBy.name,
      note: `Waits for ${required - (facts.approvalsSoFar ?? 0)} of ${required} ${required === 1 ? 'approval' : 'approvals'}, from somebody else than ${facts.submittedBy.name}`,
    }
  }
  if (facts.approvedAt !== null) return { ...step, state: 'done', note: 'Approved' }
  if (facts.emergency)
    return { ...step, state: 'skipped', note: 'Emergency: ran without approval, a second person reviews it' }
  return { ...step, state: 'skipped', note: facts.queuedAt === null ? 'Never approved' : 'No approval needed' }
}

function queueStep(facts: RailFacts): RailStep {
  const step = { id: 'queued', look: statusLooks.queued, at: facts.queuedAt, who: null }
  if (facts.status === 'queued')
    return {
      ...step,
      state: 'now',
      at: facts.leasedAt ?? facts.queuedAt,
      note: facts.reason === null ? 'Waits for the agent to fetch it' : reasonWord(facts.reason),
    }
  if (facts.status === 'pending_approval') return { ...step, state: 'ahead', note: null }
  if (facts.queuedAt === null && facts.startedAt === null) return { ...step, state: 'skipped', note: null }
  return { ...step, state: 'done', note: facts.leasedAt === null ? null : 'Fetched by the agent' }
}

function executionStep(facts: RailFacts): RailStep {
  const step = { id: 'executing', look: statusLooks.executing, at: facts.startedAt, who: null }
  if (facts.status === 'executing')
    return { ...step, state: 'now', note: facts.reason === null ? 'The agent is at it' : reasonWord(facts.reason) }
  if (facts.status === 'pending_approval' || facts.status === 'queued') return { ...step, state: 'ahead', note: null }
  return { ...step, state: facts.startedAt === null && facts.status !== 'completed' ? 'skipped' : 'done', note: null }
}

function ends(facts: RailFacts): RailStep[] {
  return (['completed', 'failed', 'cancelled'] as const).map((status) => {
    const step = { id: status, look: statusLooks[status], who: null }
    if (facts.status !== status) {
      const over = facts.status === 'completed' || facts.status === 'failed' || facts.status === 'cancelled'
      return { ...step, state: over ? 'skipped' : 'ahead', at: null, note: null }
    }
    const why = facts.reason === null ? null : reasonWord(facts.reason)
    const note = [why, facts.detail].filter((part) => part !== null && part !== '').join('. ')
    return { ...step, state: 'done', at: facts.finishedAt, note: note === '' ? null : note }
  })
}

function after({ status, verification, containment }: RailFacts): RailStep[] {
  const steps: RailStep[] = []
  if (status === 'failed' || status === 'cancelled') return steps
  if (verification === null)
    steps.push({
      id: 'verification',
      look: { word: 'Verification', shape: 'ring', tone: 'quiet' },
      state: 'ahead',
      at: null,
      who: null,
      note: `${verificationDelayS} s after completion`,
    })
  else
    steps.push({
      id: 'verification',
      look: { ...verificationLooks[verification.state], word: `Verification ${verification.state}` },
      state: verification.state === 'scheduled' ? 'now' : 'done',
      at: verification.at ?? verification.dueAt,
      who: null,
      note: verification.detail,
    })
  if (containment !== null)
    steps.push({
      id: 'containment',
      look: containmentLooks[containment.state],
      state: containment.state === 'in_force' || containment.state === 'drifted' ? 'now' : 'done',
      at: containment.checkedAt,
      who: null,
      note: containment.until === null ? null : `until ${new Date(containment.until).toLocaleString()}`,
    })
  return steps
}
