import type { SqlDialect } from '@riposte/contract'
import { lexicons, type Lexicon } from './lexicon.ts'
import { readComment } from './read-comment.ts'
import { readDollar, readQuoted } from './read-quoted.ts'
import { isDigit, isHex, isSpace, isWideSpace, isWordPart, isWordStart, plain, type Token } from './token.ts'

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
    if (isSpace(code) || (lexicon.wideSpace && isWideSpace(code))) {
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
  const code = text.charCodeAt(at)
  if (isWordStart(code)) return readWord(text, at, lexicon)
  if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) return readNumber(text, at, lexicon)
  const char = text.charAt(at)
  const string = lexicon.strings[char]
  if (string) {
    const continued = lexicon.continuedStrings
    return readQuoted(text, {
      start: at,
      open: at,
      quote: char,
      kind: 'string',
      backslash: string.backslash,
      doubled: true,
      continued,
    })
  }
  const closing = lexicon.identifiers[char]
  if (closing !== undefined) {
    return readQuoted(text, {
      start: at,
      open: at,
      quote: closing,
      kind: 'identifier',
      backslash: false,
      doubled: true,
      continued: false,
    })
  }
  return readComment(text, at, lexicon) ?? readSpecial(text, at, lexicon) ?? readOperator(text, at, lexicon)
}

function readWord(text: string, start: number, lexicon: Lexicon): Token {
  let end = start + 1
  while (end < text.length && isWordPart(text.charCodeAt(end))) end += 1
  return (end === start + 1 ? readPrefixed(text, start, lexicon) : null) ?? plain('word', start, end)
}

/** `E'…'`, `X'…'`, `N'…'`, `U&'…'`, `U&"…"`. */
function readPrefixed(text: string, start: number, lexicon: Lexicon): Token | null {
  const letter = text.charAt(start).toLowerCase()
  const unicode = letter === 'u' && text.charAt(start + 1) === '&' && 'u&' in lexicon.stringPrefixes
  const open = start + (unicode ? 2 : 1)
  const quote = text.charAt(open)
  if (unicode && quote === '"') {
    return readQuoted(text, {
      start,
      open,
      quote,
      kind: 'identifier',
      backslash: false,
      doubled: true,
      continued: false,
    })
  }
  const string = lexicon.strings[quote]
  const prefix = unicode ? 'u&' : letter
  if (!string || !Object.hasOwn(lexicon.stringPrefixes, prefix)) return null
  const backslash = lexicon.stringPrefixes[prefix] ?? string.backslash
  // Between the quotes of `X'…'` and `B'…'` stand digits only.
  const doubled = prefix !== 'x' && prefix !== 'b'
  return readQuoted(text, {
    start,
    open,
    quote,
    kind: 'string',
    backslash,
    doubled,
    continued: lexicon.continuedStrings,
  })
}

function readNumber(text: string, start: number, lexicon: Lexicon): Token {
  const radix = text.charCodeAt(start) === 48 ? text.charAt(start + 1).toLowerCase() : ''
  if (radix !== '' && lexicon.radixes.includes(radix)) {
    const first = start + (text.charCodeAt(start + 2) === 95 ? 3 : 2)
    let end = first
    while (isHex(text.charCodeAt(end)) || (end > first && text.charCodeAt(end) === 95)) end += 1
    if (end > first) return plain('number', start, end)
  }
  let end = digits(text, start)
  if (text.charCodeAt(end) === 46 && text.charCodeAt(end + 1) !== 46) end = digits(text, end + 1)
  const exponent = text.charCodeAt(end)
  if (exponent === 101 || exponent === 69) {
    const sign = text.charCodeAt(end + 1)
    const first = end + (sign === 43 || sign === 45 ? 2 : 1)
    if (isDigit(text.charCodeAt(first))) end = digits(text, first)
  }
  return plain('number', start, end)
}

function digits(text: string, from: number): number {
  let end = from
  while (
    isDigit(text.charCodeAt(end)) ||
    (end > from && text.charCodeAt(end) === 95 && isDigit(text.charCodeAt(end + 1)))
  )
    end += 1
  return end
}

/** `$1`, `?`, `@name`, `@@name`, `:name`, `::`, `#temp`; null where the character is an operator of its own. */
function readSpecial(text: string, start: number, lexicon: Lexicon): Token | null {
  const char = text.charAt(start)
  if (char === '$') return lexicon.dollarQuotes ? readDollar(text, start) : named(text, start, 1)
  if (char === ':') {
    const next = text.charAt(start + 1)
    if (next === ':' || next === '=') return plain('operator', start, start + 2)
    return lexicon.operatorRuns ? null : named(text, start, 1)
  }
  // In PostgreSQL the others are characters of operators.
  if (lexicon.operatorRuns) return null
  if (char === '?') {
    let end = start + 1
    while (isDigit(text.charCodeAt(end))) end += 1
    return plain('parameter', start, end)
  }
  if (char !== '@' && char !== '#') return null
  return named(text, start, text.charAt(start + 1) === '@' ? 2 : 1)
}

function named(text: string, start: number, sigil: number): Token | null {
  let end = start + sigil
  while (end < text.length && isWordPart(text.charCodeAt(end))) end += 1
  return end === start + sigil ? null : plain('parameter', start, end)
}

const longOperators = ['->>', '<=>', '!==', '<<=', '>>='] as const
const pairs = new Set('<= >= <> != == || && << >> := -> => ^= ~= !< !> |= &= += -= *= /= %= ..'.split(' '))

function readOperator(text: string, start: number, lexicon: Lexicon): Token {
  const char = text.charAt(start)
  if (lexicon.operatorRuns?.includes(char)) return operatorRun(text, start, lexicon.operatorRuns)
  if ('(),;[]{}'.includes(char)) return plain('punctuation', start, start + 1)
  if (char === '.') return plain('punctuation', start, start + (text.charAt(start + 1) === '.' ? 2 : 1))
  if (lexicon.operatorRuns === null) {
    if (longOperators.some((operator) => text.startsWith(operator, start))) return plain('operator', start, start + 3)
    if (pairs.has(text.slice(start, start + 2))) return plain('operator', start, start + 2)
  }
  return plain('operator', start, start + 1)
}

/** PostgreSQL refuses operators of 64 characters and more; without this bound a run of `+-+-` would be read once for each of its characters. */
const longestOperator = 64

/** @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-OPERATORS */
function operatorRun(text: string, start: number, characters: string): Token {
  let end = start
  let special = false
  for (; end < text.length && end - start < longestOperator; end += 1) {
    const char = text.charAt(end)
    if (!characters.includes(char)) break
    const next = text.charCodeAt(end + 1)
    if (end > start && ((char === '-' && next === 45) || (char === '/' && next === 42))) break
    if ('~!@#%^&|`?'.includes(char)) special = true
  }
  if (!special) while (end > start + 1 && (text.charAt(end - 1) === '+' || text.charAt(end - 1) === '-')) end -= 1
  return plain('operator', start, end)
}
