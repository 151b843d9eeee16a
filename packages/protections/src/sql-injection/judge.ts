import type { Token } from '../sql/token.ts'
import { holdsEvidence } from './evidence.ts'
import { isHarmlessForm } from './harmless.ts'
import { expectsOperand, standsInSlot } from './slot.ts'
import { kindAt, signAt, tokensBetween, type Range, type Statement } from './statement.ts'

/** A part of the statement that came from an input. */
export interface Place {
  readonly start: number
  readonly end: number
  /**
   * Absent: the input stands there to the letter. Else only its letters and digits do, and this gives the signs that the input has
   * where the statement has its signs at that index.
   */
  readonly signsAt?: (index: number) => string
  /** The input as it was looked for. */
  readonly form: string
}

export type Verdict =
  /** Nothing says that it came from the input, or it is one token. */
  | { readonly kind: 'nothing' }
  /** Wholly content of a literal, an identifier or a comment that the app opened and closed. */
  | { readonly kind: 'content'; readonly token: Token }
  /** `sure`: told by the part itself. Else only its neighbours tell, and the same words may be the app's own. */
  | { readonly kind: 'finding'; readonly sure: boolean; readonly confidence: number; readonly reason: string }

const nothing: Verdict = { kind: 'nothing' }

const because = (confidence: number, reason: string, sure = true): Verdict => ({
  kind: 'finding',
  sure,
  confidence,
  reason,
})

/**
 * Whether a part of the statement that came from an input changed the statement's structure. One whole literal, identifier,
 * keyword, number or operator, or something that stays inside a literal, did not.
 */
export function judge(statement: Statement, place: Place): Verdict {
  const range = tokensBetween(statement, place.start, place.end)
  if (!range) return nothing
  if (endsLineComment(statement, range, place)) return closesComment
  return range.first === range.last ? judgeOne(statement, range.first, place) : judgeSeveral(statement, range, place)
}

function judgeOne(statement: Statement, index: number, place: Place): Verdict {
  const token = statement.tokens[index] as Token
  if (!isDelimited(token)) return nothing
  if (place.start >= token.contentStart && place.end <= token.contentEnd && place.start > token.start) {
    if (token.kind !== 'comment' && token.kind !== 'identifier' && takesQuote(statement.text, token, place)) {
      return because(
        0.9,
        'A value from the request takes away the meaning of the quote that should have closed its literal.',
      )
    }
    if (token.closed) return { kind: 'content', token }
    // No app writes what no engine reads: the quote too many is in one of the values.
    return place.form.includes(token.quote) && token.quote !== '' ? opensLiteral : nothing
  }
  if (place.signsAt) return nothing
  if (token.kind === 'comment') return judgeCommentOpener(statement, index, place)
  // The whole literal with its quotes is one token; a lone quote at its edge may be anybody's.
  return token.closed || place.start > token.start || isBareSign(place) ? nothing : opensLiteral
}

/** The input opens a comment; of a bare `--` it is sure only where the statement waits for a value. */
function judgeCommentOpener(statement: Statement, index: number, place: Place): Verdict {
  const token = statement.tokens[index] as Token
  if (place.start > token.start) return nothing
  return token.closed && place.end <= token.contentStart && !expectsOperand(statement, index - 1)
    ? nothing
    : addsComment
}

function judgeSeveral(statement: Statement, range: Range, place: Place): Verdict {
  const first = statement.tokens[range.first] as Token
  const last = statement.tokens[range.last] as Token
  const cuts =
    (isQuoted(first) && first.start < place.start) || (isQuoted(last) && (last.end > place.end || !last.closed))
  if (cuts) return judgeCut(statement, range, place)
  if (bringsComment(statement, range, place)) return addsComment
  if (isHarmlessForm(statement, range)) return nothing
  const sure = holdsEvidence(statement, range)
  if (sure) return several(range, place)
  const splitsToken = first.start < place.start || last.end > place.end
  if (place.signsAt || splitsToken) return nothing
  if (range.first === 0 && range.last === statement.tokens.length - 1) return judgeWhole(range, place)
  return standsInSlot(statement, range) ? { ...several(range, place), sure: false, confidence: 0.9 } : nothing
}

/** A statement of three tokens or less (`SELECT 1`) is what pools send, and what people type. */
const judgeWhole = (range: Range, place: Place): Verdict => (range.last < 3 ? nothing : several(range, place))

const several = (range: Range, place: Place): Verdict & { kind: 'finding' } => ({
  kind: 'finding',
  sure: true,
  confidence: place.signsAt ? 0.85 : 0.97,
  reason: `A value from the request became ${range.last - range.first + 1} parts of the statement where one was meant.`,
})

/**
 * The part begins or ends inside a literal whose quote it covers. An odd number of quotes alone makes no statement that an engine
 * takes, unless what follows is commented out or does the rest: without a sign of that the words are the app's own.
 */
function judgeCut(statement: Statement, range: Range, place: Place): Verdict {
  const first = statement.tokens[range.first] as Token
  const last = statement.tokens[range.last] as Token
  const closes = isQuoted(first) && first.start < place.start
  const opens = isQuoted(last) && (last.end > place.end || !last.closed)
  if (place.signsAt) {
    if (closes && !hasQuote(place.signsAt(first.contentEnd))) return nothing
    if (opens && !hasQuote(place.signsAt(last.contentStart - 1))) return nothing
    if (!holdsCode(statement, range)) return nothing
  } else if (isBareSign(place)) {
    // Quotes, commas and parentheses alone stand at the edges of every literal.
    return endsOpen(statement) || leavesEmpty(statement, range, place) ? breaksOut(place) : nothing
  }
  // `$$` behind a name belongs to the name, so that an engine takes an odd number of those.
  const odd = closes !== opens && first.quote !== '$' && last.quote !== '$'
  const told = !odd || holdsComment(statement, range) || holdsEvidence(statement, range) || endsOpen(statement)
  return told ? breaksOut(place) : nothing
}

/** Of signs alone (`' --`) the same may stand in the app's text. */
const breaksOut = (place: Place): Verdict =>
  because(
    place.signsAt ? 0.88 : 0.99,
    'A value from the request closes a literal of the statement and goes on as SQL.',
    /[A-Za-z0-9]/.test(place.form),
  )

function bringsComment({ tokens }: Statement, { first, last }: Range, { signsAt }: Place): boolean {
  for (let at = first; at <= last; at += 1) {
    const token = tokens[at] as Token
    if (token.kind === 'comment' && (!signsAt || /[-#/*]/.test(signsAt(token.start)))) return true
  }
  return false
}

/** `('','')`: all that stands in both literals is the input's. */
function leavesEmpty({ text, tokens }: Statement, range: Range, place: Place): boolean {
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
const isQuoted = (token: Token): boolean => token.kind === 'string' || token.kind === 'identifier'
const hasQuote = (signs: string): boolean => /['"`\]\\$]/.test(signs)

/** Nothing but what surrounds every literal. */
const isBareSign = ({ form }: Place): boolean => form.length <= 16 && /^[\s'"`,();]*$/.test(form)

/** More than literals and the commas between them. */
function holdsCode(statement: Statement, { first, last }: Range): boolean {
  for (let at = first; at <= last; at += 1) {
    const kind = kindAt(statement, at)
    if (kind === 'word' || kind === 'operator' || kind === 'comment' || signAt(statement, at) === ';') return true
  }
  return false
}

function holdsComment({ tokens }: Statement, { first, last }: Range): boolean {
  for (let at = first; at <= last; at += 1) if ((tokens[at] as Token).kind === 'comment') return true
  return false
}

function endsOpen({ tokens }: Statement): boolean {
  const last = tokens.at(-1)
  return last !== undefined && !last.closed && last.kind !== 'comment'
}

/** A line break of the input's ends the app's comment, so that what follows is code. */
function endsLineComment({ text, tokens }: Statement, range: Range, place: Place): boolean {
  const before = tokens[range.first - 1]
  return (
    !place.signsAt &&
    /^[\r\n]/.test(text.charAt(place.start)) &&
    before?.kind === 'comment' &&
    before.end === place.start
  )
}

const closesComment = because(0.95, 'A value from the request ends a comment of the statement and goes on as SQL.')
const opensLiteral = because(0.9, 'A value from the request opens a literal that nothing closes.')
const addsComment = because(0.97, 'A value from the request puts a comment into the statement.')

/**
 * Whether the input ends inside an escape whose second half, the literal's own quote, is the app's: `'…\'` where a backslash escapes.
 * A lone backslash is left to the value that uses it.
 */
function takesQuote(text: string, token: Token, { start, end, signsAt }: Place): boolean {
  if (
    signsAt ||
    !token.backslash ||
    end - start < 2 ||
    text.charCodeAt(end - 1) !== 92 ||
    text.charAt(end) !== token.quote
  )
    return false
  let from = end - 1
  while (from > token.contentStart && text.charCodeAt(from - 1) === 92) from -= 1
  return (end - from) % 2 === 1
}
