interface Page {
  readonly text: string
  known: boolean
}

/**
 * Pages of the app's own, which every visitor gets alike. One of each length: to compare a page with another is ten times as fast as
 * to work out its hash.
 */
export class KnownPages {
  readonly #pages = new Map<number, Page>()
  readonly #most: number
  #size = 0

  /** @param most characters kept, of all pages together */
  constructor(most = 8 << 20) {
    this.#most = most
  }

  has(text: string): boolean {
    const page = this.#pages.get(text.length)
    return page?.known === true && page.text === text
  }

  /** @returns whether the very same page left before: the next step is to `add` it */
  isRepeated(text: string): boolean {
    if (this.#pages.get(text.length)?.text === text) return true
    this.#keep({ text, known: false })
    return false
  }

  /** Only for a page in which no value of its request stands: then the app wrote it all. */
  add(text: string): void {
    this.#keep({ text, known: true })
  }

  #keep(page: Page): void {
    const { length } = page.text
    if (this.#pages.delete(length)) this.#size -= length
    if (length > this.#most >> 2) return
    this.#pages.set(length, page)
    this.#size += length
    for (const oldest of this.#pages.keys()) {
      if (this.#size <= this.#most) break
      this.#pages.delete(oldest)
      this.#size -= oldest
    }
  }
}
