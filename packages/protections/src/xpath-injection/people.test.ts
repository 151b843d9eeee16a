import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

/** What people type: names, prose, numbers, code, and words and signs that expressions hold too. */
const typed = [
  ...["O'Brien", "it's", "don't", "rock 'n' roll", '5\'10"', '(555) 123-4567', '2024-01-01', 'C:\\dir\\', '100%', '#1'],
  ...[
    '-5',
    '$1',
    'naïve',
    '日本語',
    '🙂',
    'a@b.com',
    "https://x.com/a?b=c&d='e'",
    '&amp;',
    '%27',
    '\n',
    '\t',
    '*',
    '/',
  ],
  ...[
    '[x]',
    '"',
    "'",
    '//',
    '..',
    '()',
    '|',
    '=',
    '@id',
    "']",
    '"]',
    "','",
    'name',
    'user',
    'title',
    'or',
    'and',
    'div',
  ],
  ...['text()', 'a/b', 'users/user', 'name or title', 'price > 10', 'console.log("hi")', '<b>bold</b>', "x' or '1'='1"],
] as const
const text = fc
  .array(fc.tuple(fc.constantFrom(...typed), fc.constantFrom(' ', ' ', '')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map(([part, space]) => part + space).join(''))

const expressions = [
  '/users/user[name = {} and active = "yes"]/title',
  '//item[@id = {} or contains(title, {})][price > 10]/text()',
  '//user[starts-with(name, {})] | //group[member/name = {}]',
  "concat(//user[1]/name, ', ', {})",
] as const

const concat = (value: string): string =>
  value.includes("'")
    ? `concat(${value
        .split("'")
        .map((part) => `'${part}'`)
        .join(`, "'", `)})`
    : `'${value}'`

const ways: readonly (readonly [string, (value: string) => string])[] = [
  ['joined', concat],
  ['doubled', (value) => `'${value.replaceAll("'", "''")}'`],
  ['doubled, in double quotes', (value) => `"${value.replaceAll('"', '""')}"`],
  ['in the quotes that it lacks', (value) => (value.includes("'") ? `"${value.replaceAll('"', '')}"` : `'${value}'`)],
  ['as entities', (value) => `'${value.replaceAll('&', '&amp;').replaceAll("'", '&apos;')}'`],
  ['its quotes taken away', (value) => `'${value.replaceAll("'", '')}'`],
  ['only its words', (value) => `'${value.replace(/[^\w ]/g, '')}'`],
  ['as a variable', () => '$value'],
  ['as a number', (value) => String(Number.parseInt(value, 10) || 0)],
]

/** Word for word a part of the app's own expressions, and nothing else. */
const isOwn = (value: string): boolean =>
  [value, ...value.split(/[,;|&=\n\t]/).filter((piece) => /[^\w\s]|\w\s+\w/.test(piece.trim()))].some((piece) =>
    expressions.some((expression) => bones(expression).includes(bones(piece))),
  )
const bones = (value: string): string => value.replace(/[^\w]/g, '')

const judge = (expression: string, value: string) =>
  detect({ kind: 'xpath', expression }, [
    { source: 'query', path: 'q', value },
    { source: 'path', path: 'path[0…]', value: 'users/user' },
    { source: 'headers', path: 'accept', value: '*/*' },
    { source: 'headers', path: 'user-agent', value: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36' },
  ])

describe('what people type raises nothing', () => {
  it.each(ways)('%s', (_, write) => {
    fc.assert(
      fc.property(text, fc.constantFrom(...expressions), (value, expression) => {
        if (isOwn(value)) return
        const built = expression.replaceAll('{}', () => write(value))
        expect(judge(built, value), built).toBeNull()
      }),
      { numRuns: 3_000, seed: 89 },
    )
  })
})
