import { isDigit, isLineEnd, isNamePart, plain, type Token } from './token.ts'

export function readString(text: string, start: number): Token {
  const quoteCode = text.charCodeAt(start)
  const quote = text.charAt(start)
  let at = start + 1
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quoteCode)
      return { kind: 'string', start, end: at + 1, contentStart: start + 1, contentEnd: at, closed: true, quote }
    if (code === 92) at += text.startsWith('\r\n', at + 1) ? 2 : 1
    else if (code === 10 || code === 13) break
  }
  const end = Math.min(at, text.length)
  return { kind: 'string', start, end, contentStart: start + 1, contentEnd: end, closed: false, quote }
}

/** A template from its opening sign, or from the `}` behind a substitution, to the closing one or to the next `${`. */
export function readTemplate(text: string, start: number): Token & { readonly opensSubstitution: boolean } {
  const piece = { kind: 'template', start, contentStart: start + 1, quote: '`' } as const
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 92) at += 1
    else if (code === 96) return { ...piece, end: at + 1, contentEnd: at, closed: true, opensSubstitution: false }
    else if (code === 36 && text.charCodeAt(at + 1) === 123)
      return { ...piece, end: at + 2, contentEnd: at, closed: true, opensSubstitution: true }
  }
  return { ...piece, end: text.length, contentEnd: text.length, closed: false, opensSubstitution: false }
}

/** @returns an unclosed one when the line ends first */
export function readRegex(text: string, start: number): Token {
  let isInClass = false
  let at = start + 1
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isLineEnd(code)) break
    if (code === 92) {
      if (!isLineEnd(text.charCodeAt(at + 1))) at += 1
    } else if (code === 91) isInClass = true
    else if (code === 93) isInClass = false
    else if (code === 47 && !isInClass) {
      let end = at + 1
      while (end < text.length && isNamePart(text.charCodeAt(end))) end += 1
      return { ...plain('regex', start, end), contentStart: start + 1, contentEnd: at }
    }
  }
  const end = Math.min(at, text.length)
  return { ...plain('regex', start, end), contentStart: start + 1, contentEnd: end, closed: false }
}

/** @param mark length of what opens it: `//`, `<!--`, `-->`, `#!` */
export function readLineComment(text: string, start: number, mark: number): Token {
  let end = start + mark
  while (end < text.length && !isLineEnd(text.charCodeAt(end))) end += 1
  return { ...plain('comment', start, end), contentStart: start + mark }
}

export function readBlockComment(text: string, start: number): Token {
  const close = text.indexOf('*/', start + 2)
  const contentEnd = close === -1 ? text.length : close
  return {
    ...plain('comment', start, close === -1 ? text.length : close + 2),
    contentStart: Math.min(start + 2, text.length),
    contentEnd,
    closed: close !== -1,
  }
}

/** `1_000.5e-3`, `0xff`, `.5`, `10n`. */
export function readNumber(text: string, start: number): Token {
  let at = start
  const isPrefixed = text.charCodeAt(at) === 48 && /[xob]/i.test(text.charAt(at + 1))
  if (isPrefixed) at += 2
  let seenDot = isPrefixed
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 46 && !seenDot) seenDot = true
    else if ((code === 43 || code === 45) && !isPrefixed && /e/i.test(text.charAt(at - 1))) continue
    else if (!isDigit(code) && !isNamePart(code)) break
    else if (code === 101 || code === 69) seenDot = true
  }
  return plain('number', start, at)
}
