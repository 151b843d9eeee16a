/** Everything the uplink waits for, in milliseconds. */
export interface Timings {
  /** Reports coming within this long of one another go in one request. */
  readonly coalesceMs: number
  readonly requestMs: number
  /** A stream that is silent for this long is taken for dead. The server pings more often. */
  readonly streamSilenceMs: number
  /** A stream that lived this long resets the backoff. */
  readonly stableMs: number
  readonly backoffFirstMs: number
  readonly backoffMostMs: number
  /** After the token was refused. */
  readonly refusedMs: number
  readonly heartbeatMs: number
  readonly fsyncMs: number
  /** How often a spool folder is marked as in use, and those of dead processes are looked for. */
  readonly touchMs: number
  /** A folder of another machine that nobody touched for this long belongs to a dead process. */
  readonly abandonedMs: number
}

export const defaultTimings: Timings = {
  coalesceMs: 20,
  requestMs: 10_000,
  streamSilenceMs: 45_000,
  stableMs: 10_000,
  backoffFirstMs: 500,
  backoffMostMs: 30_000,
  refusedMs: 60_000,
  heartbeatMs: 30_000,
  fsyncMs: 1_000,
  touchMs: 15_000,
  abandonedMs: 60_000,
}
