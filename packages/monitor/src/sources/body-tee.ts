/** What the app has read of a body, by reference and up to a cap. */
export class BodyTee {
  readonly #chunks: Buffer[] = []
  readonly #cap: number
  length = 0
  cut = false

  /** @param cap bytes */
  constructor(cap: number) {
    this.#cap = cap
  }

  keep(chunk: Buffer): void {
    const room = this.#cap - this.length
    if (room <= 0) {
      this.cut = true
      return
    }
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk
    this.cut ||= kept.length < chunk.length
    this.#chunks.push(kept)
    this.length += kept.length
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
  }
}
