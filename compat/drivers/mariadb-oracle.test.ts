import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { detect } from '../../packages/protections/src/sql-injection/detect.ts'
import { fill, payload, templates } from '../../packages/protections/src/sql-injection/payloads.ts'
import { install } from './support/install.ts'
import { startMariadb, type MariadbServer } from './support/mariadb-server.ts'
import { mysqlPayload, mysqlTemplates } from './support/mysql-payloads.ts'
import { readByMariadb, type Reader } from './support/read-by-mariadb.ts'

let server: MariadbServer
let reader: Reader
beforeAll(async () => {
  install('.')
  server = await startMariadb('--performance-schema=on', '--performance-schema-consumer-events-statements-current=on')
  reader = await readByMariadb(server.port)
  for (const statement of [
    'create database oracle',
    'use oracle',
    'create table t (id int primary key, name varchar(50), a varchar(50), b int, x int)',
    'create table u (a int, b int)',
    'create table x (id int, x int)',
    'create table s (x int)',
    "insert into t values (1, 'a', 'b', 1, 1), (2, 'c', 'd', 2, 2), (3, 'e', 'f', 3, 3)",
  ])
    await reader.run(statement)
}, 900_000)
afterAll(async () => {
  await reader.end()
  await server.stop()
})

const all = [...templates, ...mysqlTemplates]
const payloads = fc.oneof(payload, mysqlPayload)
const inputs = (...values: string[]) => values.map((value) => ({ source: 'query', path: 'q', value }))
const judge = (text: string, ...values: string[]) =>
  detect({ kind: 'sql', dialect: 'mariadb', text }, inputs(...values))

/** What the places are for: a value, a name, a list where lists stand. */
const meantValues = [
  ...[
    '1',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x41',
    "x'41'",
    "b'1'",
    'x',
    '`x`',
    "'s'",
    '"s"',
    "n's'",
    "''",
    "x''",
    "x\\'",
    'x""',
  ],
  ...['null', 'true', 't.a', 't.*', '*', "1, 'a'", 'a desc', 'a, b', '\\n', '%'],
]

describe('held against MariaDB', () => {
  test('every value that makes the engine read another statement is found', async () => {
    const meant = new Map<string, Set<string | null>>()
    for (const template of all)
      meant.set(template, new Set(await series(meantValues, (value) => reader.shape(fill(template, value)))))
    let changed = 0
    const missed: string[] = []
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), payloads, async (template, value) => {
        const text = fill(template, value)
        const shape = await reader.shape(text)
        if (shape === null || meant.get(template)?.has(shape)) return
        changed += 1
        if (!judge(text, value)) missed.push(text)
      }),
      { numRuns: 12_000, seed: 17 },
    )
    expect(changed).toBeGreaterThan(500)
    expect([...new Set(missed)]).toEqual([])
  })

  test('two values that do it together are found', async () => {
    const both = [
      "select a from t where name = '{}' and a = '{}'",
      'select a from t where name = "{}" or x = "{}"',
    ] as const
    let changed = 0
    const missed: string[] = []
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...both), payloads, payloads, async (template, one, other) => {
        const text = fill(fill(template, one.replaceAll('{}', '')), other)
        const shape = await reader.shape(text)
        if (shape === null || shape === (await reader.shape(fill(fill(template, 'x'), 'y')))) return
        changed += 1
        if (!judge(text, one, other)) missed.push(text)
      }),
      { numRuns: 3_000, seed: 19 },
    )
    expect(changed).toBeGreaterThan(50)
    expect([...new Set(missed)]).toEqual([])
  })

  const quoted = all.filter((template) => /['"]\{\}['"]/.test(template))
  const escapes: readonly { how: string; escape: (value: string, quote: string) => string }[] = [
    {
      how: 'with backslashes, as the drivers do it',
      escape: (value) => value.replaceAll(/[\\'"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`)),
    },
    {
      how: 'by doubling quotes',
      escape: (value, quote) => value.replaceAll('\\', '\\\\').replaceAll(quote, quote + quote),
    },
  ]
  test.each(escapes)('no value is found in a literal that was escaped $how', async ({ escape }) => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...quoted), payloads, async (template, value) => {
        const quote = template.includes('"{}"') ? '"' : "'"
        const text = fill(template, escape(value, quote))
        expect(judge(text, value), text).toBeNull()
        if ((await reader.shape(text)) !== null) accepted += 1
      }),
      { numRuns: 3_000, seed: 23 },
    )
    fc.assert(
      // A value that ends in a backslash looks, beside one with a quote, as if it took one.
      fc.property(payloads, payloads, (one, other) => {
        fc.pre(!/\\\s*$/.test(one) && !/\\\s*$/.test(other))
        const text = `select a from t where name = '${escape(one, "'")}' and a = '${escape(other, "'")}'`
        expect(judge(text, one, other), text).toBeNull()
      }),
      { numRuns: 3_000, seed: 29 },
    )
    expect(accepted).toBeGreaterThan(2_000)
  })
})

async function series<From, To>(items: readonly From[], work: (item: From) => Promise<To>): Promise<To[]> {
  const results: To[] = []
  for (const item of items) results.push(await work(item))
  return results
}
