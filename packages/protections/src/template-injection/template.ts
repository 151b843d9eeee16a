/** The languages in which tags of templates are written. */
export type Language = 'javascript' | 'handlebars' | 'nunjucks'

/** How much a sign of a template says: what it opens, beside the literal text of the template. */
export type Weight =
  /** Opens or closes code, another file, a filter. */
  | 'loud'
  /** A word of the engine's, before code: `if`, `each`. Prose begins with such words too. */
  | 'keyword'
  /** Parentheses and equals signs of attributes: code only where code stands between them. */
  | 'attribute'
  /** The end of a line and the indentation of the next, where these are structure. */
  | 'line'
  /** A sign without which the rest would be read the same way: `|`, a final dot. */
  | 'quiet'

/** A part of a template. What is in no part is white space without a meaning. */
export type Part = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'text' | 'comment' }
  /** A name in the markup: a tag, a class, an attribute. */
  | { readonly kind: 'word' }
  | { readonly kind: 'sign'; readonly weight: Weight }
  | { readonly kind: 'code'; readonly language: Language }
)

/** A template as its engine would take it apart: parts in the order of the text, none over another. */
export interface Template {
  readonly text: string
  readonly parts: readonly Part[]
}

/** Delimiters by the engine's own names for them, where they are not the usual ones. */
export type Delimiters = Readonly<Record<string, string>>

/** Collects parts; empty ones are left out. */
export class Parts {
  readonly list: Part[] = []

  text(start: number, end: number): void {
    const last = this.list.at(-1)
    if (last?.kind === 'text' && last.end === start) this.list[this.list.length - 1] = { ...last, end }
    else this.#add({ kind: 'text', start, end })
  }

  comment(start: number, end: number): void {
    this.#add({ kind: 'comment', start, end })
  }

  word(start: number, end: number): void {
    this.#add({ kind: 'word', start, end })
  }

  sign(start: number, end: number, weight: Weight = 'loud'): void {
    this.#add({ kind: 'sign', start, end, weight })
  }

  code(start: number, end: number, language: Language): void {
    this.#add({ kind: 'code', start, end, language })
  }

  #add(part: Part): void {
    if (part.end > part.start) this.list.push(part)
  }
}

export const escapeForPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** `indexOf` that remembers that there is nothing further on, so that many openers without an end cost no more than one. */
export class Finder {
  readonly #text: string
  readonly #wanted: string
  #nothingFrom = Infinity

  constructor(text: string, wanted: string) {
    this.#text = text
    this.#wanted = wanted
  }

  from(start: number): number {
    if (start >= this.#nothingFrom) return -1
    const found = this.#text.indexOf(this.#wanted, start)
    if (found === -1) this.#nothingFrom = start
    return found
  }
}
