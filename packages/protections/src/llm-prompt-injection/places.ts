import type { Input } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { haystackOf, type Haystack } from '../text/haystack.ts'
import { skeleton, toLowerSameLength } from '../text/skeleton.ts'

/** Where values of the request stand in a message, side by side ones taken together. */
export interface Place {
  readonly start: number
  readonly end: number
  /** The longest of them. */
  readonly input: Input
  /** It stands there as it came. */
  readonly exact: boolean
}

/** A word or two instructs nobody; Chinese says in six signs what English says in six words. */
const shortest = 12
const shortestEastAsian = 5
const eastAsian = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/
/** By its beginning a value is known that was cut off or lost some signs. */
const longestAnchor = 24
const shortestAnchor = 16
/** Work for all inputs together, in characters searched. */
const workBudget = 40_000_000

export function placesIn(text: string, inputs: readonly Input[]): Place[] {
  const haystack = haystackOf(text)
  const found: Place[] = []
  let budget = workBudget
  for (const input of inputs) {
    if (budget <= 0) break
    const { value } = input
    if (value.length < shortestEastAsian || (value.length < shortest && !eastAsian.test(value))) continue
    budget -= text.length / 8 + value.length
    const place = find(haystack, input)
    if (place) found.push(place)
  }
  return merge(found, text)
}

function find(haystack: Haystack, input: Input): Place | null {
  const trimmed = input.value.trim()
  const { lower, trigrams } = haystack
  const plain = toLowerSameLength(trimmed)
  const at = lower.indexOf(plain)
  if (at !== -1) return { start: at, end: at + plain.length, input, exact: true }
  for (const form of forms(input.value)) {
    const wanted = toLowerSameLength(form.trim())
    if (wanted.length < shortestEastAsian || !trigrams.mayHoldBeginning(wanted)) continue
    const start = lower.indexOf(wanted)
    if (start !== -1) return { start, end: start + wanted.length, input, exact: false }
  }
  return findLetters(haystack, plain, input)
}

/** Its letters and digits, whatever became of the signs between them; or as many of them as are left. */
function findLetters({ skeleton: bones }: Haystack, plain: string, input: Input): Place | null {
  const wanted = skeleton(plain).text
  if (wanted.length < shortestAnchor) return null
  const start = bones.text.indexOf(wanted.slice(0, longestAnchor))
  if (start === -1) return null
  let length = Math.min(longestAnchor, wanted.length)
  while (length < wanted.length && wanted.charCodeAt(length) === bones.text.charCodeAt(start + length)) length += 1
  const first = bones.positions[start] ?? 0
  return { start: first, end: (bones.positions[start + length - 1] ?? first) + 1, input, exact: false }
}

/** Values that touch, or nearly do, may say together what none says alone. */
function merge(places: readonly Place[], text: string): Place[] {
  const merged: Place[] = []
  for (const place of [...places].sort((one, other) => one.start - other.start || other.end - one.end)) {
    const last = merged.at(-1)
    if (!last || (place.start > last.end && text.slice(last.end, place.start).trim().length > 2)) merged.push(place)
    else {
      const input = place.input.value.length > last.input.value.length ? place.input : last.input
      const isWithin = place.end <= last.end
      merged[merged.length - 1] = {
        start: last.start,
        end: Math.max(last.end, place.end),
        input,
        exact: isWithin && last.exact && input === last.input,
      }
    }
  }
  return merged
}
