import { kindAt, signAt, tokensBetween, type Code, type Range } from './code.ts'
import { holdsEvidence } from './evidence.ts'
import { isHarmlessForm } from './harmless.ts'
import { expectsValue, standsInSlot } from './slot.ts'
import { isLineEnd, type Token } from './token.ts'

/** A part of the script that came from an input. */
export interface Place {
  readonly start: number
  readonly end: number
  /**
   * Absent: the input stands there to the letter. Else only its letters and digits do, and this gives the signs that the input has
   * where the script has its signs at that index.
   */
  readonly signsAt?: (index: number) => string
  /** The input as it was looked for. */
  readonly form: string
}

export type Verdict =
  /** Nothing says that it came from the input, or it is one token. */
  | { readonly kind: 'nothing' }
  /** Wholly content of a literal or a comment that the app opened and closed. */
  | { readonly kind: 'content'; readonly token: Token }
  /** Several tokens that are data. */
  | { readonly kind: 'data' }
  /** An odd number of quotes, which makes a script only together with another place where the same value stands. */
  | { readonly kind: 'half'; readonly opens: boolean }
  /** `sure`: told by the part itself. Else only its neighbours tell, and the same words may be the app's own. */
  | { readonly kind: 'finding'; readonly sure: boolean; readonly confidence: number; readonly reason: string }

const nothing: Verdict = { kind: 'nothing' }

const because = (confidence: number, reason: string, sure = true): Verdict & { kind: 'finding' } => ({
  kind: 'finding',
  sure,
  confidence,
  reason,
})

/**
 * Whether a part of the script that came from an input changed the script's structure. One whole literal, name, keyword or sign, data
 * as JSON writes it, or something that stays inside a literal, did not.
 */
export function judge(code: Code, place: Place): Verdict {
  const range = tokensBetween(code, place.start, place.end)
  if (!range) return nothing
  if (endsLineComment(code, range, place)) return closesComment
  return range.first === range.last ? judgeOne(code, range.first, place) : judgeSeveral(code, range, place)
}

function judgeOne(code: Code, index: number, place: Place): Verdict {
  const token = code.tokens[index] as Token
  if (!isDelimited(token)) return nothing
  if (place.start >= token.contentStart && place.end <= token.contentEnd && place.start > token.start) {
    if (isQuoted(token) && takesQuote(code.text, token, place)) return takesTheQuote
    if (token.closed) return { kind: 'content', token }
    // No app writes what no engine reads: the sign too many is in one of the values.
    return place.form.includes(token.quote) && token.quote !== '' ? opensLiteral : nothing
  }
  if (place.signsAt) return nothing
  if (token.kind === 'comment') return judgeCommentOpener(code, index, place)
  if (place.start > token.start) return holdsAlphanumeric(place) ? { kind: 'half', opens: false } : nothing
  return token.closed || isBareSign(place) ? nothing : opensLiteral
}

/** The input opens a comment; of a bare `//` it is sure only where the script waits for a value. */
function judgeCommentOpener(code: Code, index: number, place: Place): Verdict {
  const token = code.tokens[index] as Token
  if (place.start > token.start) return nothing
  return token.closed && place.end <= token.contentStart && !expectsValue(code, index - 1) ? nothing : addsComment
}

function judgeSeveral(code: Code, range: Range, place: Place): Verdict {
  const first = code.tokens[range.first] as Token
  const last = code.tokens[range.last] as Token
  if (first.kind === 'comment' && first.start < place.start) return closesComment
  const cuts =
    (isQuoted(first) && first.start < place.start) || (isQuoted(last) && (last.end > place.end || !last.closed))
  if (cuts) return judgeCut(code, range, place)
  if (place.signsAt && !keepsItsSigns(code, range, place.signsAt)) return nothing
  if (bringsComment(code, range, place)) return addsComment
  if (isHarmlessForm(code, range)) return { kind: 'data' }
  const finding = several(range, place)
  if (holdsAlphanumeric(place) ? holdsEvidence(code, range) : place.form.length > 16) return finding
  const splitsToken = first.start < place.start || last.end > place.end
  if (place.signsAt || splitsToken || isBareSign(place)) return nothing
  if (range.first === 0 && range.last === code.tokens.length - 1) return finding
  return standsInSlot(code, range) ? { ...finding, sure: false, confidence: 0.9 } : nothing
}

const several = (range: Range, place: Place): Verdict & { kind: 'finding' } => ({
  kind: 'finding',
  sure: true,
  confidence: place.signsAt ? 0.85 : 0.97,
  reason: `A value from the request became ${range.last - range.first + 1} parts of the script where one was meant.`,
})

/**
 * The part begins or ends inside a literal whose quote it covers. An odd number of quotes alone makes no script that runs, unless what
 * follows is commented out or does the rest: without a sign of that the words are the app's own.
 */
function judgeCut(code: Code, range: Range, place: Place): Verdict {
  const first = code.tokens[range.first] as Token
  const last = code.tokens[range.last] as Token
  const closes = isQuoted(first) && first.start < place.start
  const opens = isQuoted(last) && (last.end > place.end || !last.closed)
  if (place.signsAt) {
    if (closes && !hasQuote(place.signsAt(first.contentEnd))) return nothing
    if (opens && !hasQuote(place.signsAt(last.contentStart - 1))) return nothing
    const inside = { first: closes ? range.first + 1 : range.first, last: opens ? range.last - 1 : range.last }
    if (inside.first > inside.last || !keepsItsSigns(code, inside, place.signsAt)) return nothing
  } else if (isBareSign(place)) {
    // Quotes, commas and parentheses alone stand at the edges of every literal.
    return isLeftOpen(code, range) || leavesEmpty(code, range, place) ? breaksOut(place) : nothing
  }
  const told = closes === opens || holdsComment(code, range) || holdsEvidence(code, range) || isLeftOpen(code, range)
  if (told) return breaksOut(place)
  return place.signsAt || !holdsAlphanumeric(place) ? nothing : { kind: 'half', opens }
}

/** Of signs alone the same may stand in the app's text. */
export const breaksOut = (place: Place): Verdict & { kind: 'finding' } =>
  because(
    place.signsAt ? 0.88 : 0.99,
    'A value from the request closes a literal of the script and goes on as code.',
    holdsAlphanumeric(place),
  )

/** The input, and not only the app, has the signs that make these tokens; white space, quotes and escapes may differ. */
function keepsItsSigns(code: Code, { first, last }: Range, signsAt: (index: number) => string): boolean {
  let kept = 0
  for (let at = first; at <= last; at += 1) {
    const token = code.tokens[at] as Token
    if (token.kind !== 'punctuator') continue
    const sign = code.text.slice(token.start, token.end)
    if (!signsAt(token.start).includes(sign)) return false
    kept += 1
  }
  return kept > 0 || holdsComment(code, { first, last })
}

function bringsComment({ tokens }: Code, { first, last }: Range, { signsAt, start }: Place): boolean {
  for (let at = first; at <= last; at += 1) {
    const token = tokens[at] as Token
    if (token.kind === 'comment' && token.start >= start && (!signsAt || /[-#/*]/.test(signsAt(token.start))))
      return true
  }
  return false
}

/** `('','')`: all that stands in both literals is the input's. */
function leavesEmpty({ text, tokens }: Code, range: Range, place: Place): boolean {
  const first = tokens[range.first] as Token
  const last = tokens[range.last] as Token
  return (
    isQuoted(first) &&
    isQuoted(last) &&
    text.slice(first.contentStart, place.start).trim() === '' &&
    text.slice(place.end, last.contentEnd).trim() === ''
  )
}

const isDelimited = (token: Token): boolean => isQuoted(token) || token.kind === 'comment'
const isQuoted = ({ kind }: Token): boolean => kind === 'string' || kind === 'template' || kind === 'regex'
const hasQuote = (signs: string): boolean => /['"`\\$/}]/.test(signs)
const holdsAlphanumeric = ({ form }: Place): boolean => /[A-Za-z0-9\u0080-\uffff]/.test(form)

/** Nothing but what surrounds every literal and every block. */
const isBareSign = ({ form }: Place): boolean => form.length <= 16 && /^[\s'"`,();{}[\]]*$/.test(form)

const holdsComment = (code: Code, { first, last }: Range): boolean => {
  for (let at = first; at <= last; at += 1) if (kindAt(code, at) === 'comment') return true
  return false
}

/** What the part leaves open, or what follows at once, runs into the end of the line. */
function isLeftOpen(code: Code, { last }: Range): boolean {
  for (let at = last; at <= last + 2; at += 1) {
    const token = code.tokens[at]
    if (token && !token.closed && token.kind !== 'comment') return true
    if (signAt(code, at) === ';') break
  }
  const end = code.tokens.at(-1)
  return end !== undefined && !end.closed && end.kind !== 'comment'
}

/** A line break of the input's ends the app's comment, so that what follows is code. */
function endsLineComment({ text, tokens }: Code, range: Range, place: Place): boolean {
  const before = tokens[range.first - 1]
  return (
    !place.signsAt &&
    isLineEnd(text.charCodeAt(place.start)) &&
    before?.kind === 'comment' &&
    before.end === place.start
  )
}

const closesComment = because(0.95, 'A value from the request ends a comment of the script and goes on as code.')
const opensLiteral = because(0.9, 'A value from the request opens a literal that nothing closes.')
const addsComment = because(0.97, 'A value from the request puts a comment into the script.')
const takesTheQuote = because(
  0.9,
  'A value from the request takes away the meaning of the quote that should have closed its literal.',
)

/** Whether the input ends inside an escape whose second half, the literal's own quote, is the app's: `…\'`. */
function takesQuote(text: string, token: Token, { start, end, signsAt }: Place): boolean {
  if (signsAt || end - start < 2 || text.charCodeAt(end - 1) !== 92) return false
  const next = token.kind === 'regex' ? '/' : token.quote
  if (text.charAt(end) !== next && !(token.kind === 'template' && text.startsWith('${', end))) return false
  let from = end - 1
  while (from > token.contentStart && text.charCodeAt(from - 1) === 92) from -= 1
  return (end - from) % 2 === 1
}
