import type { Input } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'

/** One form of an input, made ready to be looked for. Most are ruled out before anything of it is asked. */
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

  /** It holds something by which a changed form could be known as an attack. */
  isSpicy(): boolean {
    return /['"`;=()<>|#\\]|--|\/\*|\b(?:or|and|xor|union|select)\b/i.test(this.form)
  }
}

/** A client's headers come with each of its requests. */
const known = new Recent<readonly Candidate[]>(1_024)

/** @returns nothing for a value that is one word in every form */
export function candidatesOf({ value }: Input): readonly Candidate[] {
  if (value.length < 8 && isWord(value)) return []
  return known.get(value, () => forms(value).flatMap(toCandidate))
}

function toCandidate(given: string): Candidate[] {
  const trimmed = given.trim()
  const form = /^\s*[\r\n]/.test(given) ? given.replace(/^[ \t]+/, '').trimEnd() : trimmed
  return trimmed === '' || isWord(trimmed) ? [] : [new Candidate(form)]
}

/** Letters, digits and `_`: one token wherever it stands. */
export function isWord(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const isWordCharacter =
      (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95
    if (!isWordCharacter) return false
  }
  return true
}
