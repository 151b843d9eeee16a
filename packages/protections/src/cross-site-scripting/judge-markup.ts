import { attributeAt, elementAt, textAt } from '../html/elements.ts'
import { isContent, kind } from '../html/kind.ts'
import type { Markup } from '../html/read-markup.ts'
import { cleanAddress, isAddress, runs } from './address.ts'
import type { Hit } from './search.ts'
import { addsAttribute, endsComment, endsValue, maybe, opensComment, opensTag, type Verdict } from './verdict.ts'

/** The pieces that a value touches, and what of them it brought. */
interface Touched {
  readonly first: number
  readonly last: number
  /** Tags that begin within the value. */
  readonly tags: boolean
  /** Attributes that begin within the value and have one of its own. */
  readonly attributes: boolean
  /** Names of attributes that begin within the value. */
  readonly names: boolean
  readonly comment: boolean
  /** Words between its tags. */
  readonly words: boolean
  /** It runs or loads something. */
  readonly harm: boolean
}

/** Pieces looked at of one value; so many are no chance. */
const mostPieces = 4_096

/** A value that covers markup: whether the markup is the value's. */
export function judgeMarkup(markup: Markup, hit: Hit): Verdict | null {
  const touched = touch(markup, hit)
  const verdict = hasWords(hit.form) ? judgeTouched(markup, hit, touched) : judgeSigns(markup, hit, touched)
  // A part of a value may be a part of anybody's markup.
  return verdict && !hit.whole && !touched.harm ? null : verdict
}

const hasWords = (form: string): boolean => /[A-Za-z0-9\u0080-\uffff]/.test(form)

/** Signs alone stand everywhere, but for a comment that nobody closes and for many of them. */
function judgeSigns(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  if (touched.comment && isLeftOpen(markup, touched.last)) return opensComment
  if (hit.form.replace(/\s/g, '').length >= 8) return judgeTouched(markup, hit, touched)
  return leavesQuote(markup, hit, touched) ? endsValue : null
}

function isLeftOpen({ segments }: Markup, last: number): boolean {
  const at = segments.kindAt(last) === kind.open ? last + 1 : last
  return (
    (segments.kindAt(at) === kind.comment || segments.kindAt(at) === kind.declaration) && at === segments.length - 1
  )
}

function judgeTouched(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  const { segments } = markup
  const { first } = touched
  const of = segments.kindAt(first)
  const starts = segments.startOf(first) === hit.start
  if (isContent(of) && of !== kind.quoted && of !== kind.unquoted) return judgeFromContent(of, touched)
  switch (of) {
    case kind.open:
      return starts ? tagVerdict(touched) : null
    case kind.quoted:
      return judgeFromQuoted(markup, hit, touched)
    case kind.unquoted:
      return judgeFromUnquoted(markup, hit, touched)
    case kind.quote:
      return judgeFromQuote(markup, hit, touched)
    case kind.close:
      return judgeFromClose(markup, hit, touched)
    case kind.nested:
      return opensTag
    default:
      return judgeWithinTag(markup, hit, touched)
  }
}

function tagVerdict(touched: Touched): Verdict | null {
  if (touched.comment && !touched.tags) return opensTag
  if (!touched.tags) return null
  return touched.harm || touched.words ? opensTag : maybe(opensTag, !touched.attributes)
}

function judgeFromContent(of: number, touched: Touched): Verdict | null {
  if (of === kind.comment || of === kind.declaration || of === kind.cdata) return endsComment
  if (of === kind.script && touched.harm) return opensTag
  return tagVerdict(touched)
}

function judgeFromQuoted(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  if (touched.names || touched.tags || touched.comment) return endsValue
  if (leavesQuote(markup, hit, touched) || leavesRest(markup, hit, touched)) return endsValue
  return hit.form.includes('>') ? maybe(endsValue) : null
}

function judgeFromQuote(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  const { segments } = markup
  const wasEmpty = segments.kindAt(touched.first - 1) === kind.equals
  if (touched.harm || touched.comment || leavesQuote(markup, hit, touched) || leavesRest(markup, hit, touched))
    return endsValue
  if (touched.tags || touched.attributes) return wasEmpty ? endsValue : maybe(endsValue)
  return null
}

/** The quote that should have closed the value follows: no app writes two. */
function leavesQuote({ text, segments }: Markup, { start, end }: Hit, { first, last }: Touched): boolean {
  for (let at = first; at <= last && at < first + 3; at += 1) {
    if (segments.kindAt(at) !== kind.quote || segments.startOf(at) < start) continue
    const quote = text.charCodeAt(segments.startOf(at))
    // `=""` is an empty value of the app's.
    return text.charCodeAt(end) === quote && (end - start > 1 || text.charCodeAt(start - 1) !== 61)
  }
  return false
}

/** Pieces of the app's tag behind a value that are looked at. */
const mostOfRest = 64

/** Behind the value stands what was left over of the app's tag: a `>` in text, or a quote in the name of an attribute. */
function leavesRest(markup: Markup, { end }: Hit, { last }: Touched): boolean {
  const { text, segments } = markup
  let at = last
  if (segments.kindAt(at) === kind.close && segments.endOf(at) === end) at += 1
  if (segments.kindAt(at) === kind.text) {
    const found = text.indexOf('>', end)
    return found !== -1 && found < segments.endOf(at)
  }
  for (const most = at + mostOfRest; at < most && at < segments.length; at += 1) {
    const of = segments.kindAt(at)
    if (of === kind.close) return false
    if (of === kind.attributeName && /["']/.test(text.slice(Math.max(end, segments.startOf(at)), segments.endOf(at))))
      return true
  }
  return false
}

function judgeFromUnquoted(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  const { text, segments } = markup
  const { last } = touched
  if (touched.harm) return addsAttribute
  const begins = !/[A-Za-z0-9\u0080-\uffff]/.test(text.charAt(hit.start - 1))
  if (touched.tags || touched.comment || (hit.form.includes('>') && leavesRest(markup, hit, touched))) return endsValue
  if (touched.attributes) return begins ? addsAttribute : maybe(addsAttribute)
  if (touched.names) {
    const endsWhole = segments.endOf(last) === hit.end && segments.kindAt(last + 1) !== kind.equals
    return begins && endsWhole && text.charCodeAt(hit.end) !== 61 ? addsAttribute : null
  }
  return hit.form.includes('>') ? maybe(endsValue) : null
}

/** `>` ends a tag that the app began; what comes then must be more than text. */
function judgeFromClose(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  const before = markup.segments.kindAt(touched.first - 1)
  if (before === kind.comment || before === kind.declaration || before === kind.cdata)
    return touched.tags || touched.words || touched.comment ? endsComment : null
  if (touched.harm || touched.comment || leavesRest(markup, hit, touched)) return endsValue
  return touched.tags ? maybe(opensTag) : null
}

/** From a tag's own name, the names of its attributes, or what stands between them. */
function judgeWithinTag(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  const { segments, text } = markup
  const { first } = touched
  if (touched.harm) return addsAttribute
  if (segments.kindAt(first) === kind.equals) {
    // The value brings the quote of a value that the app does not quote; in the app's own it ends.
    const brings = /["']/.test(text.charAt(segments.endOf(first) - 1)) && hit.start === segments.endOf(first) - 1
    const isOpen = brings && segments.endOf(first + 1) >= hit.end && segments.kindAt(first + 2) === -1
    if (isOpen) return endsValue
    return brings && touched.names ? maybe(endsValue) : null
  }
  if (touched.tags) return maybe(opensTag)
  const isName = segments.kindAt(first) === kind.attributeName || segments.kindAt(first) === kind.gap
  if (isName && segments.startOf(first) === hit.start && hit.form.includes('>'))
    return leavesRest(markup, hit, touched) ? addsAttribute : maybe(addsAttribute)
  return touched.attributes && hit.form.includes('=') ? maybe(addsAttribute) : null
}

function touch(markup: Markup, hit: Hit): Touched {
  const { segments } = markup
  const first = segments.at(hit.start)
  const last = segments.at(hit.end - 1)
  const found = { tags: false, attributes: false, names: false, comment: false, words: false, harm: false }
  for (let at = first; at <= last && !(found.harm && found.tags); at += 1) {
    if (at - first > mostPieces) return { first, last, ...found, tags: true, harm: true }
    if (segments.startOf(at) >= hit.start) noteBrought(markup, hit, at, found)
    noteContent(markup, hit, at, found)
  }
  return { first, last, ...found }
}

type Notes = { -readonly [Name in Exclude<keyof Touched, 'first' | 'last'>]: boolean }

/** Markup that begins within the value. */
function noteBrought(markup: Markup, hit: Hit, at: number, found: Notes): void {
  const { segments } = markup
  switch (segments.kindAt(at)) {
    case kind.open:
      if (segments.endOf(at) <= hit.end && !isName(segments.kindAt(at + 1))) found.comment = true
      break
    case kind.tagName:
    case kind.endName:
      if (segments.startOf(at) > hit.start) found.tags = true
      break
    case kind.attributeName:
      found.names = true
      break
    case kind.equals:
      if (segments.startOf(at) === hit.start || segments.startOf(at - 1) < hit.start) break
      found.attributes = true
      if (isHarmful(markup, at, hit.end)) found.harm = true
      break
  }
}

function noteContent(markup: Markup, hit: Hit, at: number, found: Notes): void {
  switch (markup.segments.kindAt(at)) {
    case kind.text:
    case kind.rcdata:
    case kind.rawtext:
      if (holdsWords(markup, at, hit)) found.words = true
      break
    case kind.script:
      if (markup.segments.startOf(at) > hit.start && holdsWords(markup, at, hit)) found.harm = true
      break
    case kind.nested:
      found.harm = true
      break
  }
}

const holdsWords = ({ segments, text }: Markup, at: number, { start, end }: Hit): boolean =>
  text.slice(Math.max(segments.startOf(at), start), Math.min(segments.endOf(at), end)).trim() !== ''

const isName = (of: number): boolean => of === kind.tagName || of === kind.endName

const loading: ReadonlySet<string> = new Set(
  'script iframe frame object embed base form link meta svg math applet portal use animate set'.split(' '),
)

/** An attribute of the value's that runs or loads something. @param index of its `=` */
function isHarmful(markup: Markup, index: number, end: number): boolean {
  const { segments } = markup
  const attribute = attributeAt(markup, index)
  if (/^on[a-z]{3,}/.test(attribute) || attribute === 'srcdoc' || attribute === 'style') return true
  const element = elementAt(markup, index)
  const value = segments.startOf(index + 1) < end ? textAt(markup, index + 1).slice(0, 4_096) : ''
  if (isAddress(element, attribute)) return loading.has(element) || runs(element, attribute, cleanAddress(value))
  return element === 'meta' && /^(?:http-equiv|content)$/.test(attribute)
}
