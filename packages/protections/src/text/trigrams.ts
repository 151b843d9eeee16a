/**
 * Which sequences of three characters a text has, roughly: never a wrong no, now and then a wrong yes. Tells at once that most of a
 * request's values do not occur in a statement.
 */
export class Trigrams {
  readonly #bits: Uint32Array
  readonly #mask: number

  constructor(text: string) {
    let size = 1_024
    while (size < text.length * 16 && size < 1 << 24) size *= 2
    this.#bits = new Uint32Array(size >> 5)
    this.#mask = size - 1
    for (let at = 0; at + 3 <= text.length; at += 1) {
      const hash = trigram(text, at) & this.#mask
      this.#bits[hash >> 5] = (this.#bits[hash >> 5] as number) | (1 << (hash & 31))
    }
  }

  /** False: the text certainly does not contain this one. */
  mayContain(part: string): boolean {
    for (let at = 0; at + 3 <= part.length; at += 1) {
      const hash = trigram(part, at) & this.#mask
      if (((this.#bits[hash >> 5] as number) & (1 << (hash & 31))) === 0) return false
    }
    return true
  }
}

const trigram = (text: string, at: number): number => {
  const mixed = Math.imul(
    text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2),
    0x9e3779b1,
  )
  return mixed ^ (mixed >>> 15)
}
