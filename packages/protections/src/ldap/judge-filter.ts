import { unescapeValue, type Assertion, type Filter, type FilterToken } from './filter.ts'
import { endsEarly, judgeName } from './judge-name.ts'
import { firstWhere } from './first-where.ts'
import { readName, type Name } from './name.ts'
import type { Place, Verdict } from './verdict.ts'

/**
 * Whether a part that came from outside changed a filter. One attribute's name, one value without a star, or a part of either did not,
 * and neither did one operator.
 * @param isEscaped the same value stands somewhere in the filter, escaped as it should be: then the app's own text may look like it
 */
export function judgeFilter(filter: Filter, place: Place, isEscaped: boolean): Verdict | null {
  const within = tokensIn(filter, place)
  const first = within[0]
  if (!first || (!place.whole && !beginsInValue(filter, first, place))) return null
  if (!/[\p{L}\p{N}]/u.test(place.form)) return isEscaped ? null : judgeSigns(filter, within, place)
  if (within.some(({ kind }) => kind === 'open' || kind === 'close' || kind === 'stray'))
    return judgeParentheses(filter, within, place, isEscaped)
  if (within.length === 1) return judgeOne(filter, first, place, isEscaped)
  const stars = within.filter(({ kind }) => kind === 'star')
  if (stars.length > 0) {
    const isInside = stars.some(({ start, end }) => start > place.start && end < place.end)
    return isEscaped && !isInside ? null : addsStar
  }
  const names = first.kind === 'attribute' && within[1]?.kind === 'match'
  // `mail=` alone is the app's own comparison, named.
  const isBare = within.length === 2 && (within[1] as FilterToken).end - (within[1] as FilterToken).start === 1
  if (!names || isEscaped || isBare) return null
  return place.start <= first.start ? addsComparison : null
}

function judgeOne(filter: Filter, token: FilterToken, place: Place, isEscaped: boolean): Verdict | null {
  if (token.kind === 'match') return place.form.includes(':') ? addsComparison : null
  if (token.kind !== 'value') return null
  if (place.form.includes('\0')) return endsEarly
  if (isEscaped) return judgeNameInside(filter, place)
  const found = filter.text.slice(place.start, place.end)
  if (/\\(?:2[89a]|00)/i.test(found) && /\\(?:2[89a]|00)/i.test(place.form)) return bringsEscapes
  if (/[*)]/.test(filter.text.charAt(place.end)) && endsInEscape(found)) return escapes
  return judgeNameInside(filter, place)
}

const beginsInValue = ({ text }: Filter, { kind }: FilterToken, { start }: Place): boolean =>
  kind === 'value' || kind === 'star' || text.charAt(start - 1) === '='

/** The value of `member` and its like is the name of an entry. */
const namesEntry =
  /^(?:member|uniquemember|memberof|owner|manager|managedby|seealso|secretary|roleoccupant|directreports|distinguishedname|\w*dn)(?:[;:].*)?$/i

const names = new WeakMap<Assertion, Name>()

function judgeNameInside(filter: Filter, place: Place): Verdict | null {
  const assertion = assertionAt(filter, place.start)
  if (!assertion || place.end > assertion.end || !namesEntry.test(assertion.attribute)) return null
  let name = names.get(assertion)
  if (!name) names.set(assertion, (name = readName(filter.text.slice(assertion.start, assertion.end))))
  return judgeName(name, { ...place, start: place.start - assertion.start, end: place.end - assertion.start })
}

function judgeParentheses(
  filter: Filter,
  within: readonly FilterToken[],
  place: Place,
  isEscaped: boolean,
): Verdict | null {
  const { text, wellFormed } = filter
  const found = text.slice(place.start, place.end)
  if (place.start === 0 && place.end === text.length) return isAll
  // `maya)` is also what the app's own parenthesis behind a cleaned value looks like.
  if (wellFormed && /^[^()]*\)$|^\([^()]*$/.test(found) && !found.includes('*')) return null
  if (isEscaped) {
    const first = within[0] as FilterToken
    const assertion = assertionAt(filter, place.start)
    const isInside = assertion && (place.start < assertion.end || place.start === assertion.start)
    const breaksOut = first.kind !== 'open' && isInside && place.end > assertion.end
    if (!breaksOut) return null
  }
  return wellFormed || within.some(({ kind }) => kind === 'match') ? addsComponent : unbalances
}

/** An odd number of backslashes stands at its end. */
function endsInEscape(text: string): boolean {
  let at = text.length
  while (at > 0 && text.charAt(at - 1) === '\\') at -= 1
  return (text.length - at) % 2 === 1
}

/** Signs alone stand in many a filter of the app's. */
function judgeSigns(filter: Filter, within: readonly FilterToken[], place: Place): Verdict | null {
  const { text, wellFormed, surplus } = filter
  if (within.every(({ kind }) => kind === 'star')) return isAllStars(filter, place) ? presence : null
  if (place.form.includes('\0')) return endsEarly
  if (within.every(({ kind }) => kind === 'value')) return judgeOne(filter, within[0] as FilterToken, place, false)
  if (!within.some(({ kind }) => kind === 'open' || kind === 'close' || kind === 'stray'))
    return within.some(({ kind }) => kind === 'star') && within.some(({ kind }) => kind === 'value') ? addsStar : null
  const { form } = place
  if (!wellFormed) {
    const own = form.split('(').length - form.split(')').length
    return form.trim().length > 2 || own * surplus > 0 ? unbalances : null
  }
  const isAtValue = text.charAt(place.start - 1) === '=' && /^\*?\)/.test(form)
  const telling = form.includes('(') && form.trim().length > (isAtValue ? 1 : 2)
  return telling ? addsComponent : null
}

/** `(uid=*)`, `(uid=***)`: of `(objectClass=*)` nobody knows whether it is the app's own, as it is in every second app. */
function isAllStars(filter: Filter, { start }: Place): boolean {
  const assertion = assertionAt(filter, start)
  if (!assertion || /^objectclass$/i.test(assertion.attribute)) return false
  return /^[*\s]+$/.test(filter.text.slice(assertion.start, Math.min(assertion.end, assertion.start + 1_024)))
}

function tokensIn({ tokens }: Filter, { start, end }: Place): readonly FilterToken[] {
  const low = firstWhere(tokens, (token) => token.end > start)
  let behind = low
  while (behind < tokens.length && (tokens[behind] as FilterToken).start < end) behind += 1
  return tokens.slice(low, behind)
}

export function standsInValue(filter: Filter, start: number, end: number): boolean {
  const assertion = assertionAt(filter, start)
  return assertion !== undefined && end <= assertion.end
}

/** The last that begins at the index or before it. */
const assertionAt = ({ assertions }: Filter, index: number): Assertion | undefined =>
  assertions[firstWhere(assertions, (assertion) => assertion.start > index) - 1]

/** All values of the filter in which something is escaped, as they are meant, in small letters. */
export const escapedValues = ({ text, assertions }: Filter): string =>
  assertions
    .map(({ start, end }) => unescapeValue(text.slice(start, end)) ?? '')
    .join('\0\0')
    .toLowerCase()

const addsComponent: Verdict = {
  confidence: 0.97,
  reason: 'A value from the request closes or opens parentheses of the filter and adds conditions to it.',
}
const unbalances: Verdict = {
  confidence: 0.85,
  reason: 'Parentheses from the request leave the filter unbalanced.',
}
const isAll: Verdict = { confidence: 0.9, reason: 'A value from the request is all of the filter.' }
const addsStar: Verdict = {
  confidence: 0.9,
  reason: 'A value from the request adds a wildcard to the filter.',
}
const presence: Verdict = {
  confidence: 0.85,
  reason: 'A value from the request turns a comparison into a test that any value passes.',
}
export const addsComparison: Verdict = {
  confidence: 0.85,
  reason: 'A value from the request brings a comparison of its own into the filter.',
}
const escapes: Verdict = {
  confidence: 0.7,
  reason: 'A value from the request escapes what the app wrote behind it in the filter.',
}
const bringsEscapes: Verdict = {
  confidence: 0.55,
  reason: 'A value from the request brings escaped signs that decode to structure.',
}
