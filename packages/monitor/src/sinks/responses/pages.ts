import { beginning, beginningOfXml, readMarkup } from '@riposte/protections/html'
import type { HtmlPlace, Operation } from '@riposte/contract/wire'
import type { BlockedError } from '../../core/blocked-error.ts'
import type { Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import type { BodyWatch, Head, ResponseWatcher } from './watcher.ts'

/** Of a page that leaves in parts so much is kept unread; beyond it, only what a value could still be cut off from. */
const mostKept = 65_536
/** The same of a script that has not ended: only whole ones can be judged. */
const mostOfScript = 262_144
/** What is kept at least, and at most, so that a value cut by the end of a part is seen whole. */
const leastTail = 1_024
const mostTail = 16_384

/** Each part is compared together with all before it: so often. */
const mostAsked = 32

/** Bodies that a browser reads as markup. */
export const pages: ResponseWatcher = {
  kind: 'html',
  body: (head, engine, context) => {
    const markup = markupOf(head)
    return markup === 'none' ? null : new PageWatch(engine, context, markup)
  },
}

/** `sniffed`: a browser decides by how it begins. */
type MarkupOf = 'html' | 'xml' | 'sniffed' | 'none'

function markupOf(head: Head): MarkupOf {
  const type = head.header('content-type')?.split(/[;,]/, 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'text/html') return 'html'
  if (/^[^/]+\/(?:xml|xhtml|[^/]+\+xml)$/.test(type)) return 'xml'
  const isUnknown = !/^[^/\s]+\/[^/\s]+$/.test(type) || /^(?:unknown\/unknown|application\/unknown|\*\/\*)$/.test(type)
  return isUnknown && head.header('x-content-type-options')?.trim().toLowerCase() !== 'nosniff' ? 'sniffed' : 'none'
}

/** How a body begins that browsers take for HTML though nobody said so. */
const asHtml =
  /^[\t\n\f\r ]*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[ >]/i
/** Longest beginning that tells. */
const longestSniffed = 1_445

/** Follows one page. */
class PageWatch implements BodyWatch {
  readonly #engine: Engine
  readonly #context: Context
  #markup: MarkupOf
  /** What has left and is still needed, and where in the markup it begins. */
  #kept = ''
  #place: HtmlPlace | null = null
  /** How often it was asked whether what there was of it is known: for ever, once all of it was. */
  #asked = 0

  constructor(engine: Engine, context: Context, markup: MarkupOf) {
    this.#engine = engine
    this.#context = context
    this.#markup = markup
  }

  mayPass(body: string | Buffer): boolean {
    this.#asked = Infinity
    return this.#markup === 'html' && this.#engine.mayPass(body)
  }

  part(text: string, last: boolean): BlockedError | null {
    if (this.#markup === 'none') return null
    const before = this.#kept.length
    this.#kept = before === 0 ? text : this.#kept + text
    if (this.#markup === 'sniffed' && !this.#isMarkup(last)) return null
    if (this.#isKnown(last)) return null
    if (before === 0 && last) return this.#judge(0, false)
    const tail = this.#tail()
    const refusal = this.#judge(last ? 0 : this.#cutBefore(before - tail), !last)
    if (!last && !refusal) this.#forget(tail)
    return refusal
  }

  /** All of it so far is as on a page that is known. */
  #isKnown(last: boolean): boolean {
    const isWhole = this.#place === null && this.#markup === 'html'
    if (!isWhole || this.#asked >= (last ? Infinity : mostAsked)) return false
    this.#asked += 1
    if (last) return this.#engine.mayPass(this.#kept)
    return this.#kept.length <= mostKept && this.#engine.mayBegin(this.#kept)
  }

  #isMarkup(last: boolean): boolean {
    const kept = this.#kept
    if (asHtml.test(kept)) this.#markup = 'html'
    else if (/^[\t\n\f\r ]*<\?xml/.test(kept)) this.#markup = 'xml'
    else if (last || kept.trimStart().length > 16 || kept.length > longestSniffed) {
      this.#markup = 'none'
      this.#kept = ''
    }
    return this.#markup === 'html' || this.#markup === 'xml'
  }

  /** Where the page is read only when something of the request stands in it. */
  #judge(from: number, more: boolean): BlockedError | null {
    const body = from === 0 ? this.#kept : this.#kept.slice(from)
    if (body === '') return null
    const place = (): HtmlPlace => this.#placeAt(from)
    const isBeginning = from === 0 && this.#place === null && this.#markup === 'html'
    const operation: Operation = isBeginning
      ? { kind: 'html', body, more }
      : {
          kind: 'html',
          body,
          more,
          get place() {
            return place()
          },
        }
    return this.#engine.judge(operation)
  }

  #placeAt(position: number): HtmlPlace {
    const place = this.#place ?? (this.#markup === 'xml' ? beginningOfXml : beginning)
    return position === 0 ? place : readMarkup(this.#kept.slice(0, position), place).after
  }

  /** A value is at most as long as the longest that came, and escaping makes it longer. */
  #tail(): number {
    const { inputs } = this.#context.inputs()
    const longest = inputs.reduce((most, { value }) => Math.max(most, value.length), 0)
    return Math.min(mostTail, Math.max(leastTail, longest * 2))
  }

  /** The last position not behind the given one from which the page can be read on: before a `<`, and before a script that has not ended. */
  #cutBefore(position: number): number {
    if (position <= 0) return 0
    const kept = this.#kept
    const script = Math.max(kept.lastIndexOf('<script', position), kept.lastIndexOf('<SCRIPT', position))
    if (script !== -1 && position - script < mostOfScript) {
      const end = Math.max(kept.lastIndexOf('</script', position), kept.lastIndexOf('</SCRIPT', position))
      if (end < script) return script
    }
    const at = kept.lastIndexOf('<', position)
    return position - at <= mostKept && at !== -1 ? at : position
  }

  #forget(tail: number): void {
    if (this.#kept.length <= mostKept) return
    const cut = this.#cutBefore(this.#kept.length - tail)
    if (cut === 0) return
    this.#place = this.#placeAt(cut)
    this.#kept = this.#kept.slice(cut)
  }
}
