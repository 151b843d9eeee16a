import type { SqlDialect } from '@riposte/contract'
import { lexicons, type Lexicon } from './lexicon.ts'

export type TokenKind =
  'word' | 'number' | 'string' | 'identifier' | 'parameter' | 'operator' | 'punctuation' | 'comment'

export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** Of a string, identifier or comment: where its content begins and ends, delimiters left out. Else `start` and `end`. */
  readonly contentStart: number
  readonly contentEnd: number
  /** False: the text ended before its delimiter came. */
  readonly closed: boolean
  /** Of a string: its quote, and whether a backslash escapes in it. */
  readonly quote: string
  readonly backslash: boolean
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
const isHex = (code: number): boolean => isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
/** Letters, `_`, and everything beyond ASCII, which all engines take for letters. */
const isWordStart = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128
const isWordPart = (code: number): boolean => isWordStart(code) || isDigit(code) || code === 36

const pairs = new Set([
  '<=',
  '>=',
  '<>',
  '!=',
  '==',
  '||',
  '&&',
  '<<',
  '>>',
  ':=',
  '->',
  '=>',
  '^=',
  '~=',
  '!<',
  '!>',
  '|=',
  '&=',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
])

/**
 * Splits a statement as its engine does, in one pass over the text. White space is left out; comments are tokens. Never throws:
 * what the engine would refuse becomes an unclosed token or a one-character operator.
 */
export function tokenise(text: string, dialect: SqlDialect): Token[] {
  const lexicon = lexicons[dialect]
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      at += 1
      continue
    }
    const token = readToken(text, at, lexicon)
    tokens.push(token)
    at = token.end
  }
  return tokens
}

function readToken(text: string, at: number, lexicon: Lexicon): Token {
  const char = text.charAt(at)
  const code = text.charCodeAt(at)
  const string = lexicon.strings[char]
  if (string) return quoted(text, { start: at, open: at, quote: char, kind: 'string', backslash: string.backslash })
  const identifier = lexicon.identifiers[char]
  if (identifier !== undefined)
    return quoted(text, { start: at, open: at, quote: identifier, kind: 'identifier', backslash: false })
  const comment = readComment(text, at, lexicon)
  if (comment) return comment
  if (isWordStart(code)) return readWord(text, at, lexicon)
  if (isDigit(code) || (char === '.' && isDigit(text.charCodeAt(at + 1)))) return readNumber(text, at)
  if (char === '$' || char === '?' || char === '@' || char === ':' || char === '#') {
    const special = readSpecial(text, at, lexicon)
    if (special) return special
  }
  return readOperator(text, at, lexicon)
}

const plain = (kind: TokenKind, start: number, end: number): Token => ({
  kind,
  start,
  end,
  contentStart: start,
  contentEnd: end,
  closed: true,
  quote: '',
  backslash: false,
})

function quoted(
  text: string,
  from: { start: number; open: number; quote: string; kind: 'string' | 'identifier'; backslash: boolean },
): Token {
  const { start, open, quote, kind, backslash } = from
  const quoteCode = quote.charCodeAt(0)
  let at = open + 1
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (backslash && code === 92) at += 1
    else if (code === quoteCode) {
      if (text.charCodeAt(at + 1) !== quoteCode) {
        return { kind, start, end: at + 1, contentStart: open + 1, contentEnd: at, closed: true, quote, backslash }
      }
      at += 1
    }
  }
  return {
    kind,
    start,
    end: text.length,
    contentStart: Math.min(open + 1, text.length),
    contentEnd: text.length,
    closed: false,
    quote,
    backslash,
  }
}

function readComment(text: string, at: number, lexicon: Lexicon): Token | null {
  const char = text.charAt(at)
  const next = text.charAt(at + 1)
  if (char === '#' && lexicon.hashComments) return lineComment(text, at, 1)
  if (char === '-' && next === '-' && opensDashComment(text, at, lexicon)) return lineComment(text, at, 2)
  if (char !== '/' || next !== '*') return null
  if (lexicon.versionComments) {
    const opener = versionOpener(text, at)
    // What follows is code; its end reads as two operators.
    if (opener > 0) return { ...plain('comment', at, opener), contentStart: opener }
  }
  return blockComment(text, at, lexicon)
}

function opensDashComment(text: string, at: number, lexicon: Lexicon): boolean {
  if (!lexicon.dashNeedsSpace) return true
  const after = text.charCodeAt(at + 2)
  return Number.isNaN(after) || after <= 32
}

function versionOpener(text: string, at: number): number {
  let end = at + 2
  if (text.charAt(end) === 'M') end += 1
  if (text.charAt(end) !== '!') return 0
  end += 1
  for (let digits = 0; digits < 6 && isDigit(text.charCodeAt(end)); digits += 1) end += 1
  return end
}

function lineComment(text: string, start: number, opener: number): Token {
  let end = start + opener
  while (end < text.length && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end += 1
  return { ...plain('comment', start, end), contentStart: start + opener }
}

function blockComment(text: string, start: number, lexicon: Lexicon): Token {
  let depth = 1
  let at = start + 2
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 42 && text.charCodeAt(at + 1) === 47) {
      depth -= 1
      at += 1
      if (depth === 0) return { ...plain('comment', start, at + 1), contentStart: start + 2, contentEnd: at - 1 }
    } else if (code === 47 && text.charCodeAt(at + 1) === 42 && lexicon.nestedComments) {
      depth += 1
      at += 1
    }
  }
  return {
    ...plain('comment', start, text.length),
    contentStart: Math.min(start + 2, text.length),
    closed: lexicon.openCommentAccepted,
  }
}

function readWord(text: string, start: number, lexicon: Lexicon): Token {
  let end = start + 1
  while (end < text.length && isWordPart(text.charCodeAt(end))) end += 1
  const length = end - start
  if (length <= 2) {
    const word = text.slice(start, end).toLowerCase()
    const uescape = word === 'u' && text.charAt(end) === '&'
    const quoteAt = uescape ? end + 1 : end
    const quote = text.charAt(quoteAt)
    const prefix = uescape ? 'u&' : word
    const string = lexicon.strings[quote]
    const prefixed = lexicon.stringPrefixes[prefix]
    if (string && prefixed !== undefined) {
      return quoted(text, { start, open: quoteAt, quote, kind: 'string', backslash: prefixed ?? string.backslash })
    }
    if (uescape && lexicon.dollarQuotes && quote === '"')
      return quoted(text, { start, open: quoteAt, quote, kind: 'identifier', backslash: false })
  }
  return plain('word', start, end)
}

function readNumber(text: string, start: number): Token {
  let end = start
  const radix = text.charCodeAt(start) === 48 ? text.charAt(start + 1).toLowerCase() : ''
  if (radix === 'x' && isHex(text.charCodeAt(start + 2))) {
    end = start + 2
    while (isHex(text.charCodeAt(end)) || text.charCodeAt(end) === 95) end += 1
    return plain('number', start, end)
  }
  const digits = (): void => {
    while (isDigit(text.charCodeAt(end)) || (text.charCodeAt(end) === 95 && isDigit(text.charCodeAt(end + 1)))) end += 1
  }
  digits()
  if (text.charAt(end) === '.' && text.charAt(end + 1) !== '.') {
    end += 1
    digits()
  }
  if (text.charAt(end).toLowerCase() === 'e') {
    const sign = text.charAt(end + 1)
    const exponent = end + (sign === '+' || sign === '-' ? 2 : 1)
    if (isDigit(text.charCodeAt(exponent))) {
      end = exponent
      digits()
    }
  }
  return plain('number', start, end)
}

/** `$1`, `$tag$ … $tag$`, `?`, `@name`, `@@name`, `:name`, `::`, `#temp`; null where the character is an operator of its own. */
function readSpecial(text: string, start: number, lexicon: Lexicon): Token | null {
  const char = text.charAt(start)
  if (char === '$') return lexicon.dollarQuotes ? readDollar(text, start) : named(text, start, 1)
  if (char === ':') {
    if (text.charAt(start + 1) === ':') return plain('operator', start, start + 2)
    return lexicon.dollarQuotes ? null : named(text, start, 1)
  }
  // A run of operator characters in PostgreSQL.
  if (lexicon.operatorRuns) return null
  if (char === '?') {
    let end = start + 1
    while (isDigit(text.charCodeAt(end))) end += 1
    return plain('parameter', start, end)
  }
  return named(text, start, char === '@' && text.charAt(start + 1) === '@' ? 2 : 1)
}

function named(text: string, start: number, sigil: number): Token | null {
  let end = start + sigil
  while (end < text.length && isWordPart(text.charCodeAt(end))) end += 1
  return end === start + sigil ? null : plain('parameter', start, end)
}

function readDollar(text: string, start: number): Token {
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
    kind: 'string',
    start,
    end,
    contentStart: tag + 1,
    contentEnd: close === -1 ? text.length : close,
    closed: close !== -1,
    quote: '$',
    backslash: false,
  }
}

function readOperator(text: string, start: number, lexicon: Lexicon): Token {
  const char = text.charAt(start)
  if (lexicon.operatorRuns?.includes(char)) return operatorRun(text, start, lexicon.operatorRuns)
  if ('(),;[].{}'.includes(char)) return plain('punctuation', start, start + 1)
  const two = text.slice(start, start + 2)
  if (two === ':=' || (!lexicon.operatorRuns && pairs.has(two))) return plain('operator', start, start + 2)
  return plain('operator', start, start + 1)
}

/** @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-OPERATORS */
function operatorRun(text: string, start: number, characters: string): Token {
  let end = start
  let special = false
  while (end < text.length && characters.includes(text.charAt(end))) {
    const two = text.slice(end, end + 2)
    if (end > start && (two === '--' || two === '/*')) break
    if ('~!@#%^&|`?'.includes(text.charAt(end))) special = true
    end += 1
  }
  if (!special) while (end > start + 1 && (text.charAt(end - 1) === '+' || text.charAt(end - 1) === '-')) end -= 1
  return plain('operator', start, end)
}
