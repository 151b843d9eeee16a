import type { Timings } from '../timings.ts'

/** Milliseconds before the next try: doubling from the first to the most, half of it by chance. @param failures 1 after the first. */
export function backoffMs(
  failures: number,
  random: () => number,
  timings: Pick<Timings, 'backoffFirstMs' | 'backoffMostMs'>,
): number {
  const whole = Math.min(timings.backoffMostMs, timings.backoffFirstMs * 2 ** Math.min(Math.max(failures, 1) - 1, 30))
  return whole / 2 + (whole / 2) * random()
}

const longestRetryAfterMs = 10 * 60_000

/** Reads a `Retry-After` header, in seconds or as a date; null when there is none that can be read. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null
  const text = header.trim()
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), longestRetryAfterMs)
}
