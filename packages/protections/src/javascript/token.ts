export type TokenKind = 'name' | 'number' | 'string' | 'template' | 'regex' | 'comment' | 'punctuator' | 'invalid'

export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** Of a string, a part of a template, a regular expression or a comment: where its content begins and ends. Else `start` and `end`. */
  readonly contentStart: number
  readonly contentEnd: number
  /** False: the text or the line ended before its delimiter came. */
  readonly closed: boolean
  /** Of a string or a template: its quote. */
  readonly quote: string
}

export const plain = (kind: TokenKind, start: number, end: number): Token => ({
  kind,
  start,
  end,
  contentStart: start,
  contentEnd: end,
  closed: true,
  quote: '',
})

export const isDigit = (code: number): boolean => code >= 48 && code <= 57
export const isLineEnd = (code: number): boolean => code === 10 || code === 13 || code === 0x2028 || code === 0x2029
export const isSpace = (code: number): boolean =>
  code === 32 ||
  (code >= 9 && code <= 13) ||
  (code >= 0xa0 &&
    (code === 0xa0 ||
      code === 0xfeff ||
      code === 0x1680 ||
      (code >= 0x2000 && code <= 0x200a) ||
      code === 0x2028 ||
      code === 0x2029 ||
      code === 0x202f ||
      code === 0x205f ||
      code === 0x3000))
/** Letters, `$`, `_`, the `#` of a private name, the backslash of an escape, and all beyond ASCII that is no white space. */
export const isNameStart = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  code === 95 ||
  code === 36 ||
  (code >= 128 && !isSpace(code))
export const isNamePart = (code: number): boolean => isNameStart(code) || isDigit(code)
