import { hole, type Word, type WordUse } from './reading.ts'

/** Gathers what a word says while its quotes and backslashes are read. */
export class WordBuilder {
  readonly start: number
  readonly #source: string
  readonly #pieces: number[] = []
  #text = ''
  /** Where in the command the text so far ends, so that what follows at once is no piece of its own. */
  #next = -1
  /** Opened `{`, each with the places of its commas. */
  readonly braces: { readonly at: number; readonly commas: number[] }[] = []
  bracket = -1

  constructor(source: string, start: number) {
    this.#source = source
    this.start = start
  }

  get text(): string {
    return this.#text
  }

  /** Characters that stand for themselves. */
  literal(from: number, to: number): void {
    if (from === to) return
    if (from !== this.#next) this.#pieces.push(this.#text.length, from)
    this.#text += this.#source.slice(from, to)
    this.#next = to
  }

  /** One character that the command spells in several. */
  decoded(text: string, from: number): void {
    this.#pieces.push(this.#text.length, from)
    this.#text += text
    this.#next = -1
  }

  hole(at: number): void {
    this.decoded(hole, at)
  }

  finish(end: number, use: WordUse): Word {
    return { start: this.start, end, text: this.#text, pieces: this.#pieces, use }
  }
}
