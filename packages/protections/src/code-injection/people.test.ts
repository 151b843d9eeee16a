import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

/** What people type: names, prose, code, dates, paths, and words and signs that scripts hold too. */
const typed = [
  ...["O'Brien", "it's", "don't", "rock 'n' roll", '5\'10"', '(555) 123-4567', '2024-01-01', 'C:\\dir\\', '100%', '#1'],
  ...[
    '-5',
    '$1',
    '$$',
    'naïve',
    '日本語',
    '🙂',
    'a@b.com',
    "https://x.com/a?b=c&d='e'",
    '&amp;',
    '%27',
    '\\n',
    '\n',
    '\t',
  ],
  ...['{', '}', '()', '=>', '[x]', '"', "'", '`', ';', '//', '/*', '*/', '${', '\\', '() =>', '});', '++', '!', '||'],
  ...[
    'console.log("hi");',
    'select * from users',
    '<b>bold</b>',
    '`code`',
    'x = y',
    'C++',
    'i++',
    'a && b',
    'foo(bar)',
  ],
  ...[
    'return',
    'function',
    'const',
    'total',
    'price',
    'name',
    'if',
    'items',
    'null',
    'this',
    'new',
    'import',
    'a',
    'x',
  ],
  ...['const total', 'return total', 'price * 2', 'item.price', 'a, b', 'if (x)', 'data.name', 'Math.max'],
] as const
const text = fc
  .array(fc.tuple(fc.constantFrom(...typed), fc.constantFrom(' ', ' ', '')), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([part, space]) => part + space).join(''))

/** Scripts of apps, as a formula, a template engine or a rule engine writes them. */
const scripts = [
  'const total = items.reduce((sum, item) => sum + item.price * item.count, 0); return {} ? total : null',
  "var out = ''; out += '<b>'; out += escape({}); out += '</b>'; return out",
  'with (data) { if (name) { return {} } else { return "none" } }',
  'for (let i = 0; i < list.length; i++) { if (list[i] === {}) return i } // look up\nreturn -1',
  '(function (a, b) { /* compare */ return a.name === {} && b.active || a.price > Math.max(1, 2) })',
  'log(`${user} asked for`, {}, { at: now(), tags: ["a", "b"] }); next()',
] as const

const ways: readonly (readonly [string, (value: string) => string])[] = [
  ['as JSON', (value) => JSON.stringify(value)],
  ['trimmed, as JSON', (value) => JSON.stringify(value.trim())],
  ['in small letters', (value) => JSON.stringify(value.toLowerCase())],
  ['in an object', (value) => JSON.stringify({ q: value, n: 1 })],
  [
    'in single quotes, escaped',
    (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`,
  ],
  ['in a template, escaped', (value) => `\`${value.replaceAll(/[\\`$]/g, '\\$&')}\``],
  ['encoded', (value) => `decodeURIComponent("${encodeURIComponent(value)}")`],
]

const judge = (script: string, value: string) =>
  detect({ kind: 'code', text: script }, [{ source: 'body', path: 'q', value }])

describe('what people type raises nothing', () => {
  it.each(ways)('%s', (_, write) => {
    fc.assert(
      fc.property(text, fc.constantFrom(...scripts), (value, script) => {
        expect(
          judge(
            script.replace('{}', () => write(value)),
            value,
          ),
        ).toBeNull()
      }),
      { numRuns: 3_000, seed: 53 },
    )
  })

  it('handed in beside the script, but for whole statements of the script itself', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...scripts), (value, script) => {
        const constant = script.replace('{}', 'q')
        // Typed to the letter, a part of the script may have been put there.
        fc.pre(value.trim().length < 4 || !constant.includes(value.trim()))
        expect(judge(constant, value)).toBeNull()
      }),
      { numRuns: 5_000, seed: 59 },
    )
  })
})
