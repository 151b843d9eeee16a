import { align } from './align.ts'
import type { Candidate } from './candidate.ts'

/** A part of a page in which a form of a value stands. */
export interface Hit {
  readonly start: number
  readonly end: number
  readonly form: string
  /** All of the value, and not only its beginning or end, or what a filter left of it. */
  readonly whole: boolean
  /** Some of its signs were escaped. */
  readonly escaped: boolean
}

/** Places where one form is judged. */
const mostPlaces = 256
/** Characters compared, for all values together; searching counts a hundredth. Only a hostile request comes near. */
const workBudget = 8_000_000
/** Letters and digits by which a part of a value is told from words that the page has anyway. */
const shortestPart = 8

/** One page, looked through for many values. */
export class Search {
  readonly #page: string
  #budget = workBudget

  constructor(page: string) {
    this.#page = page
  }

  *hits(candidate: Candidate): Generator<Hit> {
    if (!candidate.isAnchored) {
      yield* this.#exact(candidate)
      return
    }
    const { probe, changesCase } = candidate
    yield* this.#aligned(candidate, probe)
    if (!changesCase) return
    for (const other of [probe.toLowerCase(), probe.toUpperCase()])
      if (other !== probe && other.length === probe.length) yield* this.#aligned(candidate, other)
  }

  *#exact({ form, probe, offset, isFiltered }: Candidate): Generator<Hit> {
    let found = this.#indexOf(probe, offset)
    for (let seen = 0; found !== -1 && seen < mostPlaces; seen += 1) {
      const start = found - offset
      this.#budget -= form.length
      if (this.#page.startsWith(form, start))
        yield { start, end: start + form.length, form, whole: !isFiltered, escaped: false }
      found = this.#indexOf(probe, found + 1 + (form.length >> 4))
    }
  }

  *#aligned({ form, offset, isFiltered }: Candidate, word: string): Generator<Hit> {
    let found = this.#indexOf(word, 0)
    for (let seen = 0; found !== -1 && seen < mostPlaces; seen += 1) {
      const { start, end, from, to, escaped, dropped, steps } = align(form, this.#page, {
        at: offset,
        found,
        length: word.length,
      })
      this.#budget -= steps
      const isFull = from === 0 && to === form.length
      const whole = isFull && !dropped && !isFiltered
      if (isFull || isTold(form.slice(from, to))) yield { start, end, form, whole, escaped }
      found = this.#indexOf(word, found + word.length + (steps >> 4))
    }
  }

  #indexOf(text: string, from: number): number {
    if (this.#budget <= 0) return -1
    const found = this.#page.indexOf(text, from)
    this.#budget -= 1 + ((found === -1 ? this.#page.length : found) - from) / 100
    return found
  }
}

const isTold = (part: string): boolean =>
  part.length >= 12 && part.replace(/[^A-Za-z0-9\u0080-\uffff]/g, '').length >= shortestPart
