import type { Span } from '@riposte/contract'
import type { Reading, Word } from '../shell/reading.ts'
import { placeOf, role } from '../shell/reading.ts'
import { commonEndLength, commonLength } from '../text/common-length.ts'
import { haystackOf, type Haystack } from '../text/haystack.ts'
import { skeleton, toLowerSameLength } from '../text/skeleton.ts'
import type { Candidate } from './candidate.ts'
import { Command } from './command.ts'
import type { Place } from './place.ts'

/** A value that reached a word as it is: `word.text` holds it from that index on. */
export interface Hit {
  readonly word: Word
  readonly from: number
  /** Where its characters stand in the command. */
  readonly data: Span
  /** The same with the quotes and backslashes around, which may encode it. */
  readonly start: number
  readonly end: number
}

const mostPlaces = 256
/** Longer values are looked for by their beginning. */
const longestNeedle = 256
const shortestSkeleton = 5
/** Letters and digits by which the beginning or end of a long value is recognised; of a short one it is three fifths. */
const longestAnchor = 12
/** Work for all inputs together, in units of sixteen characters searched; only a hostile request comes near. */
const workBudget = 2_000_000

/** One text of code, searched for many values. */
export class Search {
  readonly reading: Reading
  readonly #haystack: Haystack
  #words: { readonly lower: string; readonly starts: readonly number[] } | null = null
  #commands: ReadonlyMap<Word, Command> | null = null
  #budget = workBudget

  constructor(reading: Reading) {
    this.reading = reading
    this.#haystack = haystackOf(reading.text)
  }

  /** False: the value stands nowhere in the text, nor does its beginning or end. */
  mayHold({ form }: Candidate): boolean {
    return this.#haystack.trigrams.mayHoldBeginning(form) || this.#haystack.trigrams.mayHoldEnd(form)
  }

  commandOf(word: Word): Command | null {
    this.#commands ??= new Map(
      this.reading.commands.flatMap((words) => {
        const command = new Command(words)
        return words.map((one) => [one, command] as const)
      }),
    )
    return this.#commands.get(word) ?? null
  }

  /** Every place where the value reached a word as data. */
  hits({ lower }: Candidate): Hit[] {
    const { lower: text, starts } = this.#wordTexts()
    let index = 0
    return this.#all(text, lower).map((at) => {
      index = lastNotAfter(starts, at, index)
      return this.#toHit(this.reading.words[index] as Word, at - (starts[index] as number), lower.length)
    })
  }

  /** Every place where the value stands to the letter, or in another case. */
  exact({ form, lower }: Candidate): Place[] {
    return this.#all(this.#haystack.lower, lower).map((start) => ({ start, end: start + lower.length, form }))
  }

  #all(text: string, wanted: string): number[] {
    const found: number[] = []
    const needle = wanted.slice(0, longestNeedle)
    // A long value that overlaps itself does so all over.
    const step = Math.max(1, Math.min(wanted.length >> 1, wanted.length - 64))
    let at = this.#indexOf(text, needle, 0)
    for (let seen = 0; at !== -1 && seen < mostPlaces; seen += 1) {
      const isWhole = needle === wanted || text.startsWith(wanted, at)
      this.#budget -= wanted.length / 8
      if (isWhole) found.push(at)
      at = this.#indexOf(text, needle, at + (isWhole ? step : 1))
    }
    return found
  }

  /** Gaps between its letters where the text has the value's signs, or some of them: places of a value that was changed or cut. */
  changed({ form, lower }: Candidate): Place[] {
    const wanted = skeleton(lower)
    const { text, positions } = this.#haystack.skeleton
    const size = wanted.text.length
    const anchor = Math.min(longestAnchor, Math.max(shortestSkeleton, Math.ceil(size * 0.6)))
    if (size < anchor) return []
    const found: Place[] = []
    const compare = (shift: number, from: number, to: number): void => {
      const first = positions[shift + from] as number
      const last = positions[shift + to - 1] as number
      this.#budget -= (last - first) / 4
      if (this.#keepsSigns({ form, wanted: wanted.positions, shift, from, to }))
        found.push({ start: first, end: last + 1, form })
    }
    this.#each(text, wanted.text.slice(0, anchor), (at) => {
      compare(at, 0, commonLength(wanted.text, text, at))
    })
    if (size > anchor)
      this.#each(text, wanted.text.slice(-anchor), (at) => {
        const common = commonEndLength(wanted.text, text, at + anchor)
        if (common < size) compare(at + anchor - size, size - common, size)
      })
    return found
  }

  #each(text: string, needle: string, visit: (at: number) => void): void {
    let at = this.#indexOf(text, needle, 0)
    for (let seen = 0; at !== -1 && seen < mostPlaces; seen += 1) {
      visit(at)
      at = this.#indexOf(text, needle, at + 1)
    }
  }

  /** An acting sign that the value has there too, and no sign that the value has not, as encoding would have put there. */
  #keepsSigns(part: { form: string; wanted: Uint32Array; shift: number; from: number; to: number }): boolean {
    const { form, wanted, shift, from, to } = part
    const { positions } = this.#haystack.skeleton
    const { text, roles } = this.reading
    let acts = false
    for (let index = from + 1; index < to; index += 1) {
      const start = (positions[shift + index - 1] as number) + 1
      const end = positions[shift + index] as number
      if (end - start === 0) continue
      const given = form.slice((wanted[index - 1] as number) + 1, wanted[index])
      if (!isWithin(text.slice(start, end), given)) {
        if (roles.subarray(start, end).includes(role.quote)) return false
        continue
      }
      for (let at = start; at < end; at += 1) acts ||= (roles[at] as number) > role.escaped
    }
    return acts
  }

  #toHit(word: Word, from: number, length: number): Hit {
    const { roles } = this.reading
    const data = { start: placeOf(word, from), end: placeOf(word, from + length - 1) + 1 }
    let { start, end } = data
    while (start > word.start && isEncoding(roles[start - 1])) start -= 1
    while (end < word.end && isEncoding(roles[end])) end += 1
    return { word, from, data, start, end }
  }

  #wordTexts(): { readonly lower: string; readonly starts: readonly number[] } {
    if (this.#words) return this.#words
    const starts: number[] = []
    const texts: string[] = []
    let length = 0
    for (const { text } of this.reading.words) {
      starts.push(length)
      texts.push(text)
      length += text.length + 1
    }
    return (this.#words = { lower: toLowerSameLength(texts.join('\0')), starts })
  }

  #indexOf(text: string, needle: string, from: number): number {
    if (this.#budget <= 0) return -1
    const found = text.indexOf(needle, from)
    this.#budget -= 1 + ((found === -1 ? text.length : found) - from) / 16
    return found
  }
}

const isEncoding = (of: number | undefined): boolean => of === role.quote || of === role.escape

/** All characters of the one stand in the other in that order; one blank is as good as another. */
function isWithin(part: string, whole: string): boolean {
  let at = 0
  for (let index = 0; index < part.length; index += 1) {
    const code = part.charCodeAt(index)
    while (at < whole.length && !isSame(code, whole.charCodeAt(at))) at += 1
    if (at === whole.length) return false
    at += 1
  }
  return true
}

const isSame = (one: number, other: number): boolean =>
  one === other || (one === 32 && (other === 9 || other === 10 || other === 13 || other === 0xa0))

function lastNotAfter(starts: readonly number[], at: number, from: number): number {
  let low = from
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= at) low = middle
    else high = middle - 1
  }
  return low
}
