import { isDigit, isSpace, isWordPart, plain, type Token } from './token.ts'

export interface Opening {
  readonly start: number
  /** Where the quote stands; after `start` when a prefix comes first. */
  readonly open: number
  readonly quote: string
  readonly kind: 'string' | 'identifier'
  readonly backslash: boolean
  /** Two quotes stand for one. */
  readonly doubled: boolean
  /** `'a'` and, on a later line, `'b'` are one literal. */
  readonly continued: boolean
}

/** A string or identifier whose quote is doubled, or backslashed, where it stands for itself. */
export function readQuoted(text: string, opening: Opening): Token {
  const { start, open, quote, kind, backslash } = opening
  const contentStart = Math.min(open + 1, text.length)
  const close = closingQuote(text, open + 1, opening)
  if (close === -1) {
    return { kind, start, end: text.length, contentStart, contentEnd: text.length, closed: false, quote, backslash }
  }
  return { kind, start, end: close + 1, contentStart, contentEnd: close, closed: true, quote, backslash }
}

/** @returns -1 when the text ends first */
function closingQuote(text: string, from: number, opening: Opening): number {
  let at = from
  for (;;) {
    at = unescapedQuote(text, at, opening)
    if (at === -1 || !opening.continued) return at
    const next = continuation(text, at + 1)
    if (next === -1) return at
    at = next + 1
  }
}

function unescapedQuote(text: string, from: number, { quote, backslash, doubled }: Opening): number {
  const quoteCode = quote.charCodeAt(0)
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (backslash && code === 92) at += 1
    else if (code === quoteCode) {
      if (!doubled || text.charCodeAt(at + 1) !== quoteCode) return at
      at += 1
    }
  }
  return -1
}

/**
 * Where a literal goes on behind white space that holds a line break; comments to the end of the line count as white space.
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS
 */
function continuation(text: string, from: number): number {
  let broken = false
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) broken = true
    else if (code === 45 && text.charCodeAt(at + 1) === 45) {
      at += 2
      while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at += 1
      continue
    } else if (!isSpace(code)) return broken && code === 39 ? at : -1
    at += 1
  }
  return -1
}

/** `$1`, `$$ … $$`, `$tag$ … $tag$`; a `$` alone is no token that the engine takes. */
export function readDollar(text: string, start: number): Token {
  let tag = start + 1
  if (isDigit(text.charCodeAt(tag))) {
    while (isDigit(text.charCodeAt(tag))) tag += 1
    return plain('parameter', start, tag)
  }
  while (tag < text.length && text.charCodeAt(tag) !== 36 && isWordPart(text.charCodeAt(tag))) tag += 1
  if (text.charCodeAt(tag) !== 36) return plain('operator', start, start + 1)
  const delimiter = text.slice(start, tag + 1)
  const close = text.indexOf(delimiter, tag + 1)
  const end = close === -1 ? text.length : close + delimiter.length
  return {
    ...plain('string', start, end),
    contentStart: tag + 1,
    contentEnd: close === -1 ? text.length : close,
    closed: close !== -1,
    quote: '$',
  }
}
