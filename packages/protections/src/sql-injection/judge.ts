import type { Token } from '../sql/tokenise.ts'
import { mayBeOperand } from './operand.ts'

/** How an input came to stand in the statement: to the letter, or changed on the way. */
export type Likeness = 'exact' | 'changed'

export interface Verdict {
  readonly confidence: number
  readonly reason: string
}

export interface Statement {
  readonly text: string
  readonly tokens: readonly Token[]
}

/**
 * Whether a part of the statement that came from an input changed the statement's structure. One whole literal, identifier,
 * keyword, number or operator, or something that stays inside a literal, did not.
 * @param start, end the part, half open; white space at its edges is ignored
 */
export function judge(statement: Statement, start: number, end: number, likeness: Likeness): Verdict | null {
  const { tokens } = statement
  const first = firstTokenEndingAfter(tokens, start)
  let last = first
  while (last < tokens.length && (tokens[last] as Token).start < end) last += 1
  last -= 1
  if (first > last) return null

  const comment = tokens.slice(first, last + 1).find((token) => token.kind === 'comment')
  if (first === last) return judgeOne(statement, tokens[first] as Token, start, end)
  if (isTinyQuote(statement.text.slice(start, end))) return quoteBreaks(statement)
  if (crossesLiteral(tokens, first, last, start, end)) {
    return {
      confidence: likeness === 'exact' ? 0.99 : 0.9,
      reason: 'A value from the request closes a literal of the statement and goes on as SQL.',
    }
  }
  if (comment) return { confidence: 0.95, reason: 'A value from the request puts a comment into the statement.' }
  if (isHarmlessForm(statement, first, last)) return null
  if (!mayBeOperand(statement, first, last)) return null
  if (likeness === 'changed' && last - first < 2) return null
  return {
    confidence: likeness === 'exact' ? 0.97 : 0.85,
    reason: `A value from the request became ${last - first + 1} parts of the statement where one was meant.`,
  }
}

/** Binary search, since a statement may hold a million tokens and many inputs. */
function firstTokenEndingAfter(tokens: readonly Token[], position: number): number {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle] as Token).end > position) high = middle
    else low = middle + 1
  }
  return low
}

function judgeOne(statement: Statement, token: Token, start: number, end: number): Verdict | null {
  if (token.kind === 'comment') {
    // Wholly inside what the app opened and closed itself: text for nobody.
    if (start >= token.contentStart && end <= token.contentEnd && token.closed) return null
    return { confidence: 0.95, reason: 'A value from the request puts a comment into the statement.' }
  }
  if (token.kind !== 'string' && token.kind !== 'identifier') return null
  const inside = start >= token.contentStart && end <= token.contentEnd
  if (inside) {
    if (!escapesQuote(statement.text, token, start, end)) return null
    return {
      confidence: 0.9,
      reason: 'A value from the request takes away the meaning of the quote that should have closed its literal.',
    }
  }
  // The whole literal, quotes and all.
  if (start <= token.start && end >= token.end) return token.closed ? null : unclosed
  if (isTinyQuote(statement.text.slice(start, end))) return quoteBreaks(statement)
  return token.closed ? null : unclosed
}

const unclosed: Verdict = { confidence: 0.9, reason: 'A value from the request opens a literal that nothing closes.' }

const isTinyQuote = (text: string): boolean => text === "'" || text === '"' || text === '`' || text === "''"

/** A lone quote stands at the edge of every literal; only a statement that no longer adds up shows that it came from the request. */
function quoteBreaks(statement: Statement): Verdict | null {
  const last = statement.tokens.at(-1)
  return last && !last.closed && last.kind !== 'comment' ? unclosed : null
}

/**
 * Whether the input ends inside an escape whose second half, the literal's own quote, is the app's:
 * `'…\'` where a backslash escapes, `'…''` where doubling does.
 */
function escapesQuote(text: string, token: Token, start: number, end: number): boolean {
  const quoteCode = token.quote.charCodeAt(0)
  for (let at = token.contentStart; at < end; at += 1) {
    const code = text.charCodeAt(at)
    const next = text.charCodeAt(at + 1)
    if (token.backslash && code === 92) {
      if (at + 1 === end && at >= start && next === quoteCode) return true
      at += 1
    } else if (code === quoteCode && next === quoteCode) {
      if (at + 1 === end && at >= start && !token.closed) return true
      at += 1
    }
  }
  return false
}

/** The part begins or ends inside a literal whose delimiter it covers. */
function crossesLiteral(tokens: readonly Token[], first: number, last: number, start: number, end: number): boolean {
  const cut = (token: Token): boolean =>
    (token.kind === 'string' || token.kind === 'identifier') &&
    (token.start < start || token.end > end || !token.closed)
  return cut(tokens[first] as Token) || cut(tokens[last] as Token)
}

/** Forms of several tokens that apps let a request choose, and that change no structure worth the name. */
function isHarmlessForm(statement: Statement, first: number, last: number): boolean {
  return (
    isSignedNumber(statement, first, last) ||
    isQualifiedName(statement, first, last) ||
    isNumberList(statement, first, last) ||
    isSortList(statement, first, last)
  )
}

const wordAt = ({ text, tokens }: Statement, index: number): string => {
  const token = tokens[index]
  return token?.kind === 'word' ? text.slice(token.start, token.end).toLowerCase() : ''
}
const signAt = ({ text, tokens }: Statement, index: number): string => {
  const token = tokens[index]
  return token?.kind === 'operator' || token?.kind === 'punctuation' ? text.slice(token.start, token.end) : ''
}

function isSignedNumber(statement: Statement, first: number, last: number): boolean {
  const sign = signAt(statement, first)
  return last === first + 1 && (sign === '-' || sign === '+') && statement.tokens[last]?.kind === 'number'
}

const isName = (statement: Statement, index: number): boolean => {
  const kind = statement.tokens[index]?.kind
  return kind === 'word' || kind === 'identifier'
}

function isQualifiedName(statement: Statement, first: number, last: number): boolean {
  if ((last - first) % 2 !== 0) return false
  for (let at = first; at <= last; at += 1) {
    if ((at - first) % 2 === 0 ? !isName(statement, at) : signAt(statement, at) !== '.') return false
  }
  return true
}

/** `1, 2, 3` right after `IN (`. */
function isNumberList(statement: Statement, first: number, last: number): boolean {
  let open = first - 1
  while (open >= 0 && (statement.tokens[open]?.kind === 'number' || signAt(statement, open) === ',')) open -= 1
  if (signAt(statement, open) !== '(' || wordAt(statement, open - 1) !== 'in') return false
  for (let at = first; at <= last; at += 1) {
    if (statement.tokens[at]?.kind !== 'number' && signAt(statement, at) !== ',') return false
  }
  return true
}

const sortWords = new Set(['asc', 'desc', 'nulls', 'first', 'last'])
const notColumns = new Set([
  'select',
  'union',
  'from',
  'where',
  'and',
  'or',
  'not',
  'case',
  'when',
  'limit',
  'offset',
  'having',
  'into',
  'for',
  'fetch',
  'except',
  'intersect',
  'is',
  'in',
  'like',
  'between',
  'exists',
  'window',
  'procedure',
])

/** `name desc, t.price` after `ORDER BY` or `GROUP BY`. */
function isSortList(statement: Statement, first: number, last: number): boolean {
  for (let at = first; at <= last; at += 1) if (!isSortPart(statement, at)) return false
  for (let at = first - 1; at >= 0; at -= 1) {
    const word = wordAt(statement, at)
    if (word === 'by') return ['order', 'group'].includes(wordAt(statement, at - 1))
    if (!isSortPart(statement, at)) return false
  }
  return false
}

/** Names side by side would be no sort list, but then the engine refuses the statement. */
function isSortPart(statement: Statement, index: number): boolean {
  const word = wordAt(statement, index)
  if (word !== '') return sortWords.has(word) || !notColumns.has(word)
  return (
    isName(statement, index) ||
    statement.tokens[index]?.kind === 'number' ||
    signAt(statement, index) === ',' ||
    signAt(statement, index) === '.'
  )
}
