import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { Search, type Judged } from '../xpath/search.ts'

/** Whether a value from the request became part of the expression that the app is about to ask with. */
export function detect({ expression }: OperationOf<'xpath'>, inputs: readonly Input[]): Finding | null {
  if (expression === '') return null
  const search = new Search(expression)
  for (const input of inputs) {
    const found = findOf(search, input)
    if (found) return toFinding(input, found)
  }
  return null
}

const known = new Recent<readonly string[]>(1_024)

/** One word, number or name wherever it stands. */
const isWord = (form: string): boolean => /^[\w.-]*$/.test(form)

const candidatesOf = ({ value }: Input): readonly string[] =>
  known.get(value, () => [
    ...new Set(
      forms(value)
        .map((form) => form.trim())
        .filter((form, at) => (!isWord(form) || isSum(form)) && (at === 0 || !isSigns(form) || !value.includes(form))),
    ),
  ])

/** A piece of a value that says nothing by itself. */
const isSigns = (form: string): boolean => !/[A-Za-z0-9\u0080-\uffff]/.test(form)

/** `1-x` is a name behind a letter, and a sum behind none. */
const isSum = (form: string): boolean => /^\d[\d.]*-+[A-Za-z_]/.test(form)

function findOf(search: Search, input: Input): Judged | null {
  const candidates = candidatesOf(input)
  const believed = new Believed(search, candidates)
  let likely: Judged | null = null
  let isData = false
  for (const form of candidates) {
    if (isOwnPath(input, form)) continue
    for (const judged of search.exact(form)) {
      const { verdict } = judged
      if (verdict.kind === 'data') isData = true
      if (verdict.kind !== 'finding' || believed.explains(judged)) continue
      if (verdict.sure) return judged
      likely ??= judged
    }
  }
  // Where the value stands as it should, the same words elsewhere are the app's.
  if (isData) return null
  if (likely) return likely
  for (const form of candidates) {
    if (!isSpicy(form) || isOwnPath(input, form)) continue
    for (const judged of search.changed(form))
      if (judged.verdict.kind === 'finding' && !believed.any(form)) return judged
  }
  return null
}

/** Where all of a value stands in literals, escaped in whatever way; looked for when something would be found. */
class Believed {
  readonly #search: Search
  readonly #candidates: readonly string[]
  #spans: readonly Span[] | null = null

  constructor(search: Search, candidates: readonly string[]) {
    this.#search = search
    this.#candidates = candidates.slice(0, mostBelieved)
  }

  any(form: string): boolean {
    return this.#read().some((span) => span.form.length >= form.length)
  }

  /** A piece of such a value says nothing, neither in its literals nor where the app has the same words. */
  explains({ place, verdict }: Judged): boolean {
    const [given = ''] = this.#candidates
    const isPiece = place.form !== given && given.includes(place.form)
    if (isPiece && verdict.kind === 'finding' && !verdict.sure) return true
    return this.#read().some(
      ({ start, end, form }) =>
        form.length >= place.form.length && ((isPiece && form === given) || (start <= place.start && place.end <= end)),
    )
  }

  #read(): readonly Span[] {
    this.#spans ??= this.#candidates.flatMap((form) =>
      Array.from(this.#search.escaped(form), (span) => ({ ...span, form })),
    )
    return this.#spans
  }
}

interface Span {
  readonly start: number
  readonly end: number
  readonly form: string
}
const mostBelieved = 8

/** It holds something by which a changed form could be known as a part of an expression. */
const isSpicy = (form: string): boolean => /['"`=<>|[\]()@:/*$]|\s(?:or|and|div|mod)\s/i.test(form)

/** The request's own path, which names what the app looks up as the app itself does. */
const isOwnPath = ({ source }: Input, form: string): boolean =>
  source === 'path' && /^\/?[\w.-]+(?:\/[\w.-]+)*\/?$/.test(form)

function toFinding(input: Input, { place, verdict }: Judged): Finding | null {
  if (verdict.kind !== 'finding') return null
  const at = input.value.indexOf(place.form)
  return {
    confidence: verdict.confidence,
    reason: verdict.reason,
    input,
    inputSpan: at === -1 ? null : { start: at, end: at + place.form.length },
    operationSpan: { start: place.start, end: place.end },
  }
}
