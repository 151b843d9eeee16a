/** A token bucket per key: `burst` at once, `perSecond` on average. Forgets the keys that are full again. */
export class Limiter {
  readonly #buckets = new Map<string, { tokens: number; at: number }>()
  readonly #burst: number
  readonly #perSecond: number

  constructor(burst: number, perSecond: number) {
    this.#burst = burst
    this.#perSecond = perSecond
  }

  /** @returns 0 when there was room, else the seconds until there is */
  take(key: string, amount: number, now: number): number {
    if (this.#buckets.size > 10_000) this.#forget(now)
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at: now }
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.#perSecond)
    bucket.at = now
    this.#buckets.set(key, bucket)
    if (bucket.tokens >= Math.min(amount, this.#burst)) {
      bucket.tokens -= amount
      return 0
    }
    return Math.max(1, Math.ceil((amount - bucket.tokens) / this.#perSecond))
  }

  #forget(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket.tokens + ((now - bucket.at) / 1_000) * this.#perSecond >= this.#burst) this.#buckets.delete(key)
    }
  }
}
