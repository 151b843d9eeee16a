/** Statements of the app's own, remembered by their text: bounded, least recently used go first. */
export class KnownStatements {
  readonly #known = new Set<string>()
  readonly #most: number
  /** Longer statements are mostly made of data. */
  readonly #longest = 16_384

  constructor(most = 1_000) {
    this.#most = most
  }

  has(text: string): boolean {
    return this.#known.has(text)
  }

  /** Only for a text in which no value of its request stands: then the app wrote it all. */
  add(text: string): void {
    if (text.length > this.#longest) return
    this.#known.delete(text)
    this.#known.add(text)
    if (this.#known.size > this.#most) this.#known.delete(this.#known.values().next().value as string)
  }
}
