import { commonLength } from '../text/common-length.ts'
import { haystackOf, type Haystack } from '../text/haystack.ts'
import { countBelow, skeleton, toLowerSameLength } from '../text/skeleton.ts'
import { decides, judge, tokensBetween, type Expression, type Place, type Verdict } from './judge.ts'
import { tokenise, type Token } from './tokenise.ts'

export interface Judged {
  readonly place: Place
  readonly verdict: Verdict
}

/** From the first of some literals to the last. */
export interface Literals {
  readonly start: number
  readonly end: number
  readonly isOne: boolean
}

/** Places where one value is judged. */
const mostPlaces = 256
/** Longer values are looked for by their beginning, and compared from there. */
const longestNeedle = 256
/** Letters and digits by which the beginning of a value is known; of a short one it is all of them. */
const longestAnchor = 12
const shortestSkeleton = 5
/** Letters and digits of which a beginning alone is told from a word that both have. */
const shortestPart = 8
/** Work for all inputs together, in characters; only a hostile request comes near. */
const workBudget = 4_000_000

/** One expression, with what is worked out about it when it is first needed. */
export class Search {
  readonly #text: string
  readonly #haystack: Haystack
  #expression: Expression | null = null
  #budget = workBudget

  constructor(text: string) {
    this.#text = text
    this.#haystack = haystackOf(text)
  }

  get expression(): Expression {
    this.#expression ??= { text: this.#text, tokens: tokenise(this.#text) }
    return this.#expression
  }

  /** Every place where the value stands to the letter, or wholly in small or in capital letters. */
  *exact(form: string): Generator<Judged> {
    if (!this.#haystack.trigrams.mayHoldBeginning(form)) return
    const text = this.#haystack.lower
    const lower = toLowerSameLength(form)
    const needle = lower.slice(0, longestNeedle)
    let start = this.#indexOf(text, needle, 0)
    for (let seen = 0; start !== -1 && seen < mostPlaces; seen += 1) {
      const length = needle === lower ? lower.length : commonLength(lower, text, start)
      const end = start + length
      this.#budget -= 16 + length
      let next = start + Math.max(1, length >> 4)
      if (length === lower.length && isInOneCase(this.#text.slice(start, end), form, lower)) {
        const place = { start, end, form }
        const verdict = judge(this.expression, place)
        yield { place, verdict }
        // A literal that holds the value once may hold it a million times.
        if (verdict.kind === 'data') next = Math.max(next, verdict.end - needle.length + 1)
      }
      start = this.#indexOf(text, needle, next)
    }
  }

  /** Places where its letters and digits stand with fewer signs or other white space between them, or only its beginning does. */
  *changed(form: string): Generator<Judged> {
    if (!this.#haystack.trigrams.mayHoldBeginning(form)) return
    const wanted = skeleton(toLowerSameLength(form))
    if (wanted.text.length < shortestSkeleton) return
    const { text, positions } = this.#haystack.skeleton
    const needle = wanted.text.slice(0, longestAnchor)
    let at = this.#indexOf(text, needle, 0)
    for (let seen = 0; at !== -1 && seen < mostPlaces; seen += 1) {
      const length = commonLength(wanted.text, text, at)
      this.#budget -= 16 + length
      if (length === wanted.text.length || length >= shortestPart) {
        const start = positions[at] as number
        const end = (positions[at + length - 1] as number) + 1
        const place = { start, end, form }
        if (this.#keepsItsSigns(place, wanted.positions)) yield { place, verdict: this.#judgeChanged(place) }
      }
      at = this.#indexOf(text, needle, at + 1)
    }
  }

  /** Literals in which all letters and digits of the value stand, whatever an app put between them to escape it. */
  *escaped(form: string): Generator<Literals> {
    const { text: wanted, positions: own } = skeleton(toLowerSameLength(form))
    if (wanted === '') return
    const { text, positions } = this.#haystack.skeleton
    let at = this.#indexOf(text, wanted, 0)
    for (let seen = 0; at !== -1 && seen < mostPlaces; seen += 1) {
      const start = positions[at] as number
      const end = (positions[at + wanted.length - 1] as number) + 1
      this.#budget -= 16 + end - start
      const literals = this.#literalsOf(at, at + wanted.length)
      // Where the signs between two literals are the value's, it wrote the literals as well.
      const isSafe = literals && (literals.isOne || !this.#keepsItsSigns({ start, end, form }, own))
      if (isSafe) yield literals
      at = this.#indexOf(text, wanted, at + Math.max(1, wanted.length >> 4))
    }
  }

  /** The literals in which these letters stand; null where one of them stands in none. */
  #literalsOf(from: number, to: number): Literals | null {
    const { tokens } = this.expression
    const { positions } = this.#haystack.skeleton
    const at = (letter: number): number => positions[letter] as number
    const range = tokensBetween(tokens, at(from), at(to - 1) + 1)
    if (!range) return null
    for (let index = range.first, letter = from; index <= range.last; index += 1) {
      const token = tokens[index] as Token
      if (letter < to && at(letter) < token.end && token.kind !== 'literal') return null
      while (letter < to && at(letter) < token.end) letter += 1
    }
    const [first, last] = [tokens[range.first] as Token, tokens[range.last] as Token]
    return { start: first.start, end: last.end, isOne: first === last }
  }

  #judgeChanged({ start, end }: Place): Verdict {
    const { expression } = this
    const range = tokensBetween(expression.tokens, start, end)
    if (!range || range.first === range.last) return { kind: 'nothing' }
    const first = expression.tokens[range.first] as Token
    const last = expression.tokens[range.last] as Token
    const cuts =
      (first.kind === 'literal' && first.start < start) || (last.kind === 'literal' && (last.end > end || !last.closed))
    if (!cuts && !decides(expression, range)) return { kind: 'nothing' }
    const reason = 'A value from the request, changed on its way, became several parts of the expression.'
    return { kind: 'finding', sure: true, confidence: 0.85, reason }
  }

  /** What the app escapes gets signs: each that stands between two letters must be the value's, in its order. */
  #keepsItsSigns({ start, end, form }: Place, wanted: Uint32Array): boolean {
    const { positions } = this.#haystack.skeleton
    const first = countBelow(positions, start)
    for (let letter = 1; ; letter += 1) {
      const here = positions[first + letter]
      const before = positions[first + letter - 1]
      if (here === undefined || before === undefined || here >= end) return true
      if (here === before + 1) continue
      const own = form.slice((wanted[letter - 1] as number) + 1, wanted[letter])
      if (!isThinned(this.#text.slice(before + 1, here), own)) return false
    }
  }

  #indexOf(text: string, needle: string, from: number): number {
    if (this.#budget <= 0) return -1
    const found = text.indexOf(needle, from)
    this.#budget -= 1 + ((found === -1 ? text.length : found) - from) / 64
    return found
  }
}

/** The signs of the one are those of the other in the same order, or some of them; a quote may be another quote. */
function isThinned(signs: string, given: string): boolean {
  let at = 0
  for (let index = 0; index < signs.length; index += 1) {
    const sign = sameQuote(signs.charAt(index))
    if (/\s/.test(sign)) continue
    while (at < given.length && sameQuote(given.charAt(at)) !== sign) at += 1
    if (at === given.length) return false
    at += 1
  }
  return true
}

const sameQuote = (sign: string): string => (/["'`]/.test(sign) ? "'" : sign)

const isInOneCase = (found: string, form: string, lower: string): boolean =>
  found === form || found === lower || found === form.toUpperCase()
