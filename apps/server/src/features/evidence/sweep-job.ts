import type { JobWish } from '../../platform/jobs/jobs.ts'

export const sweepKind = 'evidence.sweep'
const hourMs = 3_600_000
/** An upload that stood still for so long is given up. */
export const staleMs = 24 * hourMs

/** A look at what stands still, once it may: keyed by the hour it is due in, so that many wishes are one job. */
export function staleSweep(now: Date): JobWish {
  const hour = Math.ceil((now.getTime() + staleMs) / hourMs)
  return { kind: sweepKind, payload: {}, runAt: new Date(hour * hourMs), uniqueKey: `${sweepKind}:${hour}` }
}

/** A look at what is to be removed, now. Without a key: a wish must not vanish in one that is just being done. */
export const removalSweep = (now: Date): JobWish => ({ kind: sweepKind, payload: {}, runAt: now })
