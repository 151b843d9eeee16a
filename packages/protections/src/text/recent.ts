/** Longer texts are worked out anew each time, so that what is kept stays small. */
const longestKept = 1_024

/**
 * What was worked out of the texts met lately. A text is kept from the second time on: most values of a request come once, and
 * keeping them costs more than working them out. Forgets all when full, which costs less than knowing which was used last.
 */
export class Recent<Value> {
  readonly #limit: number
  readonly #values = new Map<string, Value>()
  readonly #met = new Set<string>()

  /** @param limit how many texts are kept */
  constructor(limit: number) {
    this.#limit = limit
  }

  get(text: string, make: () => Value): Value {
    if (text.length > longestKept) return make()
    const known = this.#values.get(text)
    if (known !== undefined) return known
    if (!this.#met.has(text)) {
      if (this.#met.size >= this.#limit) this.#met.clear()
      this.#met.add(text)
      return make()
    }
    const made = make()
    this.#met.delete(text)
    if (this.#values.size >= this.#limit) this.#values.clear()
    this.#values.set(text, made)
    return made
  }
}
