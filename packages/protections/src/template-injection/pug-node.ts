import type { PugCode } from './pug-code.ts'
import type { Parts } from './template.ts'

/** What the deeper lines below a node are, where they are no nodes. */
export type Block = 'text' | 'comment' | 'code'

/** Where reading goes on; `block` where the node has one of its own kind, and nothing more in its line. */
interface Read {
  readonly at: number
  readonly done: boolean
  readonly block: Block | null
}

const tag = /^\w(?:[-:\w]*\w)?/
const code = /^(if|unless|else if|case|when|while|each|for)\b/
const plainWord = /^(?:(?:else|default|yield)\b(?=[ \t\r]*$|:)|(?:block|append|prepend|doctype)(?= |$))/
const otherFile = /^(?:extends?|include)(?=[: ])/
const mostInside = 50

/** One line of a pug template, or a node inside of one. */
export class PugNode {
  readonly #text: string
  readonly #parts: Parts
  readonly #code: PugCode
  readonly #eol: number

  constructor(text: string, parts: Parts, code: PugCode, eol: number) {
    this.#text = text
    this.#parts = parts
    this.#code = code
    this.#eol = eol
  }

  /**
   * What begins a line, stands behind a colon, or in `#[…]`.
   * @param depth how many `#[` it stands in
   */
  read(start: number, depth: number): Read {
    let read = this.#readBeginning(start, depth)
    while (!read.done && read.at < this.#endOfLine(read.at)) {
      const next = this.#readNext(read.at, depth)
      if (next.at <= read.at && !next.done) return { ...read, done: true }
      read = next
    }
    return { ...read, done: true }
  }

  /** Text with `#{…}`, `!{…}` and `#[…]` in it. @returns where it ends */
  readText(start: number, depth: number, eol = this.#endOfLine(start)): number {
    const text = this.#text
    let from = start
    let at = start
    for (;;) {
      const index = this.#code.nextSign(at, depth > 0)
      if (index >= eol) break
      const found = /^(?:\\?[#!]\{|\\?#\[|\])/.exec(text.slice(index, index + 3))?.[0] ?? ']'
      if (found === ']') {
        this.#parts.text(from, index)
        return index
      }
      at = index + found.length
      if (found.startsWith('\\')) continue
      this.#parts.text(from, index)
      if (found.endsWith('{')) at = this.#code.bracketed(index, at, eol)
      else {
        this.#parts.sign(index, at)
        if (depth < mostInside) at = this.read(at, depth + 1).at
        if (text.charAt(at) === ']') {
          this.#parts.sign(at, at + 1)
          at += 1
        }
      }
      from = at
      if (at > eol) return at
    }
    this.#parts.text(from, eol)
    return eol
  }

  #readBeginning(at: number, depth: number): Read {
    const rest = this.#text.slice(at, Math.min(this.#eol, at + 200))
    const sign = rest.charAt(0)
    if (rest.startsWith('//')) {
      this.#parts.sign(at, at + 2)
      this.#parts.comment(at + 2, this.#eol)
      return { at: this.#eol, done: true, block: rest.startsWith('//-') ? 'comment' : 'text' }
    }
    if (sign === '|') {
      this.#parts.sign(at, at + 1, 'quiet')
      return finished(this.readText(at + 1, depth))
    }
    if (sign === '<') return finished(this.readText(at, depth))
    if (rest.startsWith('#{')) return goesOn(this.#code.bracketed(at, at + 2, this.#eol))
    if (sign === '-') return this.#readScript(at, depth)
    if (sign === '+') return this.#readCall(at, rest)
    if (sign === ':') return this.#readFilter(at, rest)
    return this.#readWord(at, rest)
  }

  #readWord(at: number, rest: string): Read {
    const before = code.exec(rest)
    if (before) return this.#readCondition(at, before[0])
    const file = otherFile.exec(rest)
    if (file) {
      this.#parts.sign(at, at + file[0].length)
      this.#parts.word(at + file[0].length, this.#eol)
      return finished(this.#eol)
    }
    const plain = plainWord.exec(rest)
    if (plain) {
      const end = at + plain[0].length
      this.#parts.sign(at, end, 'quiet')
      return goesOn(end)
    }
    if (rest.startsWith('mixin ')) {
      this.#parts.sign(at, at + 5, 'keyword')
      this.#parts.code(at + 5, this.#eol, 'javascript')
      return finished(this.#eol)
    }
    const name = tag.exec(rest)
    if (!name) return goesOn(at)
    const end = name[0].length < 200 ? at + name[0].length : this.#nameEnd(at)
    this.#parts.word(at, end)
    return goesOn(end)
  }

  #readCondition(at: number, word: string): Read {
    this.#parts.sign(at, at + word.length, 'keyword')
    const colon = word === 'when' ? this.#text.slice(at, this.#eol).search(/: |:$/) : -1
    const end = colon === -1 ? this.#eol : at + colon
    this.#parts.code(at + word.length, end, 'javascript')
    return goesOn(end)
  }

  /** `- code`, and `-` with lines of code below. */
  #readScript(at: number, depth: number): Read {
    this.#parts.sign(at, at + 1)
    if (/^[ \t\r]*$/.test(this.#text.slice(at + 1, this.#eol))) return { at: this.#eol, done: true, block: 'code' }
    return this.#readCode(at + 1, depth)
  }

  #readCode(start: number, depth: number): Read {
    const closing = depth > 0 ? this.#code.closing(start, ']') : -1
    const end = closing === -1 ? this.#eol : closing
    this.#parts.code(start, end, 'javascript')
    return finished(end)
  }

  #readCall(at: number, rest: string): Read {
    const call = /^\+\s*(?:[-\w]+|(#\{))/.exec(rest)
    if (!call) return goesOn(at)
    if (call[1] !== undefined) return goesOn(this.#code.bracketed(at, at + call[0].length, this.#eol))
    this.#parts.sign(at, at + 1, 'quiet')
    const end = at + call[0].length
    this.#parts.word(at + 1, end)
    const open = /^ *\(/.exec(this.#text.slice(end, Math.min(this.#eol, end + 50)))
    if (!open) return goesOn(end)
    const content = end + open[0].length
    const isAttributes = /^\s*[-\w]+ *=/.test(this.#text.slice(content, content + 100))
    return goesOn(isAttributes ? content - 1 : this.#code.bracketed(content - 1, content, this.#eol, ')'))
  }

  #readFilter(at: number, rest: string): Read {
    const name = /^:[\w-]+/.exec(rest)
    if (!name) return goesOn(at)
    const end = at + name[0].length
    this.#parts.sign(at, end)
    const next = this.#text.charAt(end) === '(' ? this.#code.attributes(end, this.#eol) : end
    return { at: this.readText(next, 0), done: true, block: 'text' }
  }

  /** What may follow the beginning of a node in the same line. */
  #readNext(at: number, depth: number): Read {
    const text = this.#text
    const sign = text.charAt(at)
    if (sign === ']' && depth > 0) return finished(at)
    if (sign === '(') return goesOn(this.#code.attributes(at, this.#eol))
    if (sign === '#' && text.charAt(at + 1) === '{') return goesOn(this.#code.bracketed(at, at + 2, this.#eol))
    if (sign === '.' || sign === '#') return this.#readClass(at, sign, depth)
    if (text.startsWith(': ', at)) {
      this.#parts.sign(at, at + 1, 'quiet')
      let next = at + 1
      while (text.charAt(next) === ' ') next += 1
      return this.#readBeginning(next, depth)
    }
    if (sign === '=' || text.startsWith('!=', at)) {
      const mark = sign === '=' ? 1 : 2
      this.#parts.sign(at, at + mark)
      return this.#readCode(at + mark, depth)
    }
    if (text.startsWith('&attributes(', at)) return goesOn(this.#code.bracketed(at, at + 12, this.#eol, ')'))
    if (sign === '/') {
      this.#parts.sign(at, at + 1, 'quiet')
      return goesOn(at + 1)
    }
    return finished(this.readText(at, depth))
  }

  #readClass(at: number, sign: string, depth: number): Read {
    const eol = this.#endOfLine(at)
    if (sign === '.' && /^[ \t\r]*$/.test(this.#text.slice(at + 1, Math.min(eol, at + 50)))) {
      this.#parts.sign(at, at + 1, 'quiet')
      return { at: eol, done: true, block: 'text' }
    }
    const end = this.#nameEnd(at + 1)
    if (end === at + 1) return finished(this.readText(at, depth))
    this.#parts.word(at, end)
    return goesOn(end)
  }

  #nameEnd(start: number): number {
    let at = start
    while (/[\w-]/.test(this.#text.charAt(at))) at += 1
    return at
  }

  /** Attributes may have led to a later line. */
  #endOfLine(at: number): number {
    if (at <= this.#eol) return this.#eol
    const end = this.#text.indexOf('\n', at)
    return end === -1 ? this.#text.length : end
  }
}

const goesOn = (at: number): Read => ({ at, done: false, block: null })
const finished = (at: number): Read => ({ at, done: true, block: null })
