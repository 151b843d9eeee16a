import type { Input } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { skeletonHead, skeletonTail, toLowerSameLength } from '../text/skeleton.ts'

/** One form of an input, made ready to be looked for. */
export interface Candidate {
  /** Without white space at its edges. */
  readonly form: string
  readonly lower: string
  /** Its first and last letters and digits; shorter than `anchorLength` when it has no more. */
  readonly head: string
  readonly tail: string
  /** It holds something by which a changed form could be known as an attack. */
  readonly spicy: boolean
}

/** Letters and digits by which the beginning or end of a longer value is recognised. */
export const anchorLength = 12

/** One request's values meet many statements. */
const known = new WeakMap<Input, { readonly value: string; readonly candidates: readonly Candidate[] }>()

/** @returns nothing for a value that is one word in every form */
export function candidatesOf(input: Input): readonly Candidate[] {
  const { value } = input
  if (value.length < 8 && isWord(value)) return []
  const before = known.get(input)
  if (before?.value === value) return before.candidates
  const candidates = forms(value).flatMap(toCandidate)
  known.set(input, { value, candidates })
  return candidates
}

function toCandidate(given: string): Candidate[] {
  const form = given.trim()
  if (form === '' || isWord(form)) return []
  return [
    {
      form,
      lower: toLowerSameLength(form),
      head: skeletonHead(form, anchorLength),
      tail: skeletonTail(form, anchorLength),
      spicy: /['"`;=()<>|#\\]|--|\/\*|\b(?:or|and|xor|union|select)\b/i.test(form),
    },
  ]
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
