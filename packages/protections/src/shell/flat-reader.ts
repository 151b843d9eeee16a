import { role, type Reading, type Role, type Word, type WordUse } from './reading.ts'
import { WordBuilder } from './word-builder.ts'

/** What the readers of languages without nesting share: marking characters and gathering words. */
export class FlatReader {
  readonly text: string
  readonly #roles: Uint8Array
  readonly #words: Word[] = []
  #word: WordBuilder | null = null
  at = 0
  closed = true

  constructor(text: string) {
    this.text = text
    this.#roles = new Uint8Array(text.length)
  }

  get sign(): string {
    return this.text.charAt(this.at)
  }

  get atEnd(): boolean {
    return this.at >= this.text.length
  }

  mark(length: number, as: Role): void {
    this.#roles.fill(as, this.at, this.at + length)
    this.at += length
  }

  begin(): WordBuilder {
    return (this.#word ??= new WordBuilder(this.text, this.at))
  }

  keep(as: Role, length = 1): void {
    this.begin().literal(this.at, this.at + length)
    this.mark(length, as)
  }

  /** A sign of the language, and the character whose meaning it takes. */
  escape(): void {
    const word = this.begin()
    this.mark(1, role.escape)
    if (this.atEnd) return
    word.literal(this.at, this.at + 1)
    this.mark(1, role.escaped)
  }

  hole(as: Role, length = 1): void {
    this.begin().hole(this.at)
    this.mark(length, as)
  }

  end(use: WordUse = 'text'): void {
    if (this.#word) this.#words.push(this.#word.finish(this.at, use))
    this.#word = null
  }

  finish(): Reading {
    this.end()
    return { text: this.text, roles: this.#roles, words: this.#words, commands: [], closed: this.closed }
  }
}
