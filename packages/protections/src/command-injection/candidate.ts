import type { Input } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'

/** One form of an input, made ready to be looked for. */
export class Candidate {
  readonly form: string
  readonly isSpicy: boolean
  #lower: string | null = null

  constructor(form: string) {
    this.form = form
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
const mostCandidates = 96
const longestReduced = 4_096

/** A client's headers come with each of its requests. */
const known = new Recent<readonly Candidate[]>(1_024)

/** @returns nothing for a value that is one plain word in every form */
export function candidatesOf({ value }: Input): readonly Candidate[] {
  if (value.length < 8 && /^[A-Za-z0-9_.]*$/.test(value)) return []
  return known.get(value, () => readCandidates(value))
}

function readCandidates(value: string): readonly Candidate[] {
  const found = new Set<string>()
  for (const form of forms(value)) {
    addEdges(form, found)
    if (form.length <= longestReduced && actingSign.test(form))
      for (const less of reductions(form)) addEdges(less, found)
    if (found.size >= mostCandidates) break
  }
  return [...found].filter((form) => !plainWord.test(form)).map((form) => new Candidate(form))
}

/** Apps trim; where they do not, a line break at the edge of a value may begin or end a command. */
function addEdges(form: string, found: Set<string>): void {
  const trimmed = form.trim()
  if (trimmed === '') {
    if (form.includes('\n')) found.add('\n')
    return
  }
  found.add(trimmed)
  const blankless = form.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')
  if (blankless !== trimmed && blankless.includes('\n')) found.add(blankless)
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
    if (pieces.length > 1) for (const piece of pieces) if (piece.length > 2 && actingSign.test(piece)) yield piece
  }
}
