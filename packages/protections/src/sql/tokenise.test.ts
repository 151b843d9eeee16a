import fc from 'fast-check'
import { loadModule, scanSync } from 'libpg-query'
import { beforeAll, describe, expect, it } from 'vitest'
import { tokenise } from './tokenise.ts'

interface Range {
  readonly start: number
  readonly end: number
}

/** What the engine says: the boundaries of its tokens, or null when its lexer refuses the text. */
function engineScan(text: string): Range[] | null {
  try {
    return scanSync(text).tokens.map(({ start, end }: Range) => ({ start, end }))
  } catch {
    return null
  }
}

const ours = (text: string): Range[] => tokenise(text, 'postgresql').map(({ start, end }) => ({ start, end }))

const fragment = fc.oneof(
  fc.constantFrom(
    ...[
      "'",
      "''",
      '"',
      'a',
      'tbl',
      'select',
      ' or ',
      '1',
      '23',
      '1.5',
      '.5',
      '1e5',
      '1E-3',
      '1_000',
      '0x1F',
      '0b01',
      '0o17',
    ],
    ...[
      'e',
      "e'",
      "E'",
      "b'",
      "x'",
      "u&'",
      'U&"',
      '$$',
      '$t$',
      '$t',
      '$1',
      '$',
      '\\',
      "\\'",
      '\\\\',
      '\n',
      '\r',
      '\t',
      ' ',
    ],
    ...[
      '--',
      '/*',
      '*/',
      '/',
      '*',
      '-',
      '+',
      '=',
      '<',
      '>',
      '<=',
      '>=',
      '<>',
      '!=',
      '||',
      '@',
      '#',
      '%',
      '^',
      '&',
      '|',
      '~',
      '?',
    ],
    ...['::', ':=', ':', '.', '..', ',', ';', '(', ')', '[', ']', '=>', '-1', 'é', '\n--c\n', '+-', '@-', '*-'],
  ),
  fc.stringMatching(/^[a-z_][a-z0-9_$]{0,3}$/),
)

describe('tokens of PostgreSQL', () => {
  beforeAll(async () => loadModule())

  it('begin and end where the engine lets them', () => {
    let judged = 0
    fc.assert(
      fc.property(fc.array(fragment, { minLength: 1, maxLength: 14 }), (parts) => {
        const text = parts.join('')
        // The engine gives back `N'` as two tokens and counts bytes.
        if (/[^\0-\x7f]/.test(text)) return
        const theirs = engineScan(text)
        if (!theirs) return
        judged += 1
        expect(ours(text)).toEqual(theirs)
      }),
      { numRuns: 6_000, seed: 3 },
    )
    expect(judged).toBeGreaterThan(1_000)
  })
})
