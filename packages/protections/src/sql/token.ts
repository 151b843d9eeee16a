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

export const plain = (kind: TokenKind, start: number, end: number): Token => ({
  kind,
  start,
  end,
  contentStart: start,
  contentEnd: end,
  closed: true,
  quote: '',
  backslash: false,
})

export const isDigit = (code: number): boolean => code >= 48 && code <= 57
export const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
export const isHex = (code: number): boolean =>
  isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
/** Letters, `_`, and everything beyond ASCII, which all engines take for letters. */
export const isWordStart = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128
export const isWordPart = (code: number): boolean => isWordStart(code) || isDigit(code) || code === 36
/** Unicode spaces that some engines take for white space. */
export const isWideSpace = (code: number): boolean =>
  code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 || code === 0x3000
