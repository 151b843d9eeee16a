import { attributeAt, attributeOf, elementAt, isOfEndTag, textAt } from '../html/elements.ts'
import { kind } from '../html/kind.ts'
import { readMarkup, type Markup } from '../html/read-markup.ts'
import { cleanAddress, isAddress, runs } from './address.ts'
import { isJavaScript } from './judge-content.ts'
import { isHarmlessLiteral, ScriptLiterals } from './script-literals.ts'

/** Pieces of a page that may differ; beyond it the page is judged sooner than compared. */
const mostDifferences = 64

/** So many are compared one by one: most of what is the same between two differences is short. */
const fewest = 32

/** From where on a page is another one. */
export interface Difference {
  readonly start: number
  /** The same place in the known page. */
  readonly knownStart: number
}

/**
 * A page in which nothing was found. One that differs from it only in what people read, and in values of attributes that run nothing,
 * has its markup, scripts, styles and addresses: no value changed these, whichever stand in it.
 */
export class KnownPage {
  /** All of it, from its beginning. */
  readonly text: string
  #asText: Known<string> | null = null
  #asBytes: Known<Buffer> | null = null

  constructor(text: string) {
    this.text = text
  }

  /**
   * Where a page begins to differ in more than that. As fast as comparing memory where nothing differs.
   * @param page all of it, as text or as bytes in UTF-8 @returns null where it does not: never wrongly
   */
  differenceIn(page: string | Buffer): Difference | null {
    return typeof page === 'string' ? this.#text().differenceIn(page, false) : this.#bytes().differenceIn(page, false)
  }

  /** Whether a page that begins like that differs in no more so far. */
  beginsAs(beginning: string): boolean {
    return this.#text().differenceIn(beginning, true) === null
  }

  /** From where on the page is the same as this one again. */
  endOf(difference: Difference, page: string | Buffer): number {
    return typeof page === 'string' ? this.#text().endOf(difference, page) : this.#bytes().endOf(difference, page)
  }

  #text(): Known<string> {
    return (this.#asText ??= new Known(this.text, texts))
  }

  #bytes(): Known<Buffer> {
    return (this.#asBytes ??= new Known(Buffer.from(this.text), bytes))
  }
}

/** What is done with a page as it leaves. All signs of markup are ASCII: as bytes, too, each is one unit. */
interface Units<Page> {
  codeAt(page: Page, at: number): number | undefined
  isSame(page: Page, from: number, other: Page, otherFrom: number, length: number): boolean
  indexOf(page: Page, text: string, from: number): number
  /** With as many characters as it has units. */
  slice(page: Page, from: number, to?: number): string
}

const texts: Units<string> = {
  codeAt: (page, at) => page.charCodeAt(at),
  isSame: (page, from, other, otherFrom, length) =>
    page.slice(from, from + length) === other.slice(otherFrom, otherFrom + length),
  indexOf: (page, text, from) => page.indexOf(text, from),
  slice: (page, from, to) => page.slice(from, to),
}

const bytes: Units<Buffer> = {
  codeAt: (page, at) => page[at],
  isSame: (page, from, other, otherFrom, length) =>
    page.compare(other, otherFrom, otherFrom + length, from, from + length) === 0,
  indexOf: (page, text, from) => page.indexOf(text, from, 'latin1'),
  slice: (page, from, to) => page.toString('latin1', from, to),
}

class Known<Page extends string | Buffer> {
  readonly #page: Page
  readonly #units: Units<Page>
  #markup: Markup | null = null
  /** Of scripts in which pages differed, by the index of their piece. */
  readonly #literals = new Map<number, ScriptLiterals>()

  constructor(page: Page, units: Units<Page>) {
    this.#page = page
    this.#units = units
  }

  /** @param more what follows has not been seen yet */
  differenceIn(page: Page, more: boolean): Difference | null {
    const known = this.#page
    const units = this.#units
    let at = 0
    let knownAt = 0
    for (let differences = 0; differences < mostDifferences; differences += 1) {
      const same = this.#sameFrom(page, at, knownAt)
      at += same
      knownAt += same
      if (at === page.length && (more || knownAt === known.length)) return null
      const content = this.#contentAt(knownAt)
      if (!content) break
      const start = at - (knownAt - content.start)
      const next = this.#endIn(page, content, at)
      const isOpen = next === -1 && more
      if (!isOpen && (next === -1) !== (content.end === known.length)) break
      const end = next === -1 ? page.length : next
      if (!this.#isHarmless(content, units.slice(page, start, end))) break
      if (isOpen) return null
      if (next === -1) return content.of === kind.text ? null : { start: at, knownStart: knownAt }
      at = end
      knownAt = content.end
    }
    return { start: at, knownStart: knownAt }
  }

  endOf({ start, knownStart }: Difference, page: Page): number {
    const known = this.#page
    const most = Math.min(page.length - start, known.length - knownStart)
    const isSame = (begin: number, end: number): boolean =>
      this.#units.isSame(page, page.length - end, known, known.length - end, end - begin)
    return page.length - longest(0, most, isSame)
  }

  /** Where on a page a content ends of which a part stands before that place; -1 where nothing ends it. */
  #endIn(page: Page, { until, end }: Content, from: number): number {
    const units = this.#units
    if (until !== '') return units.indexOf(page, until, from)
    let at = from
    while (isOfNumber(units.codeAt(page, at))) at += 1
    return units.codeAt(page, at) === units.codeAt(this.#page, end) ? at : -1
  }

  /** How much a page has in common with this one from there on. */
  #sameFrom(page: Page, from: number, knownFrom: number): number {
    const known = this.#page
    const units = this.#units
    const most = Math.min(page.length - from, known.length - knownFrom)
    const few = Math.min(most, fewest)
    let same = 0
    while (same < few && units.codeAt(page, from + same) === units.codeAt(known, knownFrom + same)) same += 1
    if (same < few) return same
    const isSame = (begin: number, end: number): boolean =>
      units.isSame(page, from + begin, known, knownFrom + begin, end - begin)
    return longest(same, most, isSame)
  }

  /** The content that a difference there is part of; null in markup. */
  #contentAt(position: number): Content | null {
    const markup = (this.#markup ??= readMarkup(this.#units.slice(this.#page, 0)))
    const { segments, text } = markup
    if (segments.length === 0) return null
    const index = segments.at(position)
    const before = segments.startOf(index) === position ? index - 1 : index
    // Where a text ends, what differs may be more of it.
    for (const holds of before === index ? [index] : [before, index]) {
      const of = segments.kindAt(holds)
      const end = segments.endOf(holds)
      if (of === kind.script && isJavaScript(typeAt(markup, holds))) {
        const literal = this.#literalAt(markup, holds, position)
        if (literal) return literal
        continue
      }
      const until = of === kind.quoted ? text.charAt(end) : untilOf(of)
      if (until) return { index: holds, of, start: segments.startOf(holds), end, until }
    }
    if (before === index) return null
    const nothing = { index: before, start: position, end: position }
    if (segments.kindAt(before) === kind.equals && segments.kindAt(index) === kind.quote)
      return { ...nothing, of: kind.quoted, until: text.charAt(position) }
    const isText = isOfEndTag(markup, before) || !holdsOther.has(elementAt(markup, before))
    return segments.kindAt(before) === kind.close && isText ? { ...nothing, of: kind.text, until: '<' } : null
  }

  #literalAt(markup: Markup, index: number, position: number): Content | null {
    const { segments } = markup
    // Nothing in it is markup to anybody.
    if (segments.kindAt(index - 1) !== kind.close || segments.kindAt(index + 1) !== kind.open) return null
    let literals = this.#literals.get(index)
    if (!literals) this.#literals.set(index, (literals = new ScriptLiterals(textAt(markup, index))))
    const from = segments.startOf(index)
    const literal = literals.at(position - from)
    if (!literal) return null
    return { index, of: literalOf, start: from + literal.start, end: from + literal.end, until: literal.quote }
  }

  /** Whether a piece may say that, whoever wrote it: what `ContentJudge` would find nothing in. */
  #isHarmless({ index, of, until }: Content, text: string): boolean {
    const markup = this.#markup as Markup
    const element = elementAt(markup, index)
    switch (of) {
      case kind.text:
        // A `>` may be the end of a tag or a comment that a value ended sooner.
        return !/[<>]/.test(text) && (!isRead.has(element) || isOfEndTag(markup, index))
      case kind.rcdata:
        return !text.includes('<')
      case kind.script:
        return !text.includes('<') && isData(typeAt(markup, index))
      case literalOf:
        return isHarmlessLiteral(text, until)
      case kind.comment:
        return !/^[->]|--/.test(text)
      default:
        return isHarmlessValue(markup, index, text)
    }
  }
}

/** The kind of a content that is a literal in a script, which markup does not know. */
const literalOf = -1
const isOfNumber = (code: number | undefined): boolean =>
  code !== undefined && ((code >= 48 && code <= 57) || code === 46)

const typeAt = (markup: Markup, index: number): string | null =>
  attributeOf(markup, markup.segments.ownerOf(index), 'type')

/** Of a script's `type`: not a map of imports, which is JSON and decides what is loaded. */
const isData = (type: string | null): boolean =>
  type !== null && /^\s*(?:application|text)\/(?:ld\+)?json\s*$/i.test(type)

/** In SVG their content is text, and is read by more than people. */
const isRead: ReadonlySet<string> = new Set(['script', 'style'])
/** Elements whose beginning is not followed by a text. */
const holdsOther: ReadonlySet<string> = new Set(
  'script style title textarea xmp iframe noembed noframes noscript plaintext'.split(' '),
)

interface Content {
  readonly index: number
  /** Its kind. */
  readonly of: number
  readonly start: number
  readonly end: number
  /** What ends it; '' for a number, which ends with its digits. */
  readonly until: string
}

/** @returns null for what is no content, or content of which any may do harm */
function untilOf(of: number): string | null {
  switch (of) {
    case kind.text:
    case kind.rcdata:
    case kind.script:
      return '<'
    case kind.comment:
      return '-->'
    default:
      return null
  }
}

/** By these the rest of their tag means something else. */
const decisive: ReadonlySet<string> = new Set('http-equiv type rel srcdoc style sandbox xmlns charset'.split(' '))

function isHarmlessValue(markup: Markup, index: number, value: string): boolean {
  const element = elementAt(markup, index)
  const attribute = attributeAt(markup, index)
  if (decisive.has(attribute) || /^on[a-z]/.test(attribute)) return false
  if (element === 'meta' && attribute === 'content')
    return attributeOf(markup, markup.segments.ownerOf(index), 'http-equiv') === null
  if (!isAddress(element, attribute)) return true
  return element !== 'script' && element !== 'base' && !runs(element, attribute, cleanAddress(value))
}

/** How far it is the same, from a place up to which it is: by growing steps, then by halves. */
function longest(least: number, most: number, isSame: (begin: number, end: number) => boolean): number {
  let good = least
  let bad = most + 1
  for (let step = 4 * fewest; bad > most && good < most; step *= 4) {
    const end = Math.min(good + step, most)
    if (isSame(good, end)) good = end
    else bad = end
  }
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isSame(good, middle)) good = middle
    else bad = middle
  }
  return good
}
