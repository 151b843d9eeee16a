import { parse, tokTypes, type Token } from 'acorn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenise } from './tokenise.ts'

const shown = (text: string): string =>
  tokenise(text)
    .map(({ kind, start, end, closed }) => `${kind} ${text.slice(start, end)}${closed ? '' : ' (open)'}`)
    .join(' | ')

describe('a script becomes tokens', () => {
  it.each([
    ['f(\'a\', "b\\"c")', 'name f | punctuator ( | string \'a\' | punctuator , | string "b\\"c" | punctuator )'],
    ['`a${b}c${`d`}e`', 'template `a${ | name b | template }c${ | template `d` | template }e`'],
    ['`${{a: 1}}`', 'template `${ | punctuator { | name a | punctuator : | number 1 | punctuator } | template }`'],
    ['a / b / c', 'name a | punctuator / | name b | punctuator / | name c'],
    ['a = /b[/]\\/c/gi', 'name a | punctuator = | regex /b[/]\\/c/gi'],
    ['return /x/.y', 'name return | regex /x/ | punctuator . | name y'],
    ['if (a) /b/.c', 'name if | punctuator ( | name a | punctuator ) | regex /b/ | punctuator . | name c'],
    ['f(a) / b / c', 'name f | punctuator ( | name a | punctuator ) | punctuator / | name b | punctuator / | name c'],
    ['{} /a/', 'punctuator { | punctuator } | regex /a/'],
    ['x = {} / a', 'name x | punctuator = | punctuator { | punctuator } | punctuator / | name a'],
    ['a.return / 2', 'name a | punctuator . | name return | punctuator / | number 2'],
    ['a++ / 2', 'name a | punctuator ++ | punctuator / | number 2'],
    ['1_0.5e-3 + 0xFFn + .5', 'number 1_0.5e-3 | punctuator + | number 0xFFn | punctuator + | number .5'],
    ['1..toString()', 'number 1. | punctuator . | name toString | punctuator ( | punctuator )'],
    ['a?.5:b?.c', 'name a | punctuator ? | number .5 | punctuator : | name b | punctuator ?. | name c'],
    ['a >>>= b ** c ??= d', 'name a | punctuator >>>= | name b | punctuator ** | name c | punctuator ??= | name d'],
    ['\\u0061b \\u{63}', 'name \\u0061b | name \\u{63}'],
    ['#!x\na // b\n/* c */ d', 'comment #!x | name a | comment // b | comment /* c */ | name d'],
    ['a <!-- b\n--> c\nd', 'name a | comment <!-- b | comment --> c | name d'],
    ['a--> b', 'name a | punctuator -- | punctuator > | name b'],
    ['// a\u2028b', 'comment // a | name b'],
    ["'a\\\nb'", "string 'a\\\nb'"],
    ["'a\nb", "string 'a (open) | name b"],
    ['`a', 'template `a (open)'],
    ['/* a', 'comment /* a (open)'],
    ['x = /a\nb', 'name x | punctuator = | regex /a (open) | name b'],
    ['a @ b', 'name a | invalid @ | name b'],
    ['naïve\u00a0日本', 'name naïve | name 日本'],
  ])('%s', (text, tokens) => {
    expect(shown(text)).toBe(tokens)
  })

  it('covers the whole text, in order, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        const text = parts.join('')
        let at = 0
        for (const token of tokenise(text)) {
          if (token.start < at || token.end <= token.start || text.slice(at, token.start).trim() !== '')
            expect.fail(`${text} at ${at}`)
          at = token.end
        }
        expect(text.slice(at).trim()).toBe('')
      }),
      { numRuns: 5_000, seed: 29 },
    )
  })

  it('as a real tokeniser does, where that takes the text', () => {
    let compared = 0
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }), (parts) => {
        const text = parts.join('')
        const real = realEnds(text)
        if (!real) return
        compared += 1
        const ours = tokenise(text).filter(
          ({ kind, start }) => kind !== 'comment' && kind !== 'template' && text.charAt(start) !== '}',
        )
        expect(
          ours.map(({ end }) => end),
          text,
        ).toEqual(real)
      }),
      { numRuns: 20_000, seed: 31 },
    )
    expect(compared).toBeGreaterThan(2_000)
  })
})

const pieces = [
  ...[
    'a',
    'b.c',
    ' ',
    '\n',
    '1',
    '0x1f',
    '.5',
    '1e3',
    "'s'",
    '"t"',
    "'\\''",
    '`u`',
    '`v${w}x`',
    '/r/',
    '/[/]/g',
    '/* c */',
  ],
  ...[
    '// d\n',
    '+',
    '-',
    '++',
    '=',
    '==',
    '=>',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ';',
    ',',
    '?',
    ':',
    '.',
    '?.',
    '...',
    '/',
    '*',
  ],
  ...['return ', 'if (a) ', 'typeof ', 'x = ', 'f(', 'function f() {', 'new ', 'in ', ' of ', '\\u0061', '日本'],
] as const

/** Where the tokens of a script that parses end; without templates and closing braces, which both cut differently. */
function realEnds(text: string): number[] | null {
  const tokens: Token[] = []
  try {
    parse(text, { ecmaVersion: 'latest', allowReturnOutsideFunction: true, onToken: tokens })
    return tokens.flatMap(({ type, end }) => (type === tokTypes.eof || isTemplatePart(type.label) ? [] : [end]))
  } catch {
    return null
  }
}

const isTemplatePart = (label: string): boolean => /^(?:template|invalidTemplate|`|\$\{|\})$/.test(label)
