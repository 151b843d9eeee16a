import type { HtmlPlace } from '@riposte/contract'
import { Foreign } from './foreign.ts'
import { kind } from './kind.ts'
import { Segments } from './segments.ts'

/** A page, or a part of one, cut into pieces as a browser reads it. */
export interface Markup {
  readonly text: string
  readonly segments: Segments
  /** Where it begins. */
  readonly place: HtmlPlace
  /** The place at its end, where a `<` or a letter comes next: what dashes before it could have begun is over. */
  readonly after: HtmlPlace
}

export const beginning: HtmlPlace = { state: 'data', element: '', attribute: '', within: '' }
export const beginningOfXml: HtmlPlace = { ...beginning, within: 'xml' }

/** Reads a page in one pass, in the order of its characters, as the tokeniser of the HTML standard does. It never fails. */
export const readMarkup = (text: string, place: HtmlPlace = beginning): Markup => new Reader(text, place).read()

const rcdata: ReadonlySet<string> = new Set(['title', 'textarea'])
const rawtext: ReadonlySet<string> = new Set(['style', 'xmp', 'iframe', 'noembed', 'noframes', 'noscript'])

/** Names longer than this are told by their beginning. */
const longestName = 64

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13 && code !== 11)
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
/** Ends the name of a tag. */
const endsName = (code: number): boolean => code === 62 || code === 47 || isSpace(code)

const states = {
  double: 'attribute value (double-quoted)',
  single: 'attribute value (single-quoted)',
  unquoted: 'attribute value (unquoted)',
} as const

const isOfTag = (state: string): boolean => state.startsWith('tag') || state.startsWith('attribute')

/** What stands before the name of a state within an end tag. */
const ofEndTag = 'end tag: '

class Reader {
  readonly #text: string
  readonly #place: HtmlPlace
  readonly #segments = new Segments()
  readonly #foreign: Foreign
  /** The tag that is being read or was read last: its name's index, its name, and whether it is an end tag. */
  #owner = -1
  #element: string
  #attribute: string
  #isEnd = false
  #isEmpty = false
  #state: string

  constructor(text: string, place: HtmlPlace) {
    this.#text = text
    this.#place = place
    this.#foreign = new Foreign(place.within)
    this.#element = place.element
    this.#attribute = place.attribute
    this.#state = place.state
  }

  read(): Markup {
    const { length } = this.#text
    if (this.#state.startsWith(ofEndTag)) {
      this.#isEnd = true
      this.#state = this.#state.slice(ofEndTag.length)
    }
    let at = 0
    while (at < length) at = this.#step(at)
    const after = {
      state: this.#isEnd && isOfTag(this.#state) ? ofEndTag + this.#state : this.#state,
      element: this.#element.slice(0, longestName),
      attribute: this.#attribute.slice(0, longestName),
      within: this.#foreign.open,
    }
    return { text: this.#text, segments: this.#segments, place: this.#place, after }
  }

  #step(at: number): number {
    switch (this.#state) {
      case 'rcdata':
        return this.#raw(at, kind.rcdata)
      case 'rawtext':
        return this.#raw(at, kind.rawtext)
      case 'plaintext':
        return this.#to(kind.rawtext, at, this.#text.length)
      case 'script data':
      case 'script data escaped':
      case 'script data double escaped':
        return this.#script(at)
      case 'comment':
        return this.#comment(at, at)
      case 'bogus comment':
        return this.#declaration(at, '>')
      case 'processing instruction':
        return this.#declaration(at, '?>')
      case 'cdata section':
        return this.#cdata(at)
      case 'tag name':
        return this.#tagName(at)
      case 'attribute name':
        return this.#attributeName(at, at)
      case 'tag':
        return this.#attributes(at)
      case states.double:
        return this.#quoted(at, '"')
      case states.single:
        return this.#quoted(at, "'")
      case states.unquoted:
        return this.#unquoted(at)
      default:
        return this.#data(at)
    }
  }

  #to(of: number, start: number, end: number): number {
    this.#segments.add(of, start, end, this.#owner)
    return end
  }

  #data(start: number): number {
    const text = this.#text
    let at = text.indexOf('<', start)
    while (at !== -1) {
      const next = text.charCodeAt(at + 1)
      if (isLetter(next) || next === 33 || next === 63 || next === 47) break
      at = text.indexOf('<', at + 1)
    }
    if (at === -1) return this.#to(kind.text, start, text.length)
    this.#to(kind.text, start, at)
    return this.#markup(at)
  }

  #markup(at: number): number {
    const text = this.#text
    const next = text.charCodeAt(at + 1)
    if (isLetter(next)) return this.#tag(at, at + 1)
    if (next === 47) {
      const third = text.charCodeAt(at + 2)
      if (isLetter(third)) return this.#tag(at, at + 2)
      if (at + 2 >= text.length) return this.#to(kind.text, at, text.length)
      if (third === 62) return this.#to(kind.close, at, at + 3)
      return this.#open(at, at + 2, 'bogus comment')
    }
    if (next === 63) return this.#open(at, at + 2, this.#foreign.isXml ? 'processing instruction' : 'bogus comment')
    if (text.startsWith('--', at + 2)) {
      this.#state = 'comment'
      this.#to(kind.open, at, at + 4)
      return this.#comment(at + 4, at + 2)
    }
    if (this.#foreign.isHere && text.startsWith('[CDATA[', at + 2)) return this.#open(at, at + 9, 'cdata section')
    return this.#open(at, at + 2, 'bogus comment')
  }

  #open(start: number, end: number, state: string): number {
    this.#state = state
    return this.#to(kind.open, start, end)
  }

  #close(start: number, end: number): number {
    this.#state = 'data'
    return this.#to(kind.close, start, end)
  }

  /** @param from where the dashes that may end it begin: those of `<!-->` count */
  #comment(start: number, from: number): number {
    const text = this.#text
    if (from < start && text.startsWith('>', start)) return this.#close(start, start + 1)
    if (from < start && text.startsWith('->', start)) return this.#close(start, start + 2)
    for (let at = text.indexOf('--', start); at !== -1; at = text.indexOf('--', at + 1)) {
      const length = text.startsWith('>', at + 2) ? 3 : text.startsWith('!>', at + 2) ? 4 : 0
      if (length === 0) continue
      this.#to(kind.comment, start, at)
      return this.#close(at, at + length)
    }
    return this.#to(kind.comment, start, text.length)
  }

  #declaration(start: number, end: string): number {
    const at = this.#text.indexOf(end, start)
    if (at === -1) return this.#to(kind.declaration, start, this.#text.length)
    this.#to(kind.declaration, start, at)
    return this.#close(at, at + end.length)
  }

  #cdata(start: number): number {
    const at = this.#text.indexOf(']]>', start)
    if (at === -1) return this.#to(kind.cdata, start, this.#text.length)
    this.#to(kind.cdata, start, at)
    return this.#close(at, at + 3)
  }

  #tag(start: number, nameStart: number): number {
    this.#isEnd = nameStart - start === 2
    this.#isEmpty = false
    this.#to(kind.open, start, nameStart)
    this.#element = ''
    return this.#tagName(nameStart)
  }

  #tagName(start: number): number {
    const text = this.#text
    let end = start
    while (end < text.length && !endsName(text.charCodeAt(end))) end += 1
    this.#owner = this.#segments.length
    this.#segments.add(this.#isEnd ? kind.endName : kind.tagName, start, end, this.#owner)
    this.#element += text.slice(start, Math.min(end, start + longestName)).toLowerCase()
    this.#attribute = ''
    this.#state = end < text.length ? 'tag' : 'tag name'
    return end
  }

  /** From behind a tag's name, or an attribute's value, on. */
  #attributes(start: number): number {
    const text = this.#text
    let at = start
    while (at < text.length && (isSpace(text.charCodeAt(at)) || text.charCodeAt(at) === 47)) at += 1
    this.#isEmpty = text.charCodeAt(at - 1) === 47 && at > start
    this.#to(kind.gap, start, at)
    if (at >= text.length) return at
    if (text.charCodeAt(at) === 62) return this.#endTag(at)
    this.#attribute = ''
    return this.#attributeName(at, at + 1)
  }

  /** @param from where the name goes on: it may begin with a `=` */
  #attributeName(start: number, from: number): number {
    const text = this.#text
    let at = from
    while (at < text.length && text.charCodeAt(at) !== 61 && !endsName(text.charCodeAt(at))) at += 1
    this.#to(kind.attributeName, start, at)
    this.#attribute += text.slice(start, Math.min(at, start + longestName)).toLowerCase()
    const nameEnd = at
    this.#state = at < text.length ? 'tag' : 'attribute name'
    while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
    // Without `=`, what follows the name is read as what stands before the next one.
    if (text.charCodeAt(at) !== 61) return nameEnd
    at += 1
    while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
    const sign = text.charCodeAt(at)
    const isQuoted = sign === 34 || sign === 39
    this.#to(kind.equals, nameEnd, isQuoted ? at + 1 : at)
    if (isQuoted) {
      this.#state = sign === 34 ? states.double : states.single
      return at + 1
    }
    if (sign !== 62) this.#state = states.unquoted
    return at
  }

  #quoted(start: number, quote: string): number {
    const end = this.#text.indexOf(quote, start)
    if (end === -1) return this.#to(kind.quoted, start, this.#text.length)
    this.#to(kind.quoted, start, end)
    this.#state = 'tag'
    return this.#to(kind.quote, end, end + 1)
  }

  #unquoted(start: number): number {
    const text = this.#text
    let end = start
    while (end < text.length && text.charCodeAt(end) !== 62 && !isSpace(text.charCodeAt(end))) end += 1
    this.#to(kind.unquoted, start, end)
    if (end < text.length) this.#state = 'tag'
    return end
  }

  #endTag(at: number): number {
    this.#close(at, at + 1)
    const name = this.#element
    if (this.#isEnd) this.#foreign.end(name)
    else {
      this.#foreign.start(name, this.#isEmpty)
      if (!this.#foreign.isHere && !(name === 'title' && this.#foreign.isTitle)) this.#state = textStateOf(name)
    }
    return at + 1
  }

  #raw(start: number, of: number): number {
    const end = this.#endTagOf(this.#element, start)
    if (end === -1) return this.#to(of, start, this.#text.length)
    this.#to(of, start, end)
    return this.#tag(end, end + 2)
  }

  #endTagOf(name: string, from: number): number {
    for (let at = this.#text.indexOf('</', from); at !== -1; at = this.#text.indexOf('</', at + 2))
      if (this.#isNamed(name, at + 2)) return at
    return -1
  }

  /** At that position stands the name of a tag, and its end. */
  #isNamed(name: string, at: number): boolean {
    const end = at + name.length
    return (
      end < this.#text.length &&
      endsName(this.#text.charCodeAt(end)) &&
      this.#text.slice(at, end).toLowerCase() === name
    )
  }

  #script(start: number): number {
    const text = this.#text
    let isEscaped = this.#state !== 'script data'
    let isDouble = this.#state === 'script data double escaped'
    let from = start
    let dashes = isEscaped ? text.indexOf('-->', start) : -1
    for (let at = text.indexOf('<', start); ; at = text.indexOf('<', at + 1)) {
      if (isEscaped && dashes !== -1 && (at === -1 || dashes < at)) {
        isEscaped = false
        isDouble = false
      }
      if (at === -1) break
      if (text.startsWith('/', at + 1) && this.#isNamed('script', at + 2)) {
        if (!isDouble) {
          this.#to(kind.script, from, at)
          return this.#tag(at, at + 2)
        }
        isDouble = false
      } else if (!isEscaped && text.startsWith('!--', at + 1)) {
        isEscaped = true
        dashes = text.indexOf('-->', at + 2)
      } else if (isEscaped && !isDouble && this.#isNamed('script', at + 1)) {
        isDouble = true
        this.#to(kind.script, from, at)
        from = this.#to(kind.nested, at, at + 7)
      }
    }
    this.#state = isDouble ? 'script data double escaped' : isEscaped ? 'script data escaped' : 'script data'
    return this.#to(kind.script, from, text.length)
  }
}

function textStateOf(name: string): string {
  if (rcdata.has(name)) return 'rcdata'
  if (rawtext.has(name)) return 'rawtext'
  if (name === 'script') return 'script data'
  return name === 'plaintext' ? 'plaintext' : 'data'
}
