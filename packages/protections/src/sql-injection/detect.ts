import type { Input, OperationOf } from '@riposte/contract'
import type { Finding } from '../define.ts'
import { tokenise } from '../sql/tokenise.ts'
import { forms } from '../text/decodings.ts'
import { skeleton, toLowerSameLength, type Skeleton } from '../text/skeleton.ts'
import { judge, type Likeness, type Statement, type Verdict } from './judge.ts'

/** Places where one value is looked for; an app that repeats it more often repeats its mistake too. */
const mostOccurrences = 64
/** Shortest skeleton that is looked for when a value does not stand in the statement as given. */
const shortestSkeleton = 5
/** Letters and digits by which the beginning or end of a longer value is recognised. */
const anchorLength = 12
/** Characters compared for changed forms, over all inputs of one statement; beyond it only values as given are looked for. */
const changedFormsBudget = 32_000_000

interface Match {
  readonly start: number
  readonly end: number
  readonly verdict: Verdict
  readonly form: string
}

/** Looks for every value in the statement, as given and as apps change it, and judges each place. Linear in statement times inputs. */
export function detect(operation: OperationOf<'sql'>, inputs: readonly Input[]): Finding | null {
  const search = new Search(operation)
  for (const input of inputs) {
    if (!couldInject(input.value)) continue
    const match = search.find(input.value)
    if (match) return toFinding(input, match)
  }
  const joined = joinable(inputs)
  if (joined && inputs.length > 1) {
    const match = search.find(joined.value)
    if (match) return toFinding(joined, match)
  }
  return null
}

function toFinding(input: Input, match: Match): Finding {
  const inputStart = input.value.indexOf(match.form)
  return {
    confidence: match.verdict.confidence,
    reason: match.verdict.reason,
    input,
    inputSpan: inputStart === -1 ? null : { start: inputStart, end: inputStart + match.form.length },
    operationSpan: { start: match.start, end: match.end },
  }
}

/** A short value of letters, digits and `_` is one token wherever it stands, and decodes to nothing else. */
function couldInject(value: string): boolean {
  if (value.length === 0) return false
  if (value.length >= 8) return true
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at)
    if (!((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95))
      return true
  }
  return false
}

/** Several values of one name (`?id=1&id=or 1=1`) are often joined before they are used. */
function joinable(inputs: readonly Input[]): Input | null {
  const byName = new Map<string, Input[]>()
  for (const input of inputs) {
    const name = `${input.source}:${input.path.replace(/\[\d+\]$/, '')}`
    const group = byName.get(name)
    if (group) group.push(input)
    else byName.set(name, [input])
  }
  for (const group of byName.values()) {
    const [first] = group
    if (first && group.length > 1 && group.length <= 32)
      return { ...first, value: group.map((input) => input.value).join(',') }
  }
  return null
}

/** One statement with everything that is worked out about it only when it is first needed. */
class Search {
  readonly #operation: OperationOf<'sql'>
  readonly #lower: string
  #statement: Statement | null = null
  #skeleton: Skeleton | null = null
  #budget = changedFormsBudget

  constructor(operation: OperationOf<'sql'>) {
    this.#operation = operation
    this.#lower = toLowerSameLength(operation.text)
  }

  find(value: string): Match | null {
    const [given, ...changed] = forms(value) as [string, ...string[]]
    const direct = this.#findForm(given, 'exact')
    if (direct) return direct
    for (const form of changed) {
      const match = this.#findForm(form, 'exact')
      if (match) return match
    }
    return this.#findChanged(given, changed)
  }

  #findForm(form: string, likeness: Likeness): Match | null {
    const trimmed = form.trim()
    const needle = toLowerSameLength(trimmed)
    if (!couldInject(needle) || isPlainWord(needle)) return null
    let from = 0
    for (let seen = 0; seen < mostOccurrences; seen += 1) {
      const start = this.#lower.indexOf(needle, from)
      if (start === -1) return null
      const match = this.#judge(start, start + needle.length, trimmed, likeness)
      if (match) return match
      from = start + 1
    }
    return null
  }

  #findChanged(given: string, changed: string[]): Match | null {
    if (this.#budget <= 0) return null
    for (const form of [given, ...changed]) {
      const match = this.#findSkeleton(form)
      if (match) return match
    }
    return null
  }

  /** White space, case, quotes and signs changed, or only the beginning or end of a long value used. */
  #findSkeleton(form: string): Match | null {
    const wanted = skeleton(form)
    if (wanted.text.length < shortestSkeleton || !hasSeveralParts(form)) return null
    this.#skeleton ??= skeleton(this.#operation.text)
    const { text, positions } = this.#skeleton
    this.#budget -= text.length
    const whole = this.#eachPlace(wanted.text, (at) =>
      this.#judgeSkeleton(positions, at, at + wanted.text.length, form),
    )
    if (whole || wanted.text.length < 2 * anchorLength) return whole
    const head = wanted.text.slice(0, anchorLength)
    const byHead = this.#eachPlace(head, (at) =>
      this.#judgeSkeleton(positions, at, at + commonLength(wanted.text, text, at), form),
    )
    if (byHead) return byHead
    const tail = wanted.text.slice(-anchorLength)
    return this.#eachPlace(tail, (at) => {
      const end = at + anchorLength
      return this.#judgeSkeleton(positions, end - commonEndLength(wanted.text, text, end), end, form)
    })
  }

  #eachPlace(needle: string, judgePlace: (at: number) => Match | null): Match | null {
    const haystack = this.#skeleton?.text ?? ''
    let at = haystack.indexOf(needle)
    for (let seen = 0; at !== -1 && seen < mostOccurrences; seen += 1) {
      const match = judgePlace(at)
      if (match) return match
      at = haystack.indexOf(needle, at + 1)
    }
    return null
  }

  #judgeSkeleton(positions: Uint32Array, from: number, to: number, form: string): Match | null {
    const start = positions[from] as number
    const end = (positions[to - 1] as number) + 1
    return this.#judge(...this.#widen(start, end, form), form, 'changed')
  }

  /** Takes in the signs at the edges of the value that stand at the edges of the match too: the quote before, the comment after. */
  #widen(start: number, end: number, form: string): [number, number] {
    const { text } = this.#operation
    const trimmed = form.trim()
    const lead = /^[^A-Za-z0-9\u0080-\uffff]{1,8}/.exec(trimmed)?.[0] ?? ''
    const trail = /[^A-Za-z0-9\u0080-\uffff]{1,8}$/.exec(trimmed.slice(-9))?.[0] ?? ''
    const from =
      lead !== '' && text.slice(Math.max(0, start - lead.length), start) === lead ? start - lead.length : start
    const to = trail !== '' && text.startsWith(trail, end) ? end + trail.length : end
    return [from, to]
  }

  #judge(start: number, end: number, form: string, likeness: Likeness): Match | null {
    this.#statement ??= { text: this.#operation.text, tokens: tokenise(this.#operation.text, this.#operation.dialect) }
    const verdict = judge(this.#statement, start, end, likeness)
    return verdict ? { start, end, verdict, form } : null
  }
}

function isPlainWord(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (!((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95)) return false
  }
  return true
}

/** At least two words, or a sign that SQL knows. */
const hasSeveralParts = (form: string): boolean => /[^A-Za-z0-9_]/.test(form.trim())

function commonLength(wanted: string, text: string, at: number): number {
  let length = 0
  while (length < wanted.length && wanted.charCodeAt(length) === text.charCodeAt(at + length)) length += 1
  return length
}

function commonEndLength(wanted: string, text: string, end: number): number {
  let length = 0
  while (
    length < wanted.length &&
    length < end &&
    wanted.charCodeAt(wanted.length - 1 - length) === text.charCodeAt(end - 1 - length)
  )
    length += 1
  return length
}
