import type { Input } from '@riposte/contract'
import { commonLength } from '../text/common-length.ts'
import { forms, isPlain } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'
import type { Place } from './verdict.ts'

/** Places where one form is judged. */
const mostPlaces = 64
/** Signs and letters of a beginning that is told from the app's own text. */
const shortestPart = 8
/** Characters looked through for all inputs together; only a hostile request comes near. */
const workBudget = 64_000_000

/** Signs without which nothing can change. */
const filterSigns = /[()*\\=<>~:\0]/
const nameSigns = /[,;+\\"#=\0]/

/** One filter or name in which values are looked for, as given and as apps change them. */
export class Search {
  readonly text: string
  readonly #lower: string
  #budget = workBudget

  constructor(text: string) {
    this.text = text
    this.#lower = toLowerSameLength(text)
  }

  /** Where the form stands to the letter, or in another case. */
  *whole(form: string): Generator<Place> {
    const wanted = toLowerSameLength(form)
    if (wanted === '' || wanted.length > this.#lower.length) return
    let start = this.#indexOf(wanted, 0)
    for (let seen = 0; start !== -1 && seen < mostPlaces; seen += 1) {
      yield { start, end: start + wanted.length, form, whole: true }
      start = this.#indexOf(wanted, start + Math.max(1, wanted.length >> 4))
    }
  }

  /** Where its beginning alone stands: cut off on the way. */
  *beginning(form: string): Generator<Place> {
    const wanted = toLowerSameLength(form)
    if (wanted.length <= shortestPart) return
    const start = this.#indexOf(wanted.slice(0, shortestPart), 0)
    if (start === -1) return
    const length = commonLength(wanted, this.#lower, start)
    yield { start, end: start + length, form: form.slice(0, length), whole: length === wanted.length }
  }

  #indexOf(wanted: string, from: number): number {
    if (this.#budget <= 0) return -1
    const found = this.#lower.indexOf(wanted, from)
    this.#budget -= 1 + (found === -1 ? this.#lower.length : found) - from
    return found
  }
}

/** The forms of a value that could change a filter or a name. */
const known = { filter: new Recent<readonly string[]>(1_024), name: new Recent<readonly string[]>(1_024) }

export const filterForms = ({ value }: Input): readonly string[] =>
  known.filter.get(value, () => spicyForms(value, filterSigns))
export const nameForms = ({ value }: Input): readonly string[] =>
  known.name.get(value, () => spicyForms(value, nameSigns))

/** Cut out of the value, in the midst of which it may have begun. */
export const isPiece = (form: string, value: string): boolean =>
  form.length < value.trim().length && value.includes(form)

const longestCleaned = 4_096

function spicyForms(value: string, signs: RegExp): readonly string[] {
  const all = isPlain(value) ? [value] : forms(value)
  const found = new Set<string>()
  for (const form of all) {
    // A piece of prose that ends at a sign of its own, as those do, may end where one of the app's conditions does.
    if (!signs.test(form) || (isPiece(form, value) && !form.includes('*') && signs === filterSigns)) continue
    found.add(form)
    const trimmed = form.trim()
    if (signs.test(trimmed)) found.add(trimmed)
    if (isPiece(form, value)) continue
    if (form.length > longestCleaned || form.length < 3) continue
    // What clean-ups take away before they let the rest through.
    for (const taken of [/\s+/g, /\*/g, /['"`]/g, /\0/g, /[&|!]/g]) {
      const cleaned = form.replace(taken, '')
      if (cleaned !== form && cleaned.length > 2 && signs.test(cleaned)) found.add(cleaned)
    }
  }
  return [...found]
}
