import type { Input } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'

/**
 * `given`: the value, decoded or trimmed at most. `edged`: the same with blanks at its edges, which tells only where it stands as data.
 * `reduced`: with signs taken away, or a part of it, which is a guess at what an app does.
 */
export type CandidateKind = 'given' | 'edged' | 'reduced'

/** One form of an input, made ready to be looked for. */
export class Candidate {
  readonly form: string
  /** It holds a sign that acts outside of quotes. */
  readonly isSpicy: boolean
  readonly kind: CandidateKind
  #lower: string | null = null

  constructor(form: string, kind: CandidateKind) {
    this.form = form
    this.kind = kind
    this.isSpicy = actingSign.test(form)
  }

  get lower(): string {
    this.#lower ??= toLowerSameLength(this.form)
    return this.#lower
  }
}

/** Signs that act outside of quotes, and blanks do not count among them. */
const actingSign = /[;&|<>`$()'"\\\n*?~{}[\]#]/
/** Nothing of it acts anywhere, and it names no file and no option: a number, or a word. */
const plainWord = /^[-+]?\d+(?:\.\d+)?$|^[A-Za-z0-9_.,:@+\u0080-\uffff][A-Za-z0-9_.,:@+\u0080-\uffff-]*$/
const mostReduced = 64
const longestReduced = 4_096

/** A client's headers come with each of its requests. */
const known = new Recent<readonly Candidate[]>(1_024)

/** @returns nothing for a value that is one plain word in every form */
export function candidatesOf({ value }: Input): readonly Candidate[] {
  if (value.length < 8 && /^[A-Za-z0-9_.]*$/.test(value)) return []
  return known.get(value, () => readCandidates(value))
}

function readCandidates(value: string): readonly Candidate[] {
  const found = new Map<string, CandidateKind>()
  const reduced = new Set<string>()
  for (const form of forms(value)) {
    for (const [edged, kind] of edgesOf(form, value)) if (found.get(edged) !== 'given') found.set(edged, kind)
    if (form.length > longestReduced) continue
    for (const option of form.includes('-') ? optionsIn(form) : []) reduced.add(option)
    for (const less of actingSign.test(form) ? reductions(form) : []) {
      const trimmed = less.trim()
      if (trimmed.length > 2 && actingSign.test(trimmed) && reduced.size < mostReduced) reduced.add(trimmed)
    }
  }
  for (const form of reduced) if (!found.has(form)) found.set(form, 'reduced')
  return [...found].flatMap(([form, kind]) => (plainWord.test(form) ? [] : [new Candidate(form, kind)]))
}

/** Apps trim. Where they do not, a line break at the edge may begin or end a command, and a blank before a path or an option a word. */
function edgesOf(form: string, value: string): readonly (readonly [string, CandidateKind])[] {
  const trimmed = form.trim()
  if (trimmed === '') return form.includes('\n') ? [['\n', 'given']] : []
  if (trimmed.length === form.length) return [[form, 'given']]
  return [
    [trimmed, 'given'],
    [trimBlanks(form), 'given'],
    [form, 'edged'],
    [form.trimEnd(), form === value && /^\s+[-/.~]+[A-Za-z]/.test(form) ? 'given' : 'edged'],
  ]
}

/** Line breaks stay. No pattern for the end: it would try at every blank in between. */
function trimBlanks(text: string): string {
  const isBlank = (at: number): boolean => text.charAt(at) === ' ' || text.charAt(at) === '\t'
  let start = 0
  let end = text.length
  while (start < end && isBlank(start)) start += 1
  while (end > start && isBlank(end - 1)) end -= 1
  return text.slice(start, end)
}

const removed: readonly RegExp[] = [/['"]/g, /;/g, /[&|]/g, /[`$]/g, /\\/g, /\s+/g, /[<>]/g, /[;&|`$<>\\'"]/g]
const mostPieces = 16

/** Options with a value among words that an app may hand over one by one; what people write of options has none. */
const optionsIn = (form: string): readonly string[] =>
  form.split(/\s+/, mostPieces).filter((word) => word.length < form.length && /^-[^=]+=./.test(word))

/** What is left when an app takes signs away or uses a part between separators. */
function* reductions(form: string): Generator<string> {
  for (const signs of removed) {
    const less = form.replace(signs, '')
    if (less !== form) yield less
  }
  for (const separator of [',', '/', '\n']) {
    const pieces = form.split(separator, mostPieces)
    if (pieces.length > 1) yield* pieces
  }
}
