import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesGlob } from './match-glob.ts'

test('it means what the same glob means as a regular expression', () => {
  const glob = fc.array(fc.constantFrom('a', 'b', '/', '*', '**', '.'), { maxLength: 8 }).map((parts) => parts.join(''))
  const path = fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 10 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(glob, path, (pattern, text) => {
      const source = (pattern.match(/\*\*|\*|[^*]/g) ?? [])
        .map((part) => (part === '**' ? '[^]*' : part === '*' ? '[^/]*' : part.replace(/[.]/g, '\\.')))
        .join('')
      expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${source}$`).test(text))
    }),
    { numRuns: 3_000, seed: 1 },
  )
})
