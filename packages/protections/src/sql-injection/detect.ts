import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import type { Token } from '../sql/token.ts'
import { isPlain } from '../text/forms.ts'
import { candidatesOf, type Candidate } from './candidate.ts'
import type { Place } from './judge.ts'
import { Search, type Judged } from './search.ts'
import { findTakenQuote, mayTakeQuote, type Taker } from './taken-quote.ts'

/**
 * Looks for every value in the statement, as given and as apps change it, and judges each place. A value that stands in a literal as
 * it should is believed there: the same words in the statement's code must then show by themselves that they are no text of the app's.
 */
export function detect(operation: OperationOf<'sql'>, inputs: readonly Input[]): Finding | null {
  const search = new LazySearch(operation)
  const parts: Part[] = []
  const takers: Taker[] = []
  for (const input of inputs) {
    // Most values stand nowhere in the statement, and need no other form to tell that.
    if (isPlain(input.value) && !search.open().mayHold(input.value)) continue
    const candidates = candidatesOf(input)
    if (candidates.length === 0) continue
    const found = findOf(search.open(), candidates, {
      part: (place) => parts.push({ input, place }),
      content: (place, token) => {
        if (takers.length < mostParts && mayTakeQuote(operation.text, place, token))
          takers.push({ input, place, token })
      },
    })
    if (found) return toFinding(input, found)
  }
  if (inputs.length < 2) return null
  const taken = takers.length > 0 ? findTakenQuote(search.open().lower, takers, inputs) : null
  if (taken) return toFinding(...taken)
  return parts.length > 0 ? findJoined(search.open(), parts, inputs) : null
}

class LazySearch {
  readonly #operation: OperationOf<'sql'>
  #search: Search | null = null

  constructor(operation: OperationOf<'sql'>) {
    this.#operation = operation
  }

  open(): Search {
    this.#search ??= new Search(this.#operation)
    return this.#search
  }
}

/** A value that stands in the code and says nothing alone. */
interface Part {
  readonly input: Input
  readonly place: Place
}

const mostParts = 32

/** What is told of places that are no finding. */
interface Heard {
  part(place: Place): void
  content(place: Place, token: Token): void
}

function findOf(search: Search, all: readonly Candidate[], heard: Heard): Judged | null {
  if (!all.some(({ form }) => search.mayHold(form))) return null
  const candidates = all.filter(({ form }) => search.mayHold(form))
  let likely: Judged | null = null
  const content = new Set<string>()
  let parts = 0
  for (const candidate of candidates) {
    for (const judged of search.exact(candidate)) {
      const { verdict, place } = judged
      if (verdict.kind === 'finding' && verdict.sure) return judged
      if (verdict.kind === 'finding') likely ??= judged
      else if (verdict.kind === 'content') {
        content.add(place.form)
        heard.content(place, verdict.token)
      } else if (parts < mostParts) {
        parts += 1
        heard.part(place)
      }
    }
  }
  const asGiven = all[0]?.form ?? ''
  if (likely && !content.has(likely.place.form) && !content.has(asGiven)) return likely
  return surest(candidates.flatMap((candidate) => [...search.changed(candidate)])) ?? null
}

/**
 * Where a whole form of the value stands in a literal, changed only as escaping changes it, a beginning or end of any form that
 * seems to reach out of that literal is the value's own repetition met by chance.
 */
function surest(all: readonly Judged[]): Judged | undefined {
  const literals = all.flatMap(({ verdict, whole }) => (whole && verdict.kind === 'content' ? [verdict.token] : []))
  return all.find(
    ({ verdict, place, whole }) =>
      verdict.kind === 'finding' &&
      verdict.sure &&
      (whole || !literals.some((token) => token.start < place.end && place.start < token.end)),
  )
}

/** Several values side by side (`?id=1 or&id=1`, first and last name) may do together what none does alone. */
function findJoined(search: Search, parts: readonly Part[], inputs: readonly Input[]): Finding | null {
  const neighbours = inputs.slice(0, 256).flatMap((input) => {
    const lower = input.value.trim().toLowerCase()
    return lower.length > 1_024 || !/[a-z0-9]/.test(lower) ? [] : [{ input, lower }]
  })
  for (const part of parts.slice(0, mostParts)) {
    if (!/[A-Za-z0-9]/.test(part.place.form)) continue
    for (const { input, lower } of neighbours) {
      if (input === part.input) continue
      for (const place of joinedPlaces(search.lower, part.place, lower)) {
        const judged = search.judge(place)
        if (judged.verdict.kind === 'finding' && judged.verdict.sure) return toFinding(part.input, judged)
      }
    }
  }
  return null
}

const longestGap = 2

function joinedPlaces(text: string, place: Place, neighbour: string): Place[] {
  const places: Place[] = []
  for (let gap = 0; gap <= longestGap; gap += 1) {
    const after = place.end + gap
    if (text.startsWith(neighbour, after) && isGap(text, place.end, after)) {
      places.push({ ...place, end: after + neighbour.length, form: text.slice(place.start, after + neighbour.length) })
    }
    const before = place.start - gap - neighbour.length
    if (before >= 0 && text.startsWith(neighbour, before) && isGap(text, place.start - gap, place.start)) {
      places.push({ ...place, start: before, form: text.slice(before, place.end) })
    }
  }
  return places
}

const isGap = (text: string, start: number, end: number): boolean => /^[\s,+_-]*$/.test(text.slice(start, end))

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
