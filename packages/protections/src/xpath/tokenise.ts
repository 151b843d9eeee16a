export type TokenKind = 'name' | 'number' | 'literal' | 'sign' | 'invalid'

export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** Of a literal: where its content begins and ends. Else `start` and `end`. */
  readonly contentStart: number
  readonly contentEnd: number
  /** False: the text ended before the quote came. */
  readonly closed: boolean
}

const plain = (kind: TokenKind, start: number, end: number): Token => ({
  ...{ kind, start, end, closed: true },
  ...{ contentStart: start, contentEnd: end },
})

const twoSigns: ReadonlySet<string> = new Set(['//', '::', '!=', '<=', '>=', '..', ':=', '||', '<<', '>>', '=>'])

/**
 * The tokens of an XPath expression, without white space. Linear, and never throws. A quote that is doubled inside of a literal is
 * content, as XPath 2 has it: where XPath 1 is spoken two literals side by side are no expression at all, so that nothing is lost.
 */
export function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      at += 1
      continue
    }
    const token = read(text, at, code)
    tokens.push(token)
    at = token.end
  }
  return tokens
}

function read(text: string, at: number, code: number): Token {
  if (code === 34 || code === 39) return readLiteral(text, at)
  if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) return readNumber(text, at)
  if (isNameStart(code)) return plain('name', at, endOfName(text, at))
  // A variable is one word to whoever writes it.
  if (code === 36 && isNameStart(text.charCodeAt(at + 1))) return plain('name', at, endOfName(text, at + 1))
  if (twoSigns.has(text.slice(at, at + 2))) return plain('sign', at, at + 2)
  return plain(/[()[\]@,|+\-=<>*./:!$?{}#]/.test(text.charAt(at)) ? 'sign' : 'invalid', at, at + 1)
}

function readLiteral(text: string, start: number): Token {
  const quote = text.charAt(start)
  let end = text.indexOf(quote, start + 1)
  while (end !== -1 && text.startsWith(quote, end + 1)) end = text.indexOf(quote, end + 2)
  const contentStart = start + 1
  if (end === -1)
    return { kind: 'literal', start, end: text.length, contentStart, contentEnd: text.length, closed: false }
  return { kind: 'literal', start, end: end + 1, contentStart, contentEnd: end, closed: true }
}

function readNumber(text: string, start: number): Token {
  let at = start
  while (isDigit(text.charCodeAt(at))) at += 1
  if (text.charCodeAt(at) === 46) at += 1
  while (isDigit(text.charCodeAt(at))) at += 1
  const exponent = /^[eE][+-]?\d{1,9}/.exec(text.slice(at, at + 11))
  return plain('number', start, at + (exponent?.[0].length ?? 0))
}

/** A name with its prefix: `a`, `a:b`, `a:*`; of `a::b`, which names an axis, only the first. */
function endOfName(text: string, start: number): number {
  let at = endOfPart(text, start)
  if (text.charCodeAt(at) !== 58) return at
  const next = text.charCodeAt(at + 1)
  if (next === 42) return at + 2
  if (isNameStart(next)) at = endOfPart(text, at + 1)
  return at
}

function endOfPart(text: string, start: number): number {
  let at = start
  while (at < text.length && isNamePart(text.charCodeAt(at))) at += 1
  return at
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isNameStart = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code > 127 && code !== 0xa0)
const isNamePart = (code: number): boolean => isNameStart(code) || isDigit(code) || code === 45 || code === 46
