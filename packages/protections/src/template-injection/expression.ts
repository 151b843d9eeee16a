import { Quotes } from './quotes.ts'
import type { Language } from './template.ts'

/** A piece of an expression in a tag of handlebars or nunjucks. */
export interface Word {
  readonly kind: 'name' | 'text' | 'sign'
  readonly start: number
  readonly end: number
}

/** Reads an expression of either language: names with numbers among them, quoted texts, and signs of one character. */
export function readExpression(text: string, language: Exclude<Language, 'javascript'>): readonly Word[] {
  const words: Word[] = []
  const quotes = new Quotes(text)
  const isName = language === 'handlebars' ? /[^\s!"#%-,./;->@[-^`{-~]/ : /[^\s()[\]{}%*+~/#,:|.<>=!"'-]/
  let at = 0
  while (at < text.length) {
    const sign = text.charAt(at)
    const start = at
    at += 1
    if (sign === '"' || sign === "'") {
      at = quotes.end(start)
      words.push({ kind: at > start + 1 ? 'text' : 'sign', start, end: at })
    } else if (isName.test(sign)) {
      while (at < text.length && isName.test(text.charAt(at))) at += 1
      words.push({ kind: 'name', start, end: at })
    } else if (!/\s/.test(sign)) words.push({ kind: 'sign', start, end: at })
  }
  return words
}
