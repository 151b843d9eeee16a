import fc from 'fast-check'
import { expect, it } from 'vitest'
import { forms, isPlain } from './forms.ts'
import { skeleton, toLowerSameLength } from './skeleton.ts'

const bones = (text: string): string => skeleton(toLowerSameLength(text)).text

const pieces = fc.oneof(
  fc.constantFrom(
    ...[
      'a',
      'Z',
      '0',
      ' ',
      '  ',
      '.',
      ',',
      "'",
      '"',
      '%27',
      '+',
      '&lt;',
      '\\n',
      '=',
      ';',
      '|',
      '-',
      '_',
      '/',
      '(',
      '<',
    ],
  ),
  fc.constantFrom(
    ...['eyJ', 'JyBvciAxPTE=', '27206f7220', 'é', '\ufb01', '\n', '\t', 'or 1', 'name', '!', '?', '#', '*', '{', '['],
  ),
)
const value = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''))

it('of a value that is plain every form has the same letters and digits', () => {
  let plain = 0
  fc.assert(
    fc.property(value, (text) => {
      if (!isPlain(text)) return
      plain += 1
      for (const form of forms(text)) expect(bones(form)).toBe(bones(text))
    }),
    { numRuns: 30_000, seed: 3 },
  )
  expect(plain).toBeGreaterThan(1_000)
})

it.each(["O'Brien", 'a long name', 'Mozilla/5.0 (X11)', 'en-GB.utf8', '?'])('%s is plain', (text) => {
  expect(isPlain(text)).toBe(true)
})

it.each(['%27', 'a+b', '&#39;', '\\x27', 'a=b', '{"a":1}', 'JyBvciAxPTE', 'é', 'x.eyJhIjoxfQ.y', 'cafebabe'])(
  '%s may say more',
  (text) => {
    expect(isPlain(text)).toBe(false)
  },
)
