import type { Input } from '@riposte/contract'
import type { Token } from '../sql/token.ts'
import type { Place } from './judge.ts'
import type { Judged } from './search.ts'

/** A value whose last quote the app's own may double, instead of closing the literal. */
export interface Taker {
  readonly input: Input
  readonly place: Place
  readonly token: Token
}

/** Of the app's text between two values. */
const longestGap = 1_024
const longestValue = 1_024
const mostInputs = 256

/** `'x''…`, `'x\'…`: the value ends in a quote or backslash that is left over, and the next character is the literal's quote. */
export function mayTakeQuote(text: string, place: Place, token: Token): boolean {
  const { quote } = token
  if (token.kind !== 'string' || !token.closed || place.signsAt || (quote !== "'" && quote !== '"')) return false
  if (place.end >= token.contentEnd || text.charAt(place.end) !== quote) return false
  return endsInOdd(text, place.end, token, quote) || (token.backslash && endsInOdd(text, place.end, token, '\\'))
}

function endsInOdd(text: string, end: number, { contentStart }: Token, sign: string): boolean {
  let from = end
  while (from > contentStart && text.charAt(from - 1) === sign) from -= 1
  return (end - from) % 2 === 1
}

/**
 * Two values may do together what neither does alone: the first takes away the meaning of the quote that should have closed its
 * literal, which then goes on over the app's text, up to where the second value stands, now as code. An escaped value looks the same
 * where it ends; the second one then is not where a literal would begin.
 * @param lower the statement, as lower case of the same length
 */
export function findTakenQuote(
  lower: string,
  takers: readonly Taker[],
  inputs: readonly Input[],
): [Input, Judged] | null {
  for (const { input, place, token } of takers) {
    for (const other of inputs.slice(0, mostInputs)) {
      const value = other.value.toLowerCase().trimEnd()
      if (other === input || value === '' || value.length > longestValue) continue
      const end = endOfSecond(lower, value, place, token)
      if (end !== -1) return [input, { place: { ...place, end }, verdict: takesAway, whole: true }]
    }
  }
  return null
}

const takesAway = {
  kind: 'finding',
  sure: true,
  confidence: 0.85,
  reason:
    'A value from the request takes away the quote that should have closed its literal, and another goes on as SQL.',
} as const

/** @returns where the second value ends when it goes on from what the first began; else -1 */
function endOfSecond(lower: string, value: string, place: Place, token: Token): number {
  const { quote } = token
  // More than the signs that stand around every literal.
  const says = /[^\s'"`,();]/.test(value)
  if (says && lower.startsWith(value, token.end) && endsAsCode(lower, place.end + 1, token.contentEnd))
    return token.end + value.length
  if (!value.startsWith(quote)) return -1
  const last = Math.min(token.contentEnd, place.end + longestGap)
  let found = lower.indexOf(quote, place.end + 1)
  while (found !== -1 && found <= last) {
    if (lower.startsWith(value, found)) {
      // Behind the quote that the app opened for it; or, where none was opened, closing what the first left open.
      if (lower.charAt(found - 1) === quote && endsAsCode(lower, place.end + 1, found - 1)) return found + value.length
      if (says && found + value.length > token.contentEnd && endsAsCode(lower, place.end + 1, found))
        return found + value.length
    }
    found = lower.indexOf(quote, found + 1)
  }
  return -1
}

/** Text between two literals: no quotes in it, and an operator, a comma or a parenthesis at its end. */
function endsAsCode(lower: string, start: number, end: number): boolean {
  if (end <= start || end - start > longestGap) return false
  return /^[^'"`]*(?:[=<>(,+]|\b(?:like|regexp|rlike|and|or|in))\s*$/.test(lower.slice(start, end))
}
