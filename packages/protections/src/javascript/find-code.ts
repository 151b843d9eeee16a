import type { Input, Span } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { candidatesOf, isWord, type Candidate } from './candidate.ts'
import { nameAt, signAt, type Code } from './code.ts'
import { reaching } from './harmless.ts'
import { breaksOut } from './judge.ts'
import { Search, type Judged } from './search.ts'

/**
 * Looks for every value in a script, as given and as apps change it, and judges each place. A value that stands in a literal as it
 * should is believed there: the same words in the script's code must then show by themselves that they are no text of the app's.
 */
export function findCode(text: string, inputs: readonly Input[]): Finding | null {
  if (text === '') return null
  let search: Search | null = null
  for (const input of inputs) {
    const candidates = candidatesOf(input)
    if (candidates.length === 0) continue
    search ??= new Search(text)
    const found = findOf(search, candidates)
    if (found) return toFinding(input, found)
  }
  return null
}

function findOf(search: Search, all: readonly Candidate[]): Judged | null {
  const candidates = all.filter((candidate) => search.mayHold(candidate))
  const seen = new Seen()
  for (const candidate of candidates) {
    if (isWord(candidate.form)) {
      const judged = judgeWhole(search, candidate)
      if (judged) return judged
      continue
    }
    for (const judged of search.exact(candidate)) {
      const found = seen.take(judged)
      if (found) return found
    }
  }
  const asGiven = all[0]?.form ?? ''
  const { likely, content } = seen
  if (likely && !content.has(likely.place.form) && !content.has(asGiven)) return likely
  for (const candidate of candidates) {
    if (isWord(candidate.form)) continue
    const judged = surest([...search.changed(candidate)], seen.believed)
    if (judged) return judged
  }
  return null
}

/** What the places where a value stands to the letter say together. */
class Seen {
  likely: Judged | null = null
  readonly content = new Set<string>()
  readonly believed: Span[] = []
  #half: { readonly form: string; readonly opens: boolean } | null = null

  /** @returns what needs no other place to be told */
  take(judged: Judged): Judged | null {
    const { verdict, place } = judged
    switch (verdict.kind) {
      case 'nothing':
        return null
      case 'content':
        this.content.add(place.form)
        this.believed.push(place)
        return null
      case 'data':
        this.believed.push(place)
        return null
      case 'half':
        return this.#takeHalf(judged, verdict.opens)
      case 'finding':
        // A piece of a value that stands there as data.
        if (this.believed.some((span) => span.start <= place.start && place.end <= span.end)) return null
        if (verdict.sure) return judged
        this.likely ??= judged
        return null
    }
  }

  /** The one place opens a literal that the other closes: what stands between them is the app's no more. */
  #takeHalf(judged: Judged, opens: boolean): Judged | null {
    const { form } = judged.place
    if (this.#half?.form === form && this.#half.opens !== opens) return { ...judged, verdict: breaksOut(judged.place) }
    this.#half = { form, opens }
    return null
  }
}

/** A single name is the whole script, but for parentheses and a `return`, and leads to what no client should be given. */
function judgeWhole(search: Search, { form }: Candidate): Judged | null {
  if (!reaching.has(form)) return null
  const { code } = search
  if (code.tokens.length > 8) return null
  const rest = code.tokens.flatMap((_, index) => (isWrapping(code, index) ? [] : [index]))
  const only = rest.length === 1 ? code.tokens[rest[0] as number] : undefined
  if (!only || code.text.slice(only.start, only.end) !== form) return null
  return {
    place: { start: only.start, end: only.end, form },
    verdict: { kind: 'finding', sure: true, confidence: 0.9, reason: 'A value from the request is all of the script.' },
    whole: true,
  }
}

const isWrapping = (code: Code, index: number): boolean =>
  /^[();]$/.test(signAt(code, index)) || nameAt(code, index) === 'return'

/**
 * Where the whole value stands as data, changed only as escaping changes it, a beginning or end of it that seems to reach out of that
 * is the value's own repetition met by chance.
 */
function surest(all: readonly Judged[], asGiven: readonly Span[]): Judged | undefined {
  const changed = all.flatMap(({ verdict, place, whole }): Span[] =>
    !whole ? [] : verdict.kind === 'content' ? [verdict.token] : verdict.kind === 'data' ? [place] : [],
  )
  const believed = [...asGiven, ...changed]
  return all.find(
    ({ verdict, place, whole }) =>
      verdict.kind === 'finding' &&
      verdict.sure &&
      !(whole ? asGiven : believed).some((span) => span.start < place.end && place.start < span.end),
  )
}

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
