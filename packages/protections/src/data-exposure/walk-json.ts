import type { ResponsePlace } from '@riposte/contract'
import type { Codes } from '../secrets/codes.ts'
import { Telling, tellingOf, type NamesAsked } from '../secrets/telling-names.ts'

/** What is told of each value as it goes by; the walk says where it stands. */
export interface JsonVisitor {
  /** @param start of what stands between the quotes */
  text(start: number, end: number): void
  number(start: number, end: number): void
  /** The name of a field, where it may say something itself. */
  name(start: number, end: number): void
}

class Frame {
  readonly list: boolean
  /** What its own name says, and what the names above it do. */
  readonly telling: number
  readonly inherited: number
  /** The field under which it stands; '' in a list and outermost. */
  name = ''
  nameStart = 0
  nameEnd = 0
  index = 0

  constructor(list: boolean, telling: number, inherited: number) {
    this.list = list
    this.telling = telling
    this.inherited = inherited | (telling & inherit)
  }
}

const deepest = 128
/** What a name says of everything below it. */
const inherit = Telling.named | Telling.card | Telling.sample | Telling.open | Telling.allowed

// What a character is: nothing of interest, the end of a text, an escape, white space, a digit.
const [quote, escape, space, digit] = [1, 2, 3, 4]
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code)
  if (sign === '"' || sign === '\n' || sign === '\r') return quote
  return sign === '\\' ? escape : /\s/.test(sign) ? space : /\d/.test(sign) ? digit : 0
})

/** Names that were judged before, by a hash of theirs; responses hold the same few over and over. */
const slots = 1_024
const longestName = 40
export class KnownNames {
  readonly #hashes = new Int32Array(slots)
  readonly #lengths = new Int32Array(slots).fill(-1)
  readonly #codes = new Uint16Array(slots * longestName)
  readonly #telling = new Int32Array(slots)
  readonly asked: NamesAsked

  constructor(asked: NamesAsked) {
    this.asked = asked
  }

  /** @returns -1 for a name that was not seen yet, or not for long */
  find(codes: Codes, start: number, end: number, hash: number): number {
    const slot = (hash ^ (hash >>> 15)) & (slots - 1)
    if (this.#hashes[slot] !== hash || this.#lengths[slot] !== end - start) return -1
    const known = slot * longestName - start
    for (let at = start; at < end; at += 1) if (this.#codes[known + at] !== codes[at]) return -1
    return this.#telling[slot] as number
  }

  judge(text: string, start: number, end: number, hash: number): number {
    const name = text.slice(start, end)
    const telling = tellingOf(unescape(name), this.asked)
    if (name.length > longestName) return telling
    const slot = (hash ^ (hash >>> 15)) & (slots - 1)
    this.#hashes[slot] = hash
    this.#lengths[slot] = name.length
    for (let at = 0; at < name.length; at += 1) this.#codes[slot * longestName + at] = name.charCodeAt(at)
    this.#telling[slot] = telling
    return telling
  }
}

/** What a JSON text says, as far as its escapes are whole. */
export function unescape(text: string): string {
  if (!text.includes('\\')) return text
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([^u]))/g, (_, code: string | undefined, sign: string | undefined) =>
    code === undefined ? (escapes[sign ?? ''] ?? sign ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/**
 * Goes through JSON once, without making anything of it. Broken JSON, several documents in a row and what stands around them are
 * walked as well as can be: a line break ends a text that nobody closed.
 */
export class JsonWalk {
  readonly text: string
  readonly codes: Codes
  readonly #names: KnownNames
  readonly #frames: Frame[] = []
  /** Objects and lists beyond the deepest that is kept. */
  #beyond = 0
  #beyondIsList = false
  #lists = 0
  #expectsName = false
  #nameStart = -1
  #nameEnd = -1
  #within: string | null
  /** What the name of the field at hand says; in a list, that of the list. */
  own = 0
  /** What the names above it say. */
  inherited = 0
  /** Of the text at hand: whether it holds escapes, how many digits, how long it is at most without white space, whether it is cut. */
  escaped = false
  digits = 0
  longest = 0
  isOpen = false
  /** Where what is not whole yet begins; -1 while all is. */
  #restFrom = -1

  constructor(text: string, codes: Codes, names: KnownNames, place?: ResponsePlace) {
    this.text = text
    this.codes = codes
    this.#names = names
    this.#within = place?.within ?? null
    for (const { name, list, index } of place?.open ?? []) {
      const telling = name === '' ? 0 : tellingOf(name, names.asked)
      const frame = new Frame(list, telling, this.inherited)
      frame.name = name
      frame.index = index
      this.#push(frame)
    }
    if (this.#within !== null) this.own = tellingOf(this.#within, names.asked)
  }

  get inList(): boolean {
    return this.#lists > 0
  }

  get frame(): Frame | undefined {
    return this.#frames.at(-1)
  }

  /** Whether the field at hand stands directly below labels or messages. */
  get isLabel(): boolean {
    const top = this.#frames.at(-1)
    const above = this.#frames.at(-2)
    return (((top?.telling ?? 0) | (above?.list ? above.telling : 0)) & Telling.label) !== 0
  }

  run(visitor: JsonVisitor): void {
    const { text, codes } = this
    const { length } = text
    let at = this.#within === null ? 0 : this.#readText(0, visitor)
    while (at < length) {
      const code = codes[at] as number
      if (code === 34) {
        at = this.#expectsName ? this.#readName(at, visitor) : this.#readText(at + 1, visitor)
        continue
      }
      if ((code >= 48 && code <= 57) || code === 45) {
        at = this.#readNumber(at, visitor)
        continue
      }
      if (code > 32) this.#sign(code)
      at += 1
    }
    if (this.#restFrom < 0) this.#restFrom = this.#nameStart > 0 ? this.#nameStart - 1 : text.length
  }

  #sign(code: number): void {
    if (code === 44) this.#next()
    else if (code === 58) this.#expectsName = false
    else if (code === 123 || code === 91) this.#open(code === 91)
    else if (code === 125 || code === 93) this.#close()
  }

  #next(): void {
    this.#nameStart = -1
    const top = this.#frames.at(-1)
    if (this.#beyond > 0) this.#expectsName = !this.#beyondIsList
    if (!top || this.#beyond > 0) return
    if (top.list) top.index += 1
    else {
      this.#expectsName = true
      this.own = 0
    }
  }

  #open(list: boolean): void {
    if (this.#frames.length >= deepest) {
      this.#beyond += 1
      this.#beyondIsList = list
      this.#expectsName = !list
    } else {
      const top = this.#frames.at(-1)
      const hasName = this.#nameStart >= 0 && !top?.list
      const frame = new Frame(list, hasName ? this.own : 0, top?.inherited ?? 0)
      if (hasName) {
        frame.nameStart = this.#nameStart
        frame.nameEnd = this.#nameEnd
      }
      this.#push(frame)
    }
    this.#nameStart = -1
  }

  #push(frame: Frame): void {
    if (frame.list) this.#lists += 1
    this.#frames.push(frame)
    this.#enter(frame)
  }

  #close(): void {
    this.#nameStart = -1
    if (this.#beyond > 0) this.#beyond -= 1
    else if (this.#frames.pop()?.list) this.#lists -= 1
    this.#enter(this.#frames.at(-1))
    this.#expectsName = false
  }

  #enter(top: Frame | undefined): void {
    this.inherited = top ? top.inherited : 0
    this.#expectsName = top?.list === false
    this.own = top?.list ? top.telling : 0
  }

  #readName(quoteAt: number, visitor: JsonVisitor): number {
    const { text, codes } = this
    const { length } = text
    let hash = 17
    let at = quoteAt + 1
    for (; at < length; at += 1) {
      const code = codes[at] as number
      if (code === 34 || code === 10) break
      if (code === 92) at += 1
      hash = Math.imul(hash ^ code, 0x01000193)
    }
    this.#nameStart = quoteAt + 1
    this.#nameEnd = Math.min(at, length)
    const known = this.#names.find(codes, quoteAt + 1, this.#nameEnd, hash)
    this.own = known >= 0 ? known : this.#names.judge(text, quoteAt + 1, this.#nameEnd, hash)
    this.#expectsName = false
    if (at >= length) this.#restFrom = quoteAt
    else if (this.own & Telling.long) visitor.name(quoteAt + 1, at)
    return at + 1
  }

  #readText(start: number, visitor: JsonVisitor): number {
    const { text, codes } = this
    const { length } = text
    let digits = 0
    let longest = 0
    let run = start
    let escaped = false
    // Pictures and fonts that are written into the document hold nothing to read.
    let at = codes[start] === 100 && text.startsWith('data:', start) ? endOfText(text, start) : start
    for (; at < length; at += 1) {
      const code = codes[at] as number
      if (code > 127) continue
      const kind = kinds[code] as number
      if (kind === 0) continue
      if (kind === digit) digits += 1
      else if (kind === quote) break
      else if (kind === escape) {
        escaped = true
        at += 1
      } else {
        if (at - run > longest) longest = at - run
        run = at + 1
      }
    }
    const end = Math.min(at, text.length)
    if (end - run > longest) longest = end - run
    this.escaped = escaped
    this.digits = digits
    this.longest = longest
    this.isOpen = at >= length
    visitor.text(start, end)
    if (this.isOpen) this.#keepFrom(start)
    else {
      this.#within = null
      this.#nameStart = -1
    }
    return end + 1
  }

  #readNumber(start: number, visitor: JsonVisitor): number {
    const { text, codes } = this
    const { length } = text
    let at = start + 1
    for (; at < length; at += 1) {
      const code = codes[at] as number
      if ((code < 48 || code > 57) && code !== 46 && code !== 45 && code !== 43 && (code | 32) !== 101) break
    }
    if (at >= length && this.#frames.length > 0) this.#restFrom = this.#nameStart > 0 ? this.#nameStart - 1 : start
    else {
      visitor.number(start, at)
      this.#nameStart = -1
    }
    return at
  }

  /** The name of the field at hand. */
  name(): string {
    if (this.#within !== null) return this.#within
    const top = this.#frames.at(-1)
    if (top?.list) return this.#nameOf(top)
    return this.#nameStart < 0 ? '' : unescape(this.text.slice(this.#nameStart, this.#nameEnd))
  }

  #nameOf(frame: Frame): string {
    return frame.name !== '' ? frame.name : unescape(this.text.slice(frame.nameStart, frame.nameEnd))
  }

  /** The names that lead to the field at hand, lists as `[n]`. */
  path(): string[] {
    const path: string[] = []
    this.#frames.forEach((frame) => {
      const name = this.#nameOf(frame)
      if (name !== '') path.push(name)
      if (frame.list) path.push(`[${frame.index}]`)
    })
    if (this.#frames.at(-1)?.list !== true) {
      const name = this.name()
      if (name !== '') path.push(name)
    }
    return path
  }

  /** A text that is not at its end: of a long one the last signs are enough. */
  #keepFrom(start: number): void {
    const { text } = this
    if (text.length - start > longestKept) {
      this.#within = this.name()
      this.#restFrom = text.length - overlap
    } else if (this.#within !== null) this.#restFrom = start
    else this.#restFrom = this.#nameStart > 0 ? this.#nameStart - 1 : Math.max(0, start - 1)
  }

  /** What was not whole, and where it stands. */
  rest(): { readonly rest: string; readonly place: ResponsePlace } {
    const open = this.#frames.map((frame) => ({ name: this.#nameOf(frame), list: frame.list, index: frame.index }))
    const place = { form: 'json' as const, open, cut: true, ...(this.#within === null ? {} : { within: this.#within }) }
    return { rest: this.text.slice(this.#restFrom), place }
  }
}

const longestKept = 1_024
const overlap = 512

function endOfText(text: string, start: number): number {
  const end = text.indexOf('"', start)
  return end === -1 ? text.length : end
}
