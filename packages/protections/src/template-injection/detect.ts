import type { Input, OperationOf, Span } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { candidatesOf, isWord, type Candidate } from '../javascript/candidate.ts'
import type { Judged } from '../javascript/search.ts'
import { findJoined } from './find-joined.ts'
import { TemplateSearch } from './template-search.ts'

/** Whether a value from the request became part of a template, beyond its literal text, that the app is about to compile. */
export function detect(operation: OperationOf<'template'>, inputs: readonly Input[]): Finding | null {
  if (operation.text === '') return null
  let search: TemplateSearch | null = null
  for (const input of inputs) {
    const candidates = candidatesOf(input).filter(({ form }) => !isWord(form))
    if (candidates.length === 0) continue
    search ??= new TemplateSearch(operation)
    const found = findOf(search, candidates)
    if (found) return toFinding(input, found)
  }
  return search ? findJoined(search, operation.text, inputs) : null
}

/** Where the value stands as text, as it should, the same words in a tag must show by themselves that they are not the app's. */
function findOf(search: TemplateSearch, all: readonly Candidate[]): Judged | null {
  const candidates = all.filter((candidate) => search.mayHold(candidate))
  let likely: Judged | null = null
  let isContent = false
  const believed: Span[] = []
  for (const candidate of candidates) {
    for (const judged of search.exact(candidate)) {
      const { verdict, place } = judged
      if (verdict.kind === 'content' || verdict.kind === 'data') {
        isContent ||= verdict.kind === 'content'
        believed.push(place)
      } else if (verdict.kind === 'finding' && !believed.some((span) => contains(span, place))) {
        if (verdict.sure) return judged
        likely ??= judged
      }
    }
  }
  if (likely && !isContent) return likely
  for (const candidate of candidates) {
    for (const judged of search.changed(candidate)) {
      const { verdict, place } = judged
      if (verdict.kind !== 'finding' || !verdict.sure) continue
      if (!believed.some((span) => span.start < place.end && place.start < span.end)) return judged
    }
  }
  return null
}

const contains = (span: Span, place: Span): boolean => span.start <= place.start && place.end <= span.end

export function toFinding(input: Input, { place, verdict }: Judged): Finding | null {
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
