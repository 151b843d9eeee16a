import type { Lexicon } from './lexicon.ts'
import { isDigit, plain, type Token } from './token.ts'

export function readComment(text: string, at: number, lexicon: Lexicon): Token | null {
  const code = text.charCodeAt(at)
  if (code === 35 && lexicon.hashComments) return lineComment(text, at, 1, lexicon)
  if (code === 45 && text.charCodeAt(at + 1) === 45 && opensDashComment(text, at, lexicon)) {
    return lineComment(text, at, 2, lexicon)
  }
  if (code !== 47 || text.charCodeAt(at + 1) !== 42) return null
  const opener = lexicon.versionComments ? versionOpener(text, at) : 0
  // What follows is code; its end reads as two operators.
  if (opener > 0) return { ...plain('comment', at, opener), contentStart: opener }
  return blockComment(text, at, lexicon)
}

function opensDashComment(text: string, at: number, lexicon: Lexicon): boolean {
  if (!lexicon.dashNeedsSpace) return true
  const after = text.charCodeAt(at + 2)
  return Number.isNaN(after) || after <= 32
}

/** The end of `/*!50101` or `/*M!100100`; 0 when it is an ordinary comment. */
function versionOpener(text: string, at: number): number {
  let end = at + 2
  if (text.charAt(end) === 'M') end += 1
  if (text.charAt(end) !== '!') return 0
  end += 1
  for (let digits = 0; digits < 6 && isDigit(text.charCodeAt(end)); digits += 1) end += 1
  return end
}

function lineComment(text: string, start: number, opener: number, lexicon: Lexicon): Token {
  let end = start + opener
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end)
    if (code === 10 || (code === 13 && lexicon.returnEndsComment)) break
  }
  return { ...plain('comment', start, end), contentStart: start + opener }
}

function blockComment(text: string, start: number, lexicon: Lexicon): Token {
  let depth = 1
  for (let at = start + 2; at < text.length; at += 1) {
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
  return { ...plain('comment', start, text.length), contentStart: start + 2, closed: false }
}
