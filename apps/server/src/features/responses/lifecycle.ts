import { transitions, type ResponseReason, type ResponseStatus, type TransitionName } from '@riposte/contract'

/** How the history and the audit log call what happened. */
export const pastWords: { readonly [Name in TransitionName]: string } = {
  approve: 'approved',
  reject: 'rejected',
  approval_expire: 'approval_expired',
  withdraw: 'withdrawn',
  supersede: 'superseded',
  lease: 'leased',
  start: 'started',
  complete: 'completed',
  fail: 'failed',
  expire: 'expired',
  agent_cancel: 'cancelled',
  request_cancel: 'cancel_requested',
}

/** These leave a queued response alone once an agent has it: its word decides from then on. */
const beforeLease: ReadonlySet<TransitionName> = new Set(['withdraw', 'supersede', 'expire', 'lease'])

export interface Step {
  readonly from: readonly ResponseStatus[]
  /** null: stays. */
  readonly to: ResponseStatus | null
  readonly reason: ResponseReason | null
  readonly onlyUnleased: boolean
}

/** One row of the table, with the reason that goes with it. @throws Error for a reason that the table does not name: a bug */
export function stepOf(name: TransitionName, reason?: ResponseReason): Step {
  const row = transitions[name]
  const reasons: readonly (ResponseReason | null)[] = row.reasons
  const chosen = reason ?? (reasons.length === 1 ? reasons[0] : undefined)
  if (chosen === undefined || !reasons.includes(chosen)) throw new Error(`${name} has no reason ${reason ?? ''}`)
  return { from: row.from, to: row.to, reason: chosen, onlyUnleased: beforeLease.has(name) }
}

/** What a response would be after this; null when it cannot happen to it now. */
export function after(
  name: TransitionName,
  now: { readonly status: ResponseStatus; readonly leased: boolean },
): ResponseStatus | null {
  const row = transitions[name]
  if (!(row.from as readonly ResponseStatus[]).includes(now.status)) return null
  if (beforeLease.has(name) && now.leased) return null
  return row.to ?? now.status
}
