import type { Input } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { candidatesOf, isWord, type Candidate } from './candidate.ts'
import { nameAt, signAt, type Code } from './code.ts'
import { reaching } from './harmless.ts'
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
  let likely: Judged | null = null
  const content = new Set<string>()
  for (const candidate of candidates) {
    if (isWord(candidate.form)) {
      const judged = judgeWhole(search, candidate)
      if (judged) return judged
      continue
    }
    for (const judged of search.exact(candidate)) {
      const { verdict, place } = judged
      if (verdict.kind === 'finding' && verdict.sure) return judged
      if (verdict.kind === 'finding') likely ??= judged
      else if (verdict.kind === 'content') content.add(place.form)
    }
  }
  const asGiven = all[0]?.form ?? ''
  if (likely && !content.has(likely.place.form) && !content.has(asGiven)) return likely
  for (const candidate of candidates) {
    if (isWord(candidate.form)) continue
    const judged = surest([...search.changed(candidate)])
    if (judged) return judged
  }
  return null
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
 * Where the whole value stands in a literal, changed only as escaping changes it, a beginning or end of it that seems to reach out
 * of that literal is the value's own repetition met by chance.
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
