import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { isContent } from '../html/kind.ts'
import { readMarkup, type Markup } from '../html/read-markup.ts'
import { candidatesOf } from './candidate.ts'
import { ContentJudge } from './judge-content.ts'
import { judgeMarkup } from './judge-markup.ts'
import { Search, type Hit } from './search.ts'
import { isSteady, Sieve } from './sieve.ts'
import type { Verdict } from './verdict.ts'

/** Whether a value from the request changed the structure of a page that the app sends, or runs in it. */
export const detect = (operation: OperationOf<'html'>, inputs: readonly Input[]): Finding | null =>
  new Page(operation, 1).find(inputs)

/** A page, read only when something of the request stands in it. */
class Page {
  readonly #operation: OperationOf<'html'>
  readonly #body: string
  /** How many pages within pages are looked into. */
  readonly #depth: number
  #markup: Markup | null = null
  #content: ContentJudge | null = null

  constructor(operation: OperationOf<'html'>, depth: number) {
    this.#operation = operation
    this.#body = operation.body
    this.#depth = depth
  }

  find(inputs: readonly Input[]): Finding | null {
    if (this.#body === '') return null
    const search = new Search(this.#body)
    const sieve = sieveFor(this.#body, inputs)
    for (const input of inputs) {
      if (sieve?.mayHold(input.value) === false) continue
      const candidates = candidatesOf(input)
      if (candidates.length === 0) continue
      const own = new Doubts(this.#operation.more === true)
      for (const candidate of candidates) {
        for (const hit of search.hits(candidate)) {
          const verdict = this.#judge(hit, input)
          if (verdict?.sure) return toFinding(input, hit, verdict)
          own.take(hit, verdict)
        }
      }
      const doubted = own.outcome(this.#body)
      if (doubted) return toFinding(input, doubted.hit, doubted.verdict)
    }
    return null
  }

  #judge(hit: Hit, input: Input): Verdict | null {
    const markup = (this.#markup ??= readMarkup(this.#body, this.#operation.place))
    const { segments } = markup
    if (segments.length === 0) return null
    const first = segments.at(hit.start)
    if (segments.endOf(first) < hit.end || !isContent(segments.kindAt(first))) return judgeMarkup(markup, hit)
    this.#content ??= new ContentJudge(
      markup,
      (body, of) => this.#depth > 0 && new Page({ kind: 'html', body }, this.#depth - 1).find([of]) !== null,
    )
    return this.#content.judge(first, hit, input)
  }
}

/** Making a sieve costs as much as looking for a few values that could be markup. */
const fewest = 8

function sieveFor(page: string, inputs: readonly Input[]): Sieve | null {
  let many = 0
  for (const { value } of inputs) if (value.includes('<') && isSteady(value)) many += 1
  return many >= fewest ? Sieve.ofPage(page) : null
}

/** Markup that runs nothing and is to the letter what a client sent: the client's, or the app's own, typed by somebody. */
class Doubts {
  readonly #more: boolean
  readonly #places = new Map<string, Set<number>>()
  #first: { readonly hit: Hit; readonly verdict: Verdict } | null = null
  /** The value stands somewhere as what it is meant to be. */
  #isHeld = false

  /** @param more of the page follows, and may tell */
  constructor(more: boolean) {
    this.#more = more
  }

  take(hit: Hit, verdict: Verdict | null): void {
    if (!verdict) {
      if (hit.whole) this.#isHeld = true
      return
    }
    this.#first ??= { hit, verdict }
    const places = this.#places.get(hit.form) ?? new Set()
    places.add(hit.start)
    this.#places.set(hit.form, places)
  }

  /** An app that escapes the value somewhere escapes it everywhere, and what it wrote itself stands there often. */
  outcome(page: string): { readonly hit: Hit; readonly verdict: Verdict } | null {
    if (!this.#first || this.#more || this.#isHeld || standsEscaped(this.#first.hit.form, page)) return null
    const most = this.#first.verdict.bare ? 1 : 2
    for (const places of this.#places.values()) if (places.size > most) return null
    return this.#first
  }
}

/** How apps write a `<`, and a `/` behind it. */
const lessThan = ['&lt;', '&#60;', '&#x3c;', '&#x3C;', '\\u003c', '\\u003C', '\\x3c', '\\x3C', '%3C', '%3c', '&amp;lt;']
const slash = ['/', '&#x2F;', '&#x2f;', '&#47;', '\\/', '%2F', '%2f']

/** A short form has no word by which it is found however it was escaped. */
function standsEscaped(form: string, page: string): boolean {
  const [, mark, word] = /<(\/?)([A-Za-z!?][^<>&"'`=/\s\\]*)/.exec(form) ?? []
  if (word === undefined) return false
  const between = mark === '' ? [''] : slash
  return lessThan.some((sign) => page.includes(sign) && between.some((other) => page.includes(sign + other + word)))
}

function toFinding(input: Input, hit: Hit, { confidence, reason }: Verdict): Finding {
  const at = input.value.indexOf(hit.form)
  return {
    confidence: hit.whole ? confidence : confidence - 0.1,
    reason,
    input,
    inputSpan: at === -1 ? null : { start: at, end: at + hit.form.length },
    operationSpan: { start: hit.start, end: hit.end },
  }
}
