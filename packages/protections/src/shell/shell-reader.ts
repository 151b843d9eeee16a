import { ExpansionReader } from './expansion-reader.ts'
import { makeFrame, signs, type Frame } from './frame.ts'
import { hole, role, type Reading, type Role, type Word, type WordUse } from './reading.ts'
import { WordBuilder } from './word-builder.ts'

interface HereDocument {
  readonly delimiter: string
  readonly tabs: boolean
  readonly quoted: boolean
}

const actsUnquoted = signs('\t\n "#$&\'()*;<>?[\\]`{|},~')
const actsInHere = signs('$\\`\n')
const escapedInHere = signs('$`\\\n')

/** Longest inside of `{…}` that is looked through for `..`; a range is short. */
const longestRange = 64
const longestName = 256
const nameBefore = /^[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]{0,64}\])?\+?=/
const reserved: ReadonlySet<string> = new Set('if then else elif fi do done while until ! { } time'.split(' '))

/** Reads a text as `sh -c` and `bash -c` do, in one pass; nesting costs no stack. */
export class ShellReader extends ExpansionReader {
  readonly #commands: Word[][] = []
  readonly #waiting: HereDocument[] = []
  /** How many of those that waited were begun. */
  #begun = 0

  read(): Reading {
    this.push(makeFrame('commands', ''))
    while (this.at < this.text.length) {
      if (this.at >= this.limit) {
        this.endBackquotes()
        continue
      }
      const frame = this.frames.at(-1) as Frame
      if (frame.kind === 'commands') this.#readCommands(frame)
      else if (frame.kind === 'here') this.#readHere(frame)
      else this.readNested(frame, frame.kind)
    }
    // A here-document that nobody ended is read to the end of the text, as shells do.
    if (this.frames.some(({ kind, depth }, index) => kind !== 'here' && (index > 0 || depth > 0))) this.closed = false
    while (this.frames.length > 0) this.pop()
    const { text, roles, words, closed } = this
    return { text, roles, words, commands: this.#commands, closed }
  }

  #readCommands(frame: Frame): void {
    const sign = this.text.charAt(this.at)
    switch (sign) {
      case ' ':
      case '\t':
        this.#endWord(frame)
        this.mark(1, role.space)
        break
      case '\n':
        this.#newline(frame)
        break
      case '\\':
        this.backslash(role.plain, null)
        break
      case "'":
        this.single()
        break
      case '"':
        this.double(1)
        break
      case '$':
        this.dollar(false)
        break
      case '`':
        this.backquote()
        break
      case '#':
        if (frame.builder) this.#plain()
        else this.#comment()
        break
      case ';':
      case '|':
      case '&':
      case '(':
      case ')':
        this.#operator(frame, sign)
        break
      case '<':
      case '>':
        this.#redirect(frame)
        break
      default:
        this.#readWord(frame, sign)
    }
  }

  #readWord(frame: Frame, sign: string): void {
    switch (sign) {
      case '*':
      case '?':
        this.word().hole(this.at)
        this.mark(1, role.glob)
        break
      case '[':
      case ']':
      case '{':
      case '}':
      case ',':
        this.#bracket(sign)
        break
      case '~':
        this.#tilde(frame)
        break
      default:
        this.run(actsUnquoted, role.plain, this.word())
    }
  }

  #plain(): void {
    this.word().literal(this.at, this.at + 1)
    this.mark(1, role.plain)
  }

  #comment(): void {
    this.mark(1, role.comment)
    const start = this.at
    let end = start
    while (end < this.limit && this.text.charCodeAt(end) !== 10) end += 1
    const word = new WordBuilder(this.text, start)
    word.literal(start, end)
    this.mark(end - start, role.content)
    this.words.push(word.finish(end, 'text'))
  }

  #operator(frame: Frame, sign: string): void {
    if (sign === '&' && this.text.charAt(this.at + 1) === '>') {
      this.#redirect(frame)
      return
    }
    if (sign === ')' && frame.closer === ')' && frame.depth === 0) {
      this.endCommand(frame)
      this.mark(1, role.substitution)
      this.pop()
      return
    }
    this.endCommand(frame)
    if (sign === '(') frame.depth += 1
    else if (sign === ')' && frame.depth > 0) frame.depth -= 1
    this.mark(1, role.operator)
  }

  #redirect(frame: Frame): void {
    const found = /&>>?|<<<|<<-?|<[&>]|>[>&|]|[<>]/y
    found.lastIndex = this.at
    const sign = found.exec(this.text)?.[0] ?? ''
    if ((sign === '<' || sign === '>') && this.text.charAt(this.at + 1) === '(') {
      this.substitute(')', 2)
      return
    }
    // `2>`: the number names what is redirected.
    if (frame.builder && /^\d+$/.test(frame.builder.text)) frame.builder = null
    else this.#endWord(frame)
    frame.redirect = sign === '<<' ? 'here' : sign === '<<-' ? 'here-tabs' : 'file'
    this.mark(sign.length, role.redirect)
  }

  /** `[…]`, `{…,…}` and `{1..3}` act only when they are whole. */
  #bracket(sign: string): void {
    const word = this.word()
    const { at } = this
    let acts: Role = role.plain
    if (sign === '[') word.bracket = at
    else if (sign === '{') word.braces.push({ at, commas: [] })
    else if (sign === ',') word.braces.at(-1)?.commas.push(at)
    else if (sign === ']' && word.bracket !== -1 && word.bracket < at - 1) {
      this.roles[word.bracket] = acts = role.glob
      word.bracket = -1
    } else if (sign === '}') {
      const open = word.braces.pop()
      if (open && (open.commas.length > 0 || this.#holdsRange(open.at + 1, at))) {
        acts = role.brace
        for (const place of [open.at, ...open.commas]) this.roles[place] = role.brace
      }
    }
    if (acts === role.plain) word.literal(at, at + 1)
    else word.hole(at)
    this.mark(1, acts)
  }

  #holdsRange(start: number, end: number): boolean {
    return end - start <= longestRange && this.text.slice(start, end).includes('..')
  }

  #tilde({ builder }: Frame): void {
    const before = this.text.charAt(this.at - 1)
    const acts =
      !builder ||
      ((before === '=' || before === ':') &&
        nameBefore.test(this.text.slice(builder.start, builder.start + longestName)))
    if (!acts) {
      this.#plain()
      return
    }
    this.word().hole(this.at)
    this.mark(1, role.tilde)
  }

  #newline(frame: Frame): void {
    this.endCommand(frame)
    this.mark(1, role.newline)
    this.#beginHere()
  }

  protected override endCommand(frame: Frame): void {
    this.#endWord(frame)
    if (frame.argv.length > 0) this.#commands.push(frame.argv)
    frame.argv = []
    frame.redirect = null
  }

  #endWord(frame: Frame): void {
    const { builder, argv, redirect } = frame
    if (!builder) return
    frame.builder = null
    frame.redirect = null
    const length = this.at - builder.start
    // Nested words may be long, each within the next: only their beginning is asked.
    const raw = this.text.slice(builder.start, builder.start + Math.min(length, longestName))
    if (redirect === 'here' || redirect === 'here-tabs') {
      this.#waiting.push({
        // No line holds a line break.
        delimiter: builder.text.includes('\n') ? hole : builder.text,
        tabs: redirect === 'here-tabs',
        quoted: length !== builder.text.length,
      })
    }
    const word = builder.finish(this.at, useOf(raw, argv, redirect))
    this.words.push(word)
    if ((word.use === 'program' && !reserved.has(raw)) || word.use === 'argument') argv.push(word)
  }

  /** Begins the next here-document that waits, past those that end at once. */
  #beginHere(): void {
    for (; this.#begun < this.#waiting.length;) {
      const next = this.#waiting[this.#begun] as HereDocument
      this.#begun += 1
      const frame = makeFrame('here', next.delimiter, { quoted: next.quoted })
      frame.builder = new WordBuilder(this.text, this.at)
      frame.depth = next.tabs ? 1 : 0
      this.push(frame)
      if (!this.#endHereIfDue(frame)) return
    }
  }

  #readHere(frame: Frame): void {
    const sign = this.text.charAt(this.at)
    if (sign === '\n') {
      frame.builder?.literal(this.at, this.at + 1)
      this.mark(1, role.content)
      if (this.#endHereIfDue(frame)) this.#beginHere()
    } else if (sign === '$' && !frame.quoted) this.dollar(true)
    else if (sign === '`' && !frame.quoted) this.backquote()
    else if (sign === '\\' && !frame.quoted) this.backslash(role.content, escapedInHere)
    else this.run(actsInHere, role.content, frame.builder)
  }

  /** At the beginning of a line of a here-document. */
  #endHereIfDue({ closer, depth }: Frame): boolean {
    let start = this.at
    if (depth === 1) while (this.text.charAt(start) === '\t') start += 1
    const end = start + closer.length
    if (end > this.limit || !this.text.startsWith(closer, start)) return false
    if (end < this.limit && this.text.charAt(end) !== '\n') return false
    this.pop()
    this.mark(end - this.at, role.quote)
    if (this.at < this.limit) this.mark(1, role.newline)
    return true
  }
}

function useOf(raw: string, argv: readonly Word[], redirect: Frame['redirect']): WordUse {
  if (redirect !== null) return 'target'
  if (argv.length > 0) return 'argument'
  return nameBefore.test(raw) ? 'assignment' : 'program'
}
