import { readAnsiEscape } from './ansi-escape.ts'
import { makeFrame, signs, type Frame } from './frame.ts'
import { role, type Role, type Word } from './reading.ts'
import { WordBuilder } from './word-builder.ts'

const actsIn = {
  double: signs('"$\\`'),
  parameter: signs('"$\\`\'}'),
  arithmetic: signs('$\\`()]'),
}
const singleCode = 39
const backquoteCode = 96
/** What a backslash takes the meaning of. */
const escapedInDouble = signs('$`"\\\n')

/** Reads what stands within words: quotes, backslashes, and everything that begins with `$` or a backquote. */
export abstract class ExpansionReader {
  protected readonly text: string
  protected readonly roles: Uint8Array
  protected readonly words: Word[] = []
  protected readonly frames: Frame[] = []
  protected at = 0
  protected closed = true
  /** Where what is read ends: with the text, or with the backquotes that it stands in. */
  protected limit: number

  constructor(text: string) {
    this.text = text
    this.limit = text.length
    this.roles = new Uint8Array(text.length)
  }

  /** A list of commands ended, by its closer or with the text. */
  protected abstract endCommand(frame: Frame): void

  protected push(frame: Frame): void {
    this.frames.push(frame)
  }

  protected pop(): void {
    const frame = this.frames.at(-1) as Frame
    if (frame.kind === 'commands') this.endCommand(frame)
    else if (frame.builder) this.words.push(frame.builder.finish(this.at, 'text'))
    this.frames.pop()
  }

  protected mark(length: number, as: Role): void {
    this.roles.fill(as, this.at, this.at + length)
    this.at += length
  }

  /** The word that is being read, begun if there is none. */
  protected word(): WordBuilder {
    const frame = this.frames.at(-1) as Frame
    return ((frame.owner ?? frame).builder ??= new WordBuilder(this.text, this.at))
  }

  /** Characters up to the next that acts; the first is taken for one that does not. */
  protected run(acts: Uint8Array, as: Role, word: WordBuilder | null): void {
    let end = this.at + 1
    for (; end < this.limit; end += 1) {
      const code = this.text.charCodeAt(end)
      if (code < 128 && acts[code] === 1) break
    }
    word?.literal(this.at, end)
    this.mark(end - this.at, as)
  }

  /** One step in double quotes, in `${…}` or in `$((…))`. */
  protected readNested(frame: Frame, kind: keyof typeof actsIn): void {
    const sign = this.text.charAt(this.at)
    if (sign === '$') this.dollar(frame.quoted)
    else if (sign === '`') this.backquote()
    else if (sign === '\\') this.backslash(role.content, frame.quoted ? escapedInDouble : null)
    else if (kind === 'double' && sign === '"') this.#close(1, role.quote)
    else if (kind === 'parameter' && sign === '}') this.#close(1, role.expansion)
    else if (kind === 'parameter' && sign === '"') this.double(1)
    else if (kind === 'parameter' && sign === "'" && !frame.quoted) this.single()
    else if (kind !== 'arithmetic' || !this.#readArithmetic(frame, sign))
      this.run(actsIn[kind], role.content, kind === 'double' ? this.word() : null)
  }

  #close(length: number, as: Role): void {
    this.mark(length, as)
    this.pop()
  }

  #readArithmetic(frame: Frame, sign: string): boolean {
    if (frame.depth === 0 && this.text.startsWith(frame.closer, this.at)) {
      this.#close(frame.closer.length, role.expansion)
      return true
    }
    if (sign !== '(' && sign !== ')') return false
    frame.depth += sign === '(' ? 1 : frame.depth > 0 ? -1 : 0
    this.mark(1, role.operator)
    return true
  }

  /** @param acts what it takes the meaning of; null: of everything */
  protected backslash(otherwise: Role, acts: Uint8Array | null): void {
    const next = this.at + 1 < this.limit ? this.text.charCodeAt(this.at + 1) : 0
    if (next === backquoteCode && this.#inBackquotes) {
      this.word().hole(this.at)
      this.mark(2, role.substitution)
      return
    }
    const escapes = acts ? next < 128 && acts[next] === 1 : next !== 0
    if (escapes && next === 10) {
      this.mark(2, role.escape)
      return
    }
    if (escapes) {
      this.word().literal(this.at + 1, this.at + 2)
      this.mark(1, role.escape)
      this.mark(1, role.escaped)
      return
    }
    this.word().literal(this.at, this.at + 1)
    this.mark(1, otherwise)
  }

  protected single(): void {
    const word = this.word()
    this.mark(1, role.quote)
    let end = this.at
    while (end < this.limit && this.text.charCodeAt(end) !== singleCode) end += 1
    if (this.#inBackquotes) this.#singleInBackquotes(word, end)
    word.literal(this.at, end)
    this.mark(end - this.at, role.content)
    if (end === this.limit) this.closed = false
    else this.mark(1, role.quote)
  }

  /** Backquotes take their backslashes before anybody looks at quotes. */
  #singleInBackquotes(word: WordBuilder, end: number): void {
    while (this.at < end) {
      const isEscape = this.text.charAt(this.at) === '\\' && /[\\$`"\n]/.test(this.text.charAt(this.at + 1))
      if (isEscape) this.mark(1, role.escape)
      word.literal(this.at, this.at + 1)
      this.mark(1, isEscape ? role.escaped : role.content)
    }
  }

  protected double(length: number): void {
    this.word()
    this.mark(length, role.quote)
    this.push(makeFrame('double', '"', { quoted: true, around: this.frames.at(-1) }))
  }

  #ansiQuoted(): void {
    const word = this.word()
    this.mark(2, role.quote)
    while (this.at < this.limit) {
      const sign = this.text.charAt(this.at)
      if (sign === "'") {
        this.mark(1, role.quote)
        return
      }
      if (sign === '\\' && this.at + 1 < this.limit) {
        const { text, length } = readAnsiEscape(this.text, this.at)
        word.decoded(text, this.at)
        this.mark(1, role.escape)
        this.mark(length - 1, role.escaped)
      } else {
        word.literal(this.at, this.at + 1)
        this.mark(1, role.content)
      }
    }
    this.closed = false
  }

  protected dollar(quoted: boolean): void {
    const next = this.text.charAt(this.at + 1)
    if (next === "'" && !quoted) this.#ansiQuoted()
    else if (next === '"' && !quoted) this.double(2)
    else if (next === '{') this.#open('parameter', '}', 2, quoted)
    else if (next === '[') this.#open('arithmetic', ']', 2, quoted)
    else if (next !== '(') this.#name(quoted)
    else if (this.text.charAt(this.at + 2) === '(') this.#open('arithmetic', '))', 3, quoted)
    else this.substitute(')', 2)
  }

  #name(quoted: boolean): void {
    const name = /[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y
    name.lastIndex = this.at + 1
    const found = name.exec(this.text)?.[0]
    const itself = quoted ? role.content : role.plain
    if (found === undefined) {
      this.word().literal(this.at, this.at + 1)
      this.mark(1, itself)
      return
    }
    this.word().hole(this.at)
    this.mark(1, role.expansion)
    this.mark(found.length, itself)
  }

  #open(kind: 'parameter' | 'arithmetic', closer: string, length: number, quoted: boolean): void {
    this.word().hole(this.at)
    this.mark(length, role.expansion)
    this.push(makeFrame(kind, closer, { quoted, around: this.frames.at(-1) }))
  }

  /** A command whose output becomes part of the word. */
  protected substitute(closer: string, length: number): void {
    this.word().hole(this.at)
    this.mark(length, role.substitution)
    this.push(makeFrame('commands', closer))
  }

  /** What is between backquotes ends at the next one without a backslash, whatever quotes are open. */
  protected backquote(): void {
    this.word().hole(this.at)
    this.mark(1, role.substitution)
    let end = this.at
    while (end < this.limit && this.text.charCodeAt(end) !== backquoteCode)
      end += this.text.charAt(end) === '\\' ? 2 : 1
    this.push(makeFrame('commands', '`', { outerLimit: this.limit }))
    if (end < this.limit) this.limit = end
  }

  get #inBackquotes(): boolean {
    return this.limit < this.text.length
  }

  /** The text between two backquotes is read; what is open in it stays so. */
  protected endBackquotes(): void {
    for (let frame = this.frames.at(-1) as Frame; frame.closer !== '`'; frame = this.frames.at(-1) as Frame) {
      if (frame.kind !== 'here') this.closed = false
      this.pop()
    }
    const { outerLimit } = this.frames.at(-1) as Frame
    this.pop()
    this.limit = outerLimit
    this.mark(1, role.substitution)
  }
}
