import type { Input } from '@riposte/contract'
import { attributeAt, attributeOf, elementAt, isOfEndTag, textAt } from '../html/elements.ts'
import { readEntities } from '../html/entities.ts'
import { kind } from '../html/kind.ts'
import type { Markup } from '../html/read-markup.ts'
import { findCode } from '../javascript/find-code.ts'
import { cleanAddress, isAddress, runs, schemeEnd, scriptIn } from './address.ts'
import type { Hit } from './search.ts'
import { addsStyle } from './style.ts'
import { becomesScript, becomesStyle, holdsPage, loadsScript, runsAddress, type Verdict } from './verdict.ts'

/** Judges what stands in a page within a page. */
export type JudgePage = (body: string, input: Input) => boolean

/** A value that the markup around it holds: what it does there when it is an address, a script or a style. */
export class ContentJudge {
  readonly #markup: Markup
  readonly #judgePage: JudgePage
  /** Scripts by the index of their piece, and the values that were looked for in them. */
  readonly #judged = new Map<number, Set<Input>>()

  constructor(markup: Markup, judgePage: JudgePage) {
    this.#markup = markup
    this.#judgePage = judgePage
  }

  judge(index: number, hit: Hit, input: Input): Verdict | null {
    const { segments, place } = this.#markup
    const element = elementAt(this.#markup, index)
    switch (segments.kindAt(index)) {
      case kind.script:
        return this.#script(index, input, (raw) => raw)
      case kind.text:
      case kind.cdata:
        // In SVG and XML the text of a script is text.
        return element === 'script' && (place.within !== '' || !isOfEndTag(this.#markup, index))
          ? this.#script(index, input, readEntities)
          : null
      case kind.rawtext:
        return element === 'style' && this.#adds(index, hit, false) ? becomesStyle : null
      case kind.quoted:
      case kind.unquoted:
        return isOfEndTag(this.#markup, index) ? null : this.#value(index, hit, input)
      default:
        return null
    }
  }

  #value(index: number, hit: Hit, input: Input): Verdict | null {
    const markup = this.#markup
    // A tag that is not closed is none yet.
    if (markup.segments.kindAt(index + 1) === -1) return null
    const attribute = attributeAt(markup, index)
    const element = elementAt(markup, index)
    if (/^on[a-z]/.test(attribute)) return this.#code(index, input, readEntities(textAt(markup, index)))
    if (attribute === 'style') return this.#adds(index, hit, true) ? becomesStyle : null
    if (attribute === 'srcdoc')
      return this.#once(index, input) && this.#judgePage(readEntities(textAt(markup, index)), input) ? holdsPage : null
    if (element === 'meta' && attribute === 'content') return this.#refresh(index, hit)
    return isAddress(element, attribute) ? this.#address(index, hit, input) : null
  }

  #address(index: number, hit: Hit, input: Input): Verdict | null {
    const markup = this.#markup
    const raw = textAt(markup, index)
    const start = markup.segments.startOf(index)
    const address = cleanAddress(raw.slice(0, 65_536))
    const element = elementAt(markup, index)
    const attribute = attributeAt(markup, index)
    if (element === 'script' || element === 'base') {
      const decides = hit.end - hit.start === raw.trim().length && /^(?:https?:)?[/\\]{2}/i.test(address)
      if (decides && input.source !== 'headers' && input.source !== 'cookies') return loadsScript
    }
    if (!runs(element, attribute, address)) return null
    if (hit.start < start + schemeEnd(raw)) return runsAddress
    const script = scriptIn(address)
    return script === null ? null : this.#code(index, input, script)
  }

  #refresh(index: number, hit: Hit): Verdict | null {
    const raw = textAt(this.#markup, index)
    const found = /url\s*=\s*['"]?/i.exec(raw)
    if (!found) return null
    const from = found.index + found[0].length
    const address = raw.slice(from)
    if (!runs('meta', 'content', cleanAddress(address))) return null
    return hit.start < this.#markup.segments.startOf(index) + from + schemeEnd(address) ? runsAddress : null
  }

  #script(index: number, input: Input, read: (raw: string) => string): Verdict | null {
    const { segments } = this.#markup
    // A script that is not closed is never run.
    if (segments.kindAt(index + 1) !== kind.open && segments.kindAt(index + 1) !== kind.close) return null
    const owner = segments.ownerOf(index)
    // Of one whose beginning has left already nothing can be told.
    if (owner === -1) return null
    if (!isJavaScript(attributeOf(this.#markup, owner, 'type'))) return null
    return this.#code(index, input, read(textAt(this.#markup, index)))
  }

  #code(index: number, input: Input, script: string): Verdict | null {
    return this.#once(index, input) && findCode(script, [input]) !== null ? becomesScript : null
  }

  #adds(index: number, hit: Hit, isAttribute: boolean): boolean {
    const { text, segments } = this.#markup
    const read = isAttribute ? readEntities : (raw: string): string => raw
    return addsStyle(
      read(text.slice(segments.startOf(index), hit.start)),
      read(text.slice(hit.start, hit.end)),
      isAttribute,
    )
  }

  #once(index: number, input: Input): boolean {
    const judged = this.#judged.get(index)
    if (judged?.has(input)) return false
    if (judged) judged.add(input)
    else this.#judged.set(index, new Set([input]))
    return true
  }
}

/** @param type of a script as it is written, null where none is */
export const isJavaScript = (type: string | null): boolean =>
  type === null || /^\s*(?:module|(?:(?:text|application)\/)?(?:x-)?(?:java|ecma|j|live)script.*|)\s*$/i.test(type)
