import type { Input } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'

/** One form of an input, made ready to be looked for. */
export class Candidate {
  readonly form: string
  /** It holds a sign that acts outside of quotes. */
  readonly isSpicy: boolean
  /** Signs were taken away, or it is a part of the value: a guess at what an app does. */
  readonly isReduced: boolean
  #lower: string | null = null

  constructor(form: string, isReduced: boolean) {
    this.form = form
    this.isReduced = isReduced
    this.isSpicy = actingSign.test(form)
  }

  get lower(): string {
    this.#lower ??= toLowerSameLength(this.form)
    return this.#lower
  }
}

/** Signs that act outside of quotes, and blanks do not count among them. */
const actingSign = /[;&|<>`$()'"\\\n*?~{}[\]#]/
/** Nothing of it acts anywhere, and it names no file and no option. */
const plainWord = /^[A-Za-z0-9_.,:@%+\u0080-\uffff][A-Za-z0-9_.,:@%+\u0080-\uffff-]*$/
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
  const given = new Set<string>()
  const reduced = new Set<string>()
  for (const form of forms(value)) {
    addEdges(form, given)
    if (form.length > longestReduced || !actingSign.test(form)) continue
    for (const less of reductions(form)) {
      const trimmed = less.trim()
      if (trimmed.length > 2 && actingSign.test(trimmed)) reduced.add(trimmed)
    }
  }
  for (const form of given) reduced.delete(form)
  const toCandidates = (all: ReadonlySet<string>, isReduced: boolean): Candidate[] =>
    [...all].filter((form) => !plainWord.test(form)).map((form) => new Candidate(form, isReduced))
  return [...toCandidates(given, false), ...toCandidates(reduced, true).slice(0, mostReduced)]
}

/** Apps trim. Where they do not, a line break at the edge may begin or end a command, and a blank before a path or an option a word. */
function addEdges(form: string, found: Set<string>): void {
  const trimmed = form.trim()
  if (trimmed !== '') found.add(trimmed)
  else if (form.includes('\n')) found.add('\n')
  if (trimmed === '' || trimmed.length === form.length) return
  const blankless = form.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')
  if (blankless.includes('\n')) found.add(blankless)
  else if (/^[-/.~]/.test(trimmed)) found.add(form)
}

const removed: readonly RegExp[] = [/['"]/g, /;/g, /[&|]/g, /[`$]/g, /\\/g, /\s+/g, /[<>]/g, /[;&|`$<>\\'"]/g]
const mostPieces = 16

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
