import fc from 'fast-check'
import { sqlDialects, type SqlDialect } from '@riposte/contract'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

/** What people type: names, prose, code, dates, paths, and words that statements hold too. */
const typed = [
  ...[
    "O'Brien",
    "it's",
    "don't",
    "rock 'n' roll",
    '5\'10"',
    '(555) 123-4567',
    '2024-01-01',
    'C:\\dir\\',
    '100%',
    '#1',
    '-5',
    '$1',
    '$$',
  ],
  ...[
    'naïve',
    '日本語',
    '🙂',
    'a@b.com',
    "https://x.com/a?b=c&d='e'",
    '&amp;',
    '&#39;',
    '%27',
    '\\n',
    '\n',
    '\t',
    '{',
    '}',
    '()',
    '=>',
  ],
  ...[
    "const a = 'b';",
    'console.log("hi");',
    'select * from users where id = 1',
    'drop table users',
    'union select',
    '1=1',
    '<b>',
    '`code`',
  ],
  ...[
    'select',
    'from',
    'where',
    'or',
    'and',
    'order by price',
    'limit 10',
    'name',
    'price',
    'active',
    'products',
    'null',
    'id',
    'x',
  ],
  ...["'", '"', '--', '/*', '*/', ';', '\\', '%', '_', '[x]'],
] as const
const text = fc
  .array(fc.tuple(fc.constantFrom(...typed), fc.constantFrom(' ', ' ', '')), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([part, space]) => part + space).join(''))

const statements = [
  'select id, name, price from products where active = true and name ilike {} order by price desc limit 10',
  "insert into notes (title, body, price) values ('title', {}, 5)",
  "update users set name = {}, active = 'yes' where id = 3 and status in ('new','old')",
  'select p.id, p.name from products p join orders o on o.product_id = p.id where p.name = {} offset 20',
  'select count(*) as total, max(price) from products where (name = {} or sku = {}) and deleted_at is null',
] as const

const takesBackslash = (dialect: SqlDialect): boolean => dialect === 'mysql' || dialect === 'mariadb'

/** A literal as an app writes it with care. */
function literal(value: string, dialect: SqlDialect): string {
  const backslashed = takesBackslash(dialect) ? value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n') : value
  return backslashed.replaceAll("'", "''")
}

const ways: readonly (readonly [string, (value: string, dialect: SqlDialect) => string])[] = [
  ['escaped', (value, dialect) => `'${literal(value, dialect)}'`],
  ['in a pattern', (value, dialect) => `'%${literal(value, dialect)}%'`],
  ['trimmed', (value, dialect) => `'${literal(value.trim(), dialect)}'`],
  ['in lower case', (value, dialect) => `'${literal(value.toLowerCase(), dialect)}'`],
  ['as JSON', (value, dialect) => `'${literal(JSON.stringify({ q: value, n: 1 }), dialect)}'`],
  ['bound', () => '$1'],
]

describe('what people type raises nothing', () => {
  it.each(ways)('%s', (_, write) => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom(...statements),
        fc.constantFrom(...sqlDialects),
        (value, statement, dialect) => {
          const operation = {
            kind: 'sql',
            dialect,
            text: statement.replaceAll('{}', () => write(value, dialect)),
          } as const
          expect(detect(operation, [{ source: 'body', path: 'q', value }])).toBeNull()
        },
      ),
      { numRuns: 4_000, seed: 5 },
    )
  })
})
