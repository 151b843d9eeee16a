import type { Token } from './tokenise.ts'

/** An expression and its tokens. */
export interface Expression {
  readonly text: string
  readonly tokens: readonly Token[]
}

/** The tokens `first` to `last`, both included, that a part of the text touches. */
interface Range {
  readonly first: number
  readonly last: number
}

/** A part of the expression in which a value stands to the letter. */
export interface Place {
  readonly start: number
  readonly end: number
  readonly form: string
}

export type Verdict =
  | { readonly kind: 'nothing' }
  /** Inside of a literal that the app opened and closed, or data as it is. */
  | { readonly kind: 'data'; readonly end: number }
  /** `sure`: it says by itself that it is no text of the app's. */
  | { readonly kind: 'finding'; readonly sure: boolean; readonly confidence: number; readonly reason: string }

const nothing: Verdict = { kind: 'nothing' }

const found = (confidence: number, reason: string, sure = true): Verdict => ({
  kind: 'finding',
  sure,
  confidence,
  reason,
})
const closes = 'A value from the request closes a literal of the expression and goes on as a part of it.'
const opens = 'A value from the request opens a literal that nothing closes.'

/** Whether a value that stands there changed the expression's structure. One whole literal, number or name did not. */
export function judge(expression: Expression, place: Place): Verdict {
  const range = tokensBetween(expression.tokens, place.start, place.end)
  if (!range) return nothing
  const { tokens } = expression
  const first = tokens[range.first] as Token
  const last = tokens[range.last] as Token
  if (range.first === range.last && isContent(first, place)) {
    if (first.closed) return { kind: 'data', end: first.contentEnd }
    return place.form.includes(expression.text.charAt(first.start)) ? found(0.9, opens) : nothing
  }
  const cutsFirst = first.kind === 'literal' && first.start < place.start
  const cutsLast = last.kind === 'literal' && (last.end > place.end || !last.closed)
  if (cutsFirst || cutsLast) return judgeCut(expression, range, place)
  if (range.first === range.last) return nothing
  if (isHarmless(expression, range)) return { kind: 'data', end: place.end }
  return judgeParts(expression, range, place)
}

const isContent = (token: Token, { start, end }: Place): boolean =>
  token.kind === 'literal' && start > token.start && start >= token.contentStart && end <= token.contentEnd

function judgeCut({ text, tokens }: Expression, range: Range, place: Place): Verdict {
  if (!isBare(place.form)) return found(0.97, closes)
  // Quotes and brackets alone stand at the edges of every literal; they tell when they leave it open, or empty.
  if (tokens.at(-1)?.closed === false && /['"]/.test(place.form)) return found(0.9, opens)
  const first = tokens[range.first] as Token
  const last = tokens[range.last] as Token
  const before = text.slice(first.contentStart, place.start)
  const behind = text.slice(place.end, last.contentEnd)
  return range.first < range.last &&
    first.kind === 'literal' &&
    last.kind === 'literal' &&
    (before + behind).trim() === ''
    ? found(0.85, closes)
    : nothing
}

/** Few signs such as every expression has. */
const isBare = (form: string): boolean => form.length <= 6 && !/[A-Za-z0-9\u0080-\uffff]/.test(form)

function judgeParts(expression: Expression, range: Range, place: Place): Verdict {
  const { tokens } = expression
  const isWhole = range.first === 0 && range.last === tokens.length - 1
  if (!isWhole && isBare(place.form)) return nothing
  const splits = (tokens[range.first] as Token).start < place.start || (tokens[range.last] as Token).end > place.end
  const decided = decides(expression, range)
  if (splits && !decided && !/[/@[(]/.test(place.form)) return nothing
  const count = range.last - range.first + 1
  const reason = isWhole
    ? 'A value from the request is all of the expression.'
    : `A value from the request became ${count} parts of the expression where one was meant.`
  return found(decided ? 0.97 : 0.88, reason, decided)
}

const operators: ReadonlySet<string> = new Set(['|', '//', '::', '..', '=', '!=', '<', '>', '<=', '>=', '||'])
const words: ReadonlySet<string> = new Set(['or', 'and', 'union', 'intersect', 'except', 'eq', 'ne', 'return', 'then'])

/** Whether the part asks something by itself. */
export function decides({ text, tokens }: Expression, { first, last }: Range): boolean {
  for (let at = first; at <= last; at += 1) {
    const { kind, start, end } = tokens[at] as Token
    const written = text.slice(start, end)
    if (kind === 'sign' ? operators.has(written) : kind === 'name' && at > first && words.has(written.toLowerCase()))
      return true
  }
  return false
}

/** A signed number, a sum, or a list of numbers and literals between the app's brackets: a client could have sent what comes of it. */
function isHarmless({ text, tokens }: Expression, range: Range): boolean {
  let wanted = true
  let isList = false
  let isSum = false
  for (let at = range.first; at <= range.last; at += 1) {
    const { kind, start, end } = tokens[at] as Token
    const sign = kind === 'sign' ? text.slice(start, end) : ''
    if (kind === 'number' || kind === 'literal') {
      if (!wanted || (kind === 'literal' && isSum)) return false
      isList ||= kind === 'literal'
      wanted = false
    } else if ((sign === '-' || sign === '+') && !isList) wanted = isSum = true
    else if (sign === ',' && !wanted) wanted = isList = true
    else return false
  }
  return !wanted && (!isList || isBetweenBrackets(text, tokens, range))
}

function isBetweenBrackets(text: string, tokens: readonly Token[], { first, last }: Range): boolean {
  const before = tokens[first - 1]
  const behind = tokens[last + 1]
  return (
    /^[(,]$/.test(before ? text.slice(before.start, before.end) : '') &&
    /^[),]$/.test(behind ? text.slice(behind.start, behind.end) : '')
  )
}

/** Binary search, since an expression may hold many tokens and be asked about by many values. */
export function tokensBetween(tokens: readonly Token[], start: number, end: number): Range | null {
  const first = firstEndingAfter(tokens, start)
  const last = firstEndingAfter(tokens, end - 1)
  const token = tokens[last]
  const reached = token && token.start < end ? last : last - 1
  return first <= reached && first < tokens.length ? { first, last: reached } : null
}

function firstEndingAfter(tokens: readonly Token[], position: number): number {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle] as Token).end > position) high = middle
    else low = middle + 1
  }
  return low
}
