import type { Parts } from './template.ts'

const operator = /[-+*/%=<>!&|^~?:.,([{]$/
const goesOn = /[-+*/%=<>!&|^~?.,;)\]}([{]/

/** Code in the lines of a pug template: how far it goes, and the attributes that hold it. */
export class PugCode {
  readonly #text: string
  readonly #parts: Parts
  /** From here on, no bracket of that kind is closed. */
  readonly #openFrom = new Map<string, number>()

  constructor(text: string, parts: Parts) {
    this.#text = text
    this.#parts = parts
  }

  readonly #signs = { outside: { from: 0, at: -1 }, inside: { from: 0, at: -1 } }

  /** Where the next sign of a text with code or tags in it begins, which is asked for again and again; the end where none does. */
  nextSign(from: number, isInside: boolean): number {
    const known = this.#signs[isInside ? 'inside' : 'outside']
    if (from >= known.from && from <= known.at) return known.at
    const pattern = isInside ? /\\?[#!]\{|\\?#\[|\]/g : /\\?[#!]\{|\\?#\[/g
    pattern.lastIndex = from
    known.from = from
    known.at = pattern.exec(this.#text)?.index ?? this.#text.length
    return known.at
  }

  /** @returns where the bracket closes that opened before `start`; -1 where none does */
  closing(start: number, close: string): number {
    if (start >= (this.#openFrom.get(close) ?? Infinity)) return -1
    const text = this.#text
    let depth = 0
    for (let at = start; at < text.length; at += 1) {
      const sign = text.charAt(at)
      if (sign === '"' || sign === "'" || sign === '`') at = this.#quoteEnd(at)
      else if (sign === '(' || sign === '[' || sign === '{') depth += 1
      else if (sign === ')' || sign === ']' || sign === '}') {
        if (depth === 0) return sign === close ? at : -1
        depth -= 1
      }
      if (at >= text.length) break
    }
    this.#openFrom.set(close, start)
    return -1
  }

  /** The last character of the quoted text, or the end. */
  #quoteEnd(start: number): number {
    const text = this.#text
    const quote = text.charCodeAt(start)
    for (let at = start + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code === quote) return at
      if (code === 92) at += 1
    }
    return text.length
  }

  /** A bracket with code in it, from the sign that opens it. @returns where it ends */
  bracketed(start: number, content: number, eol: number, close = '}'): number {
    const end = this.closing(content, close)
    this.#parts.sign(start, content)
    this.#parts.code(content, end === -1 ? eol : end, 'javascript')
    if (end === -1) return eol
    this.#parts.sign(end, end + 1)
    return end + 1
  }

  /** `(href="/" disabled)`, over any number of lines. @returns where it ends */
  attributes(start: number, eol: number): number {
    const end = this.closing(start + 1, ')')
    this.#parts.sign(start, start + 1, 'attribute')
    if (end === -1) {
      this.#parts.code(start + 1, eol, 'javascript')
      return eol
    }
    let at = start + 1
    while (at < end) at = this.#attribute(at, end)
    this.#parts.sign(end, end + 1, 'attribute')
    return end + 1
  }

  #attribute(from: number, end: number): number {
    const text = this.#text
    let at = this.#skipSpace(from, end)
    if (text.charAt(at) === ',') return at + 1
    const key = at
    const quote = text.charAt(at)
    if (quote === '"' || quote === "'") at = Math.min(end, this.#quoteEnd(at) + 1)
    else while (at < end && !/[\s!=,]/.test(text.charAt(at))) at += 1
    this.#parts.word(key, at)
    const sign = this.#skipSpace(at, end)
    const value = text.startsWith('!=', sign) ? sign + 2 : text.charAt(sign) === '=' ? sign + 1 : -1
    if (value === -1 || value > end) return Math.max(at, key + 1)
    this.#parts.sign(sign, value, 'attribute')
    const code = this.#skipSpace(value, end)
    const last = this.#valueEnd(code, end)
    this.#parts.code(code, last, 'javascript')
    return Math.max(last, value)
  }

  /** A value goes on over white space while an operator stands before or behind it. */
  #valueEnd(start: number, end: number): number {
    const text = this.#text
    let depth = 0
    for (let at = start; at < end; at += 1) {
      const sign = text.charAt(at)
      if (sign === '"' || sign === "'" || sign === '`') at = Math.min(end, this.#quoteEnd(at))
      else if (/[([{]/.test(sign)) depth += 1
      else if (/[)\]}]/.test(sign)) depth -= 1
      else if (depth > 0) continue
      else if (sign === ',') return at
      else if (/\s/.test(sign)) {
        const next = this.#skipSpace(at, end)
        const isOpen = operator.test(text.slice(Math.max(start, at - 1), at))
        if (!isOpen && (next >= end || !goesOn.test(text.charAt(next)) || text.startsWith('...', next))) return at
        at = next - 1
      }
    }
    return end
  }

  #skipSpace(from: number, end: number): number {
    let at = from
    while (at < end && /\s/.test(this.#text.charAt(at))) at += 1
    return at
  }
}
