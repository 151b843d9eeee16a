import { readCode, type Code } from '../javascript/code.ts'
import { isData } from '../javascript/harmless.ts'
import { judge, type Place, type Verdict } from '../javascript/judge.ts'
import { plain } from '../javascript/token.ts'
import { readExpression } from './expression.ts'
import { judgeExpression, type Expression } from './judge-expression.ts'
import type { Part, Template } from './template.ts'

type CodePart = Extract<Part, { kind: 'code' }>
type Finding = Extract<Verdict, { kind: 'finding' }>

const nothing: Verdict = { kind: 'nothing' }

/** Judges places of values in one template. */
export class TemplateJudge {
  readonly #template: Template
  readonly #isPug: boolean
  readonly #isHandlebars: boolean
  readonly #codes = new Map<Part, Code>()
  readonly #expressions = new Map<Part, Expression>()

  constructor(template: Template, engine: string) {
    this.#template = template
    this.#isPug = /^(?:pug|jade)$/i.test(engine)
    this.#isHandlebars = /^(?:handlebars|hbs|mustache)$/i.test(engine)
  }

  /**
   * Whether a part of the template that came from an input is anything but literal text, or data inside a tag of the app's own: it
   * brings a tag, completes one, or ends the one that it stands in.
   */
  judge(place: Place): Verdict {
    const { text, parts } = this.#template
    if (this.#escapesTag(place)) return tookTag
    const first = firstEndingAfter(parts, place.start)
    let last = first
    while (last < parts.length && (parts[last] as Part).start < place.end) last += 1
    const touched = parts.slice(first, last)
    const [one] = touched
    if (!one) return nothing
    if (touched.length === 1) {
      if (one.kind === 'code') return this.#judgeCode(one, place)
      return one.kind === 'sign' ? nothing : { kind: 'content', token: plain('string', one.start, one.end) }
    }
    if (touched.every(({ kind }) => kind === 'text' || kind === 'comment')) return { kind: 'data' }
    const own = touched.filter((part) => part.kind === 'sign' && this.#bringsSign(part, place))
    if (place.signsAt && own.length === 0) return nothing
    const { length } = place.form
    // So little stands in the app's own tags by chance.
    if ((length < 4 || (!isSpoken(place) && length <= 16)) && !coversTag(touched, place)) return nothing
    if (touched.every((part) => part.kind === 'text' || isTail(part, place))) return nothing
    if (this.#isPug) return this.#judgePug(touched, own, place, touched.length === parts.length)
    if (own.length === 0) return nothing
    return place.start <= (touched.find(({ kind }) => kind === 'sign')?.start ?? 0) && !isIn(one, place)
      ? brings(place, text)
      : endsTag(place)
  }

  /** The parts that a value only touches by the white space or the signs at its edges are the app's. */
  #bringsSign(part: Part & { kind: 'sign' }, { start, end, signsAt }: Place): boolean {
    if (part.weight === 'line') {
      if (start > part.start) return false
      return !signsAt || /[\r\n]/.test(signsAt(part.start))
    }
    if (!signsAt) return true
    if (part.start < start || part.end > end) return false
    const sign = this.#template.text.slice(part.start, part.end).replace(/[\sA-Za-z0-9]/g, '')
    return sign !== '' && signsAt(part.start).replace(/\s/g, '').includes(sign)
  }

  #judgePug(touched: readonly Part[], own: readonly Part[], place: Place, isWhole: boolean): Verdict {
    if (touched.some((part) => part.kind === 'code' && (part.start < place.start || part.end > place.end)))
      return endsTag(place)
    const { text } = this.#template
    const read = (part: Part): string => text.slice(part.start, part.end)
    const signs = own.filter((part) => part.kind === 'sign')
    const codes = touched.filter((part) => part.kind === 'code')
    const isLoud = signs.some((part) => {
      if (part.weight === 'keyword')
        return !isProse(
          read(part),
          codes.find(({ start }) => start >= part.end),
          text,
        )
      return part.weight === 'loud' && !isProseAfter(part, text)
    })
    if (isLoud) return brings(place, text)
    if (isWhole || !signs.some(({ weight }) => weight === 'line' || weight === 'attribute')) {
      const runs = signs.some(({ weight }) => weight === 'attribute') && !codes.every((part) => this.#isData(part))
      if (runs) return brings(place, text)
      return bringsScript(touched, text) && !isWhole ? changesMarkup(place) : { kind: 'data' }
    }
    return changesMarkup(place)
  }

  #isData(part: CodePart): boolean {
    const code = this.#codeOf(part)
    return code.tokens.length > 0 && isData(code, { first: 0, last: code.tokens.length - 1 })
  }

  #judgeCode(part: CodePart, place: Place): Verdict {
    const from = part.start
    if (part.language !== 'javascript') return judgeExpression(this.#expressionOf(part, part.language), place)
    const { signsAt } = place
    const moved: Place = {
      start: place.start - from,
      end: place.end - from,
      form: place.form,
      ...(signsAt ? { signsAt: (index: number) => signsAt(index + from) } : {}),
    }
    const verdict = judge(this.#codeOf(part), moved)
    if (verdict.kind === 'half') return nothing
    if (verdict.kind === 'content') {
      const { start, end } = verdict.token
      return { kind: 'content', token: plain('string', start + from, end + from) }
    }
    return verdict.kind === 'finding' ? { ...verdict, reason: inTag(verdict) } : verdict
  }

  #codeOf(part: Part): Code {
    const known = this.#codes.get(part)
    if (known) return known
    const code = readCode(this.#template.text.slice(part.start, part.end))
    this.#codes.set(part, code)
    return code
  }

  #expressionOf(part: Part, language: 'handlebars' | 'nunjucks'): Expression {
    const known = this.#expressions.get(part)
    if (known) return known
    const text = this.#template.text.slice(part.start, part.end)
    const expression = { text, from: part.start, words: readExpression(text, language) }
    this.#expressions.set(part, expression)
    return expression
  }

  /** A backslash before a tag of the app's makes text of it. */
  #escapesTag({ start, end, signsAt }: Place): boolean {
    const { text } = this.#template
    if (!this.#isHandlebars || signsAt || end - start < 2) return false
    return text.charCodeAt(end - 1) === 92 && text.startsWith('{{', end)
  }
}

const isSpoken = ({ form }: Place): boolean => /[A-Za-z0-9\u0080-\uffff]/.test(form)

/** Of signs alone only a whole tag is told from the app's own. */
const coversTag = (touched: readonly Part[], { start, end }: Place): boolean =>
  touched.filter((part) => part.kind === 'sign' && part.weight === 'loud' && part.start >= start && part.end <= end)
    .length > 1

const isIn = (part: Part, { start }: Place): boolean =>
  (part.kind === 'code' || part.kind === 'comment') && part.start < start

/** What is left of a sign that begins before the value. */
const isTail = (part: Part, { start }: Place): boolean => part.kind === 'sign' && part.start < start

const words = /^\s*[\p{L}'’-]+(?:[,;:]? [\p{L}'’-]+)*[.!?]*\s*$/u

/** `if you like`, `each of us`: a word of the engine's may begin a sentence, which is no code. */
function isProse(word: string, code: Part | undefined, text: string): boolean {
  const rest = code ? text.slice(code.start, code.end) : ''
  return words.test(rest) && (word !== 'while' || rest.trim().includes(' '))
}

/** `include the bill`: a file has a name in one piece. */
const isProseAfter = (part: Part, text: string): boolean =>
  /^(?:include|extends?)/.test(text.slice(part.start, part.end)) &&
  /^ [^\s/:]+ [^/:\n]+$/.test(text.slice(part.end, part.end + 200).split('\n', 1)[0] ?? '')

const bringsScript = (touched: readonly Part[], text: string): boolean =>
  touched.some(
    (part, index) =>
      part.kind === 'word' &&
      /^(?:script|style)$/i.test(text.slice(part.start, part.end)) &&
      touched.slice(index + 1).some((next) => next.kind === 'text' && /[(=;{]/.test(text.slice(next.start, next.end))),
  )

function firstEndingAfter(parts: readonly Part[], position: number): number {
  let low = 0
  let high = parts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((parts[middle] as Part).end > position) high = middle
    else low = middle + 1
  }
  return low
}

const because = (reason: string, confidence: number): Finding => ({ kind: 'finding', sure: true, confidence, reason })

const brings = (place: Place, text: string): Finding =>
  place.start === 0 && place.end === text.length
    ? because('A value from the request is all of the template, and holds tags of its own.', 0.95)
    : because('A value from the request brings a tag into the template.', place.signsAt ? 0.88 : 0.98)

const endsTag = (place: Place): Finding =>
  because('A value from the request ends a tag of the template that it stands in.', place.signsAt ? 0.85 : 0.97)

const changesMarkup = (place: Place): Finding =>
  because('A value from the request adds lines, tags or attributes to the template.', place.signsAt ? 0.85 : 0.93)

const tookTag = because('A value from the request ends in a backslash that makes text of the tag behind it.', 0.7)

const inTag = ({ reason }: Finding): string => reason.replace('the script', 'the code in a tag of the template')
