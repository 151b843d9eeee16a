/** The control plane's time, kept by this host's monotonic clock: setting the host's own clock changes nothing. */
export class ServerClock {
  readonly #monotonic: () => number
  readonly #wall: () => number
  #told: { time: number; at: number } | null = null
  #newest: number
  /** Milliseconds that the host's clock was ahead at the last telling; null before. */
  skewMs: number | null = null

  /** @param newest Unix milliseconds, the newest time that was ever told: a clock that says less is wrong. */
  constructor(newest: number, clocks: { monotonic: () => number; wall: () => number }) {
    this.#newest = newest
    this.#monotonic = clocks.monotonic
    this.#wall = clocks.wall
  }

  /** @param askedAt Monotonic milliseconds of the question; half of the way is taken for the answer's. */
  tell(serverTime: number, askedAt: number): void {
    const now = this.#monotonic()
    const time = serverTime + (now - askedAt) / 2
    this.#told = { time, at: now }
    this.#newest = Math.max(this.#newest, serverTime)
    this.skewMs = Math.round(this.#wall() - time)
  }

  now(): number {
    if (this.#told === null) return Math.max(this.#wall(), this.#newest)
    return Math.round(this.#told.time + (this.#monotonic() - this.#told.at))
  }

  /** What is known for sure to have passed. */
  newest(): number {
    return this.#newest
  }
}
