import { tokenise } from '../javascript/tokenise.ts'

/** The content of a string in a script, or a number. */
interface Literal {
  readonly start: number
  readonly end: number
  /** The quote that ends it; '' for a number, which ends with its digits. */
  readonly quote: string
}

/** Strings and numbers of one script, by their places in it. */
export class ScriptLiterals {
  /** Start and end of each, in their order. */
  readonly #ends: Uint32Array
  /** The quote of each, a space for a number. */
  readonly #quotes: string

  /** @param script one that no engine would read has none */
  constructor(script: string) {
    const tokens = tokenise(script)
    const isRead = tokens.every(({ kind, closed }) => closed && kind !== 'invalid')
    const literals = isRead ? tokens.filter(({ kind }) => kind === 'string' || kind === 'number') : []
    this.#ends = Uint32Array.from(literals.flatMap(({ contentStart, contentEnd }) => [contentStart, contentEnd]))
    this.#quotes = literals.map(({ quote }) => quote || ' ').join('')
  }

  /** The one that a place is in, or at an end of. */
  at(place: number): Literal | null {
    let low = 0
    let high = this.#quotes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ends[2 * middle] as number) <= place) low = middle + 1
      else high = middle
    }
    const index = low - 1
    const [start = 0, end = -1] = this.#ends.subarray(2 * index, 2 * low)
    return place <= end ? { start, end, quote: this.#quotes.charAt(index).trim() } : null
  }
}

/** As code nothing but names and signs that call nothing; at its end what pads base64. */
const words = /^(?:[\w .,:@+~%?#$*|^!-]|\/(?![/*]))*={0,2}$/
const number = /^\d+(?:\.\d+)?$/

/** Whether a literal may say that, whoever wrote it: even read as code it does nothing. @param quote '' of a number */
export const isHarmlessLiteral = (text: string, quote: string): boolean =>
  quote === '' ? number.test(text) : words.test(text) && !/(?:script|data)\s*:/i.test(text)
