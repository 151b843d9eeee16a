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
      return judgeFromClose(markup, first, touched)
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
  return tagVerdict(touched)
}

function judgeFromQuoted(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  if (touched.names || touched.tags || leavesQuote(markup, hit, touched)) return endsValue
  return hit.form.includes('>') ? maybe(endsValue) : null
}

function judgeFromQuote(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  const { segments } = markup
  const wasEmpty = segments.kindAt(touched.first - 1) === kind.equals
  if (touched.harm || leavesQuote(markup, hit, touched)) return endsValue
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

function judgeFromUnquoted(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  const { text, segments } = markup
  const { first, last } = touched
  if (touched.harm) return addsAttribute
  const begins = segments.startOf(first) === hit.start
  if (touched.tags) return endsValue
  if (touched.attributes) return begins ? addsAttribute : maybe(addsAttribute)
  if (touched.names) {
    const endsWhole = segments.endOf(last) === hit.end && segments.kindAt(last + 1) !== kind.equals
    return begins && endsWhole && text.charCodeAt(hit.end) !== 61 ? addsAttribute : null
  }
  return hit.form.includes('>') && begins ? maybe(endsValue) : null
}

/** `>` ends a tag that the app began; what comes then must be more than text. */
function judgeFromClose({ segments }: Markup, first: number, touched: Touched): Verdict | null {
  const before = segments.kindAt(first - 1)
  if (before === kind.comment || before === kind.declaration || before === kind.cdata) {
    return touched.tags || touched.words ? endsComment : null
  }
  if (!touched.tags) return null
  return touched.harm ? opensTag : maybe(opensTag)
}

/** From a tag's own name, the names of its attributes, or what stands between them. */
function judgeWithinTag(markup: Markup, hit: Hit, touched: Touched): Verdict | null {
  if (touched.harm) return addsAttribute
  if (touched.tags) return maybe(opensTag)
  const startsQuote = markup.segments.kindAt(touched.first) === kind.equals
  return touched.attributes && !startsQuote && hit.form.includes('=') ? maybe(addsAttribute) : null
}

function touch(markup: Markup, { start, end }: Hit): Touched {
  const { segments } = markup
  const first = segments.at(start)
  const last = segments.at(end - 1)
  const found = { tags: false, attributes: false, names: false, comment: false, words: false, harm: false }
  for (let at = first; at <= last && !(found.harm && found.tags); at += 1) {
    if (at - first > mostPieces) return { first, last, ...found, tags: true, harm: true }
    const begins = segments.startOf(at) >= start
    switch (segments.kindAt(at)) {
      case kind.open:
        found.comment ||= begins && segments.endOf(at) <= end && !isName(segments.kindAt(at + 1))
        break
      case kind.tagName:
      case kind.endName:
        found.tags ||= begins && at > first
        break
      case kind.attributeName:
        found.names ||= begins
        break
      case kind.equals: {
        const brought = begins && at > first && segments.startOf(at - 1) >= start
        found.attributes ||= brought
        found.harm ||= brought && isHarmful(markup, at, end)
        break
      }
      case kind.text:
      case kind.rcdata:
      case kind.rawtext:
        found.words ||= holdsWords(markup, at, start, end)
        break
      case kind.script:
        found.harm ||= at > first && holdsWords(markup, at, start, end)
        break
      case kind.nested:
        found.harm = true
        break
    }
  }
  return { first, last, ...found }
}

const holdsWords = ({ segments, text }: Markup, at: number, start: number, end: number): boolean =>
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
