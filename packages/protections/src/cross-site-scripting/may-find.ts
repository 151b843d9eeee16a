import type { Input } from '@riposte/contract'
import { candidatesOf } from './candidate.ts'
import { Search } from './search.ts'
import { Sieve } from './sieve.ts'

/** Whether a value that could do harm stands in a part of a page, which need not be read for that. */
export function mayFind(part: string, inputs: readonly Input[]): boolean {
  const sieve = Sieve.ofPart(part)
  const search = new Search(part)
  return inputs.some((input) => {
    // What could be markup has many forms.
    if (input.value.includes('<') && !sieve.mayHold(input.value)) return false
    return candidatesOf(input).some((candidate) => search.hits(candidate).next().done === false)
  })
}
