import * as z from 'zod'

/** The six statuses of a response, in the order of the rail. */
export const responseStatuses = ['pending_approval', 'queued', 'executing', 'completed', 'failed', 'cancelled'] as const
export const ResponseStatus = z.enum(responseStatuses)
export type ResponseStatus = z.infer<typeof ResponseStatus>

/** Why a response failed, in words that a program can tell apart. */
export const failureReasons = {
  expired: 'The device did not come online in time',
  does_not_exist: 'What it was aimed at is not there (any more)',
  precondition_changed: 'What it was aimed at is not what it was when it was asked for',
  permission_denied: 'The agent lacks a right on the host',
  unsupported: 'This host cannot do that',
  protected_target: 'The target is protected',
  timed_out: 'It took longer than it may',
  lockout_rolled_back: 'The control plane could not be reached under isolation, so the isolation was taken back',
  partial: 'Only a part of the effect is there',
  execution_error: 'It went wrong on the host',
  signature_refused: 'The agent did not trust the command',
  unknown: 'The agent died midway and the host does not tell whether it happened',
} as const
export const FailureReason = z.enum(Object.keys(failureReasons) as [keyof typeof failureReasons])
export type FailureReason = z.infer<typeof FailureReason>

export const cancellationReasons = ['withdrawn', 'rejected', 'approval_expired', 'superseded'] as const

/** `leased`: queued, and the agent has fetched it. `cancel_requested`: leased or executing, and the agent was asked to leave it. */
export const ResponseReason = z.enum([
  ...(Object.keys(failureReasons) as [FailureReason]),
  ...cancellationReasons,
  'leased',
  'cancel_requested',
])
export type ResponseReason = z.infer<typeof ResponseReason>

/**
 * The life of a response as one table: what happens, from which statuses, to which, and with which reasons. Whoever changes a status
 * names the event; the update names the statuses that it leaves.
 */
export const transitions = {
  approve: { from: ['pending_approval'], to: 'queued', reasons: [null] },
  reject: { from: ['pending_approval'], to: 'cancelled', reasons: ['rejected'] },
  approval_expire: { from: ['pending_approval'], to: 'cancelled', reasons: ['approval_expired'] },
  /** By a person, before an agent has it. */
  withdraw: { from: ['pending_approval', 'queued'], to: 'cancelled', reasons: ['withdrawn'] },
  supersede: { from: ['pending_approval', 'queued'], to: 'cancelled', reasons: ['superseded'] },
  lease: { from: ['queued'], to: 'queued', reasons: ['leased'] },
  start: { from: ['queued'], to: 'executing', reasons: [null] },
  /** The agent may tell of the end before we heard of the start. */
  complete: { from: ['queued', 'executing'], to: 'completed', reasons: [null] },
  fail: { from: ['queued', 'executing'], to: 'failed', reasons: Object.keys(failureReasons) as FailureReason[] },
  expire: { from: ['queued'], to: 'failed', reasons: ['expired'] },
  /** The agent had not begun, or undid what it had begun. */
  agent_cancel: { from: ['queued', 'executing'], to: 'cancelled', reasons: ['withdrawn'] },
  /** Asked of the agent; its answer decides. */
  request_cancel: { from: ['queued', 'executing'], to: null, reasons: ['cancel_requested'] },
} as const satisfies Record<
  string,
  {
    readonly from: readonly ResponseStatus[]
    /** null: the status stays. */
    readonly to: ResponseStatus | null
    readonly reasons: readonly (ResponseReason | null)[]
  }
>
export type TransitionName = keyof typeof transitions

export const isFinal = (status: ResponseStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled'

export const verificationStates = ['scheduled', 'passed', 'failed', 'inconclusive'] as const
export const VerificationState = z.enum(verificationStates)
export type VerificationState = z.infer<typeof VerificationState>

/** Of what goes on after completion. `drifted`: something else took it away; it was put back, or could not be. */
export const containmentStates = ['in_force', 'drifted', 'ended', 'undone'] as const
export const ContainmentState = z.enum(containmentStates)
export type ContainmentState = z.infer<typeof ContainmentState>

/** Seconds after completion at which a response is verified. */
export const verificationDelayS = 60
