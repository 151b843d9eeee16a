import { commonEndLength, commonLength } from '../text/common-length.ts'
import { haystackOf, type Haystack } from '../text/haystack.ts'
import { countBelow, skeleton, type Skeleton } from '../text/skeleton.ts'
import { readCode, type Code } from './code.ts'
import { judge, type Place, type Verdict } from './judge.ts'
import type { Candidate } from './candidate.ts'

export interface Judged {
  readonly place: Place
  readonly verdict: Verdict
  /** All letters and digits of the value stand there, not only its beginning or end. */
  readonly whole: boolean
}

/** Letters `from` to `to` of the value stand in the script's skeleton from `at` on. */
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
/** Letters and digits of which a beginning or end alone is told from a word that both have. */
const shortestPart = 8
/** Shortest skeleton that is looked for when a value does not stand in the script as given. */
const shortestSkeleton = 5
/** Work for all inputs together, in characters judged or sixty-four characters searched; only a hostile request comes near. */
const workBudget = 4_000_000

/** One script, with everything that is worked out about it only when it is first needed. */
export class Search {
  readonly #text: string
  readonly #haystack: Haystack
  #code: Code | null = null
  #budget = workBudget

  constructor(text: string) {
    this.#text = text
    this.#haystack = haystackOf(text)
  }

  get code(): Code {
    this.#code ??= readCode(this.#text)
    return this.#code
  }

  judge(place: Place, whole = true): Judged {
    this.#budget -= 16 + place.end - place.start
    return { place, verdict: judge(this.code, place), whole }
  }

  /** False: the value stands nowhere in the script, nor does its beginning or end. */
  mayHold({ form }: Candidate): boolean {
    const { trigrams } = this.#haystack
    return trigrams.mayHoldBeginning(form) || trigrams.mayHoldEnd(form)
  }

  /** Every place where the value stands to the letter, or wholly in small or in capital letters. */
  *exact(candidate: Candidate): Generator<Judged> {
    const { form, lower } = candidate
    if (!this.#haystack.trigrams.mayHoldBeginning(form)) return
    const text = this.#haystack.lower
    const needle = lower.length > longestNeedle ? lower.slice(0, longestNeedle) : lower
    let start = this.#indexOf(needle, 0)
    for (let seen = 0; start !== -1 && seen < mostPlaces; seen += 1) {
      const end = needle === lower ? start + lower.length : start + commonLength(lower, text, start)
      const isThere = end - start === lower.length && isInOneCase(this.#text.slice(start, end), candidate)
      const judged = this.judge({ start, end, form })
      if (isThere) yield judged
      start = this.#indexOf(needle, beyond(judged, needle.length))
    }
  }

  /** Places where its letters and digits stand with other signs between them, or only its beginning or end. */
  *changed(candidate: Candidate): Generator<Judged> {
    if (!candidate.isSpicy()) return
    const { form, lower } = candidate
    const wanted = skeleton(lower)
    const { text } = this.#haystack.skeleton
    const size = wanted.text.length
    const anchor = Math.min(longestAnchor, Math.max(shortestSkeleton, Math.ceil(size * 0.6)))
    if (size < anchor) return
    const { trigrams } = this.#haystack
    if (trigrams.mayHoldBeginning(form)) {
      yield* this.#places(wanted.text.slice(0, anchor), form, (at) => {
        return { at, from: 0, to: commonLength(wanted.text, text, at), wanted }
      })
    }
    if (size === anchor || !trigrams.mayHoldEnd(form)) return
    yield* this.#places(wanted.text.slice(-anchor), form, (found) => {
      const common = commonEndLength(wanted.text, text, found + anchor)
      return { at: found + anchor - common, from: size - common, to: size, wanted }
    })
  }

  *#places(needle: string, form: string, align: (at: number) => Alignment): Generator<Judged> {
    const { text, positions } = this.#haystack.skeleton
    let at = text.indexOf(needle)
    for (let seen = 0; at !== -1 && seen < mostPlaces && this.#spend(text.length); seen += 1) {
      const alignment = align(at)
      const length = alignment.to - alignment.from
      const whole = length === alignment.wanted.text.length
      if (!whole && length < shortestPart) {
        at = text.indexOf(needle, at + 1)
        continue
      }
      const first = positions[alignment.at] as number
      const last = positions[alignment.at + length - 1] as number
      const [start, end] = this.#widen(first, last + 1, form, alignment)
      yield this.judge({ start, end, form, signsAt: (index) => this.#signsAt(index, form, alignment) }, whole)
      at = text.indexOf(needle, at + 1)
    }
  }

  /** What the value has between the two letters between which the script has that index. */
  #signsAt(index: number, form: string, { at, from, wanted }: Alignment): string {
    const letter = from + countBelow(this.#haystack.skeleton.positions, index) - at
    const before = letter > 0 ? (wanted.positions[letter - 1] as number) + 1 : 0
    return form.slice(before, wanted.positions[letter] ?? form.length)
  }

  /** Takes in the signs at the edges of the value that stand at the edges of the match too: the quote before, the comment after. */
  #widen(start: number, end: number, form: string, { from, to, wanted }: Alignment): [number, number] {
    const lead = from > 0 ? '' : (/^[^A-Za-z0-9\u0080-\uffff]{1,8}/.exec(form)?.[0] ?? '')
    const trail = to < wanted.text.length ? '' : (/[^A-Za-z0-9\u0080-\uffff]{1,8}$/.exec(form.slice(-9))?.[0] ?? '')
    const hasLead = lead !== '' && start >= lead.length && this.#text.startsWith(lead, start - lead.length)
    const hasTrail = trail !== '' && this.#text.startsWith(trail, end)
    return [hasLead ? start - lead.length : start, hasTrail ? end + trail.length : end]
  }

  #indexOf(needle: string, from: number): number {
    if (this.#budget <= 0) return -1
    const { lower } = this.#haystack
    const found = lower.indexOf(needle, from)
    this.#budget -= 1 + ((found === -1 ? lower.length : found) - from) / 64
    return found
  }

  #spend(characters: number): boolean {
    this.#budget -= characters / 64
    return this.#budget > 0
  }
}

const isInOneCase = (found: string, { form, lower }: Candidate): boolean =>
  found === form || found === lower || found === form.toUpperCase()

/** Where to go on: a literal that holds the value once may hold it a million times. */
function beyond({ place, verdict }: Judged, length: number): number {
  // A long value that repeats itself stands nearly everywhere.
  const next = place.start + Math.max(1, (place.end - place.start) >> 4)
  return verdict.kind === 'content' ? Math.max(next, verdict.token.contentEnd - length + 1) : next
}
