/** Ends of quoted texts, found in one pass however many quotes have no end. */
export class Quotes {
  readonly #text: string
  readonly #nothingFrom = new Map<number, number>()

  constructor(text: string) {
    this.#text = text
  }

  /** @returns the index behind the closing quote; behind the opening one where none closes */
  end(start: number): number {
    const text = this.#text
    const quote = text.charCodeAt(start)
    if (start >= (this.#nothingFrom.get(quote) ?? Infinity)) return start + 1
    for (let at = start + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code === quote) return at + 1
      if (code === 92) at += 1
    }
    this.#nothingFrom.set(quote, start)
    return start + 1
  }
}
