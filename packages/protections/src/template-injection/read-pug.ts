import { PugCode } from './pug-code.ts'
import { PugNode, type Block } from './pug-node.ts'
import { Parts, type Template } from './template.ts'

/** `pug`: lines and their indentation are the structure; what stands in a line is told by how it begins. */
export const readPug = (text: string): Template => new PugReader(text).read()

class PugReader {
  readonly #text: string
  readonly #parts = new Parts()
  readonly #code: PugCode

  constructor(text: string) {
    this.#text = text
    this.#code = new PugCode(text, this.#parts)
  }

  read(): Template {
    const text = this.#text
    let at = 0
    let before = -1
    while (at < text.length) {
      const end = this.#endOfLine(at)
      const start = this.#skipSpace(at, end)
      if (start < end) {
        if (before !== -1) this.#parts.sign(before, start, 'line')
        before = this.#readLine(start, end, start - at)
        at = before + 1
      } else at = end + 1
    }
    return { text, parts: this.#parts.list }
  }

  /** @returns the end of the last line that belongs to it */
  #readLine(start: number, eol: number, indent: number): number {
    const node = new PugNode(this.#text, this.#parts, this.#code, eol)
    const { at, block } = node.read(start, 0)
    const end = at > eol ? this.#endOfLine(at) : eol
    if (at < end) node.readText(at, 0, end)
    return block === null ? end : this.#readBlock(end, indent, block)
  }

  /** The deeper lines below, which are text, a comment or a script. */
  #readBlock(eol: number, indent: number, block: Block): number {
    const text = this.#text
    let last = eol
    for (let at = eol + 1; at < text.length;) {
      const end = this.#endOfLine(at)
      const start = this.#skipSpace(at, end)
      if (start < end) {
        if (start - at <= indent) break
        if (block === 'comment') this.#parts.comment(at, end)
        else if (block === 'text') new PugNode(text, this.#parts, this.#code, end).readText(start, 0, end)
        last = end
      }
      at = end + 1
    }
    if (block === 'code') this.#parts.code(Math.min(eol + 1, last), last, 'javascript')
    return last
  }

  #endOfLine(at: number): number {
    const end = this.#text.indexOf('\n', at)
    return end === -1 ? this.#text.length : end
  }

  /** Over white space; a carriage return counts as some. */
  #skipSpace(at: number, end: number): number {
    let next = at
    while (next < end && /[ \t\r]/.test(this.#text.charAt(next))) next += 1
    return next
  }
}
