import { codesOf } from './codes.ts'
import { findSecrets } from './find-secrets.ts'
import { findIbans } from './numbers.ts'
import { passesLuhn } from './checksums.ts'

interface Span {
  readonly start: number
  readonly end: number
}

const cardLike = /\b\d(?:[ -]?\d){12,18}\b/g

/** Where a text holds what nobody should read in a log: milder than a finding, since a star too many does no harm. */
export function findSpans(text: string): Span[] {
  const spans: Span[] = findSecrets(text, 0, text.length, { anyway: true, codes: codesOf(text) }).map(
    ({ start, end }) => ({ start, end }),
  )
  for (const { 0: number, index } of text.matchAll(cardLike))
    if (passesLuhn(number.replaceAll(/\D/g, ''))) spans.push({ start: index, end: index + number.length })
  return [...spans, ...findIbans(text)]
}
