import { describe, expect, it } from 'vitest'
import { growth } from '@riposte/testkit/growth'
import { detect } from './detect.ts'

const inputs = (values: readonly string[]) =>
  values.map((value, index) => ({ source: 'body', path: `[${index}]`, value }))

const judge = (text: string, values: readonly string[]): unknown =>
  detect({ kind: 'sql', dialect: 'postgresql', text }, inputs(values))

const shapes: readonly (readonly [string, (size: number) => { text: string; values: string[] }])[] = [
  ['an escaped text of quotes', (size) => ({ text: `select '${"''".repeat(size)}'`, values: ["'".repeat(size)] })],
  [
    'a value that is nearly everywhere',
    (size) => ({ text: `select '${'a b '.repeat(size)}'`, values: [`${'a b '.repeat(size / 2)}!`] }),
  ],
  [
    'a value that stands a million times in one literal',
    (size) => ({ text: `select '${'a,'.repeat(size)}'`, values: ['a,a'] }),
  ],
  [
    'a run of operator characters',
    (size) => ({ text: `select 1 ${'+-'.repeat(size).replaceAll('--', '-')} 1`, values: ['+-+- x'] }),
  ],
  ['nested comments that nobody closes', (size) => ({ text: `select ${'/*'.repeat(size)}`, values: ['/* /*'] })],
  ['dollar quotes that nobody closes', (size) => ({ text: `select ${'$a$b'.repeat(size)}`, values: ['$a $b'] })],
  [
    'a long list of numbers',
    (size) => ({
      text: `select * from t where id in (${'1,'.repeat(size)}1)`,
      values: ['1,'.repeat(size / 2), '1, 1'],
    }),
  ],
  [
    'a long sort clause',
    (size) => ({ text: `select * from t order by ${'a, '.repeat(size)}b`, values: ['a, a', 'a, b'] }),
  ],
  ['percent signs', (size) => ({ text: 'select 1', values: ['%25'.repeat(size)] })],
  ['deep JSON', (size) => ({ text: 'select 1', values: [`${'['.repeat(size)}${']'.repeat(size)}`] })],
  ['white space', (size) => ({ text: `select ${' '.repeat(size)} 1`, values: [`a${' '.repeat(size)}or 1=1`] })],
  ['separators', (size) => ({ text: 'select 1', values: [`' or ${',;|&='.repeat(size)}`] })],
]

describe('the time grows with the text and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const small = make(16_000)
    const large = make(64_000)
    const ratio = growth(
      () => judge(small.text, small.values),
      () => judge(large.text, large.values),
      10,
    )
    expect(ratio).toBeLessThan(10)
  })

  it('a megabyte of statement with a thousand values', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => `value number ${index}: it's fine -- or 1=1`)
    const half = `insert into t values ('${values.join(' ').replaceAll("'", "''").repeat(7)}')`
    const whole = `insert into t values ('${values.join(' ').replaceAll("'", "''").repeat(28)}')`
    expect(whole.length).toBeGreaterThan(1_000_000)
    const ratio = growth(
      () => judge(half, values),
      () => judge(whole, values),
      10,
    )
    expect(ratio).toBeLessThan(10)
  })

  it('a value that would be found behind ten thousand harmless ones', () => {
    const values = [...Array.from({ length: 10_000 }, (_, index) => `harmless ${index}`), '1 or 1=1']
    expect(
      detect({ kind: 'sql', dialect: 'sqlite', text: 'select * from t where id = 1 or 1=1' }, inputs(values)),
    ).not.toBeNull()
  })
})
