import type { OperationOf } from '@riposte/contract'
import { commonEndLength, commonLength } from '../text/common-length.ts'
import { haystackOf } from '../text/haystack.ts'
import { countBelow, skeleton, type Skeleton } from '../text/skeleton.ts'
import type { Trigrams } from '../text/trigrams.ts'
import type { Candidate } from './candidate.ts'
import { judge, type Place, type Verdict } from './judge.ts'
import { readStatement, type Statement } from './statement.ts'

export interface Judged {
  readonly place: Place
  readonly verdict: Verdict
  /** All letters and digits of the value stand there, not only its beginning or end. */
  readonly whole: boolean
}

/** Letters `from` to `to` of the value stand in the statement's skeleton from `at` on. */
interface Alignment {
  readonly at: number
  readonly from: number
  readonly to: number
  readonly wanted: Skeleton
}

/** Places where one value is judged; places inside one literal count once. */
const mostPlaces = 256
/** Longer values are looked for by their beginning, and compared from there. */
const longestNeedle = 256
/** Letters and digits by which the beginning or end of a long value is recognised; of a short one it is three fifths. */
const longestAnchor = 12
/** Shortest skeleton that is looked for when a value does not stand in the statement as given. */
const shortestSkeleton = 5
/** Work for all inputs together, in characters judged or sixteen characters searched; only a hostile request comes near. */
const workBudget = 32_000_000

/** One statement, with everything that is worked out about it only when it is first needed. */
export class Search {
  readonly #operation: OperationOf<'sql'>
  readonly #lower: string
  readonly #skeleton: Skeleton
  readonly #trigrams: Trigrams
  #statement: Statement | null = null
  #budget = workBudget

  constructor(operation: OperationOf<'sql'>) {
    this.#operation = operation
    const haystack = haystackOf(operation.text)
    this.#lower = haystack.lower
    this.#skeleton = haystack.skeleton
    this.#trigrams = haystack.trigrams
  }

  get lower(): string {
    return this.#lower
  }

  judge(place: Place, whole = true): Judged {
    this.#budget -= 64 + place.end - place.start
    this.#statement ??= readStatement(this.#operation.text, this.#operation.dialect)
    return { place, verdict: judge(this.#statement, place), whole }
  }

  /** False: the value stands nowhere in the statement, nor does its beginning or end. */
  mayHold(form: string): boolean {
    return this.#trigrams.mayHoldBeginning(form) || this.#trigrams.mayHoldEnd(form)
  }

  /** Every place where the value stands to the letter, or in another case. */
  *exact({ form, lower }: Candidate): Generator<Judged> {
    if (!this.#trigrams.mayHoldBeginning(form)) return
    const needle = lower.length > longestNeedle ? lower.slice(0, longestNeedle) : lower
    let start = this.#indexOf(needle, 0)
    for (let seen = 0; start !== -1 && seen < mostPlaces; seen += 1) {
      const end = needle === lower ? start + lower.length : start + commonLength(lower, this.#lower, start)
      const judged = this.judge({ start, end, form })
      if (end - start === lower.length) yield judged
      start = this.#indexOf(needle, this.#beyond(judged, needle.length))
    }
  }

  /** Places where its letters and digits stand with other signs between them, or only its beginning or end. */
  *changed(candidate: Candidate): Generator<Judged> {
    if (!candidate.isSpicy()) return
    const { form, lower } = candidate
    const wanted = skeleton(lower)
    const { text } = this.#skeleton
    const size = wanted.text.length
    const anchor = Math.min(longestAnchor, Math.max(shortestSkeleton, Math.ceil(size * 0.6)))
    if (size < anchor) return
    if (this.#trigrams.mayHoldBeginning(form)) {
      yield* this.#places(wanted.text.slice(0, anchor), candidate, (at) => {
        return { at, from: 0, to: commonLength(wanted.text, text, at), wanted }
      })
    }
    if (size === anchor || !this.#trigrams.mayHoldEnd(form)) return
    yield* this.#places(wanted.text.slice(-anchor), candidate, (found) => {
      const common = commonEndLength(wanted.text, text, found + anchor)
      return { at: found + anchor - common, from: size - common, to: size, wanted }
    })
  }

  *#places(needle: string, { form }: Candidate, align: (at: number) => Alignment): Generator<Judged> {
    const { text, positions } = this.#skeleton
    let at = text.indexOf(needle)
    for (let seen = 0; at !== -1 && seen < mostPlaces && this.#spend(text.length); seen += 1) {
      const alignment = align(at)
      const length = alignment.to - alignment.from
      const first = positions[alignment.at] as number
      const last = positions[alignment.at + length - 1] as number
      const [start, end] = this.#widen(first, last + 1, form, alignment)
      yield this.judge(
        { start, end, form, signsAt: (index) => this.#signsAt(index, form, alignment) },
        length === alignment.wanted.text.length,
      )
      at = text.indexOf(needle, at + 1)
    }
  }

  /** What the value has between the two letters between which the statement has that index. */
  #signsAt(index: number, form: string, { at, from, wanted }: Alignment): string {
    const letter = from + countBelow(this.#skeleton.positions, index) - at
    const before = letter > 0 ? (wanted.positions[letter - 1] as number) + 1 : 0
    return form.slice(before, wanted.positions[letter] ?? form.length)
  }

  /** Takes in the signs at the edges of the value that stand at the edges of the match too: the quote before, the comment after. */
  #widen(start: number, end: number, form: string, { from, to, wanted }: Alignment): [number, number] {
    const { text } = this.#operation
    const lead = from > 0 ? '' : (/^[^A-Za-z0-9\u0080-\uffff]{1,8}/.exec(form)?.[0] ?? '')
    const trail = to < wanted.text.length ? '' : (/[^A-Za-z0-9\u0080-\uffff]{1,8}$/.exec(form.slice(-9))?.[0] ?? '')
    const begin =
      lead !== '' && text.startsWith(lead, start - lead.length) && start >= lead.length ? start - lead.length : start
    return [begin, trail !== '' && text.startsWith(trail, end) ? end + trail.length : end]
  }

  /** Where to go on: a literal that holds the value once may hold it a million times. */
  #beyond({ place, verdict }: Judged, length: number): number {
    const next = place.start + 1
    return verdict.kind === 'content' ? Math.max(next, verdict.token.contentEnd - length + 1) : next
  }

  #indexOf(needle: string, from: number): number {
    if (this.#budget <= 0) return -1
    const found = this.#lower.indexOf(needle, from)
    this.#budget -= 1 + ((found === -1 ? this.#lower.length : found) - from) / 16
    return found
  }

  #spend(characters: number): boolean {
    this.#budget -= characters / 16
    return this.#budget > 0
  }
}
