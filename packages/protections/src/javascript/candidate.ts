import type { Input } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'

/** One form of an input, made ready to be looked for in a script. */
export class Candidate {
  /** Without white space at its edges; a line break before it stays, since it may end a comment. */
  readonly form: string
  #lower: string | null = null

  constructor(form: string) {
    this.form = form
  }

  get lower(): string {
    this.#lower ??= toLowerSameLength(this.form)
    return this.#lower
  }

  /** It holds something by which a changed form could be known as code. */
  isSpicy(): boolean {
    return /[()'"`;=$\\{}[\]]|\/[/*]/.test(this.form)
  }
}

const known = new Recent<readonly Candidate[]>(1_024)

export const candidatesOf = ({ value }: Input): readonly Candidate[] =>
  known.get(value, () => forms(value).flatMap(toCandidate))

function toCandidate(given: string): Candidate[] {
  const trimmed = given.trim()
  const form = /^\s*[\r\n\u2028\u2029]/.test(given) ? given.replace(/^[ \t]+/, '').trimEnd() : trimmed
  return trimmed === '' ? [] : [new Candidate(form)]
}

/** Letters, digits, `_` and `$`: one token wherever it stands. */
export const isWord = (text: string): boolean => /^[A-Za-z0-9_$]*$/.test(text)
