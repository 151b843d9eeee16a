import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findJsonError } from './find-json-error.ts'

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('it agrees with JSON.parse about what is JSON', () => {
  fc.assert(fc.property(fc.json(), (text) => findJsonError(text) === null))
  const pieces = fc.array(
    fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '-', 'true', ' ', '\n', '"', 'x', '\\', '1e5', '01'),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('')
      return (findJsonError(text) === null) === parses(text)
    }),
    { numRuns: 5_000, seed: 1 },
  )
})

test('it names line and column', () => {
  expect(findJsonError('{\n  "a": 1,\n  b: 2\n}')).toEqual({ line: 3, column: 3 })
  expect(findJsonError('{"a": 1} x')).toEqual({ line: 1, column: 10 })
  expect(findJsonError('')).toEqual({ line: 1, column: 1 })
})
