import { describe, expect, it } from 'vitest'
import { growth } from '@riposte/testkit/growth'
import { detect } from './detect.ts'

const inputs = (values: readonly string[]) =>
  values.map((value, index) => ({ source: 'body', path: `[${index}]`, value }))

/** The best of three, in milliseconds: what the machine does beside it only adds. */
function timeOf(text: string, values: readonly string[]): number {
  let best = Infinity
  for (let round = 0; round < 3; round += 1) {
    const started = performance.now()
    detect({ kind: 'ldap', filter: text, dn: text }, inputs(values))
    best = Math.min(best, performance.now() - started)
  }
  return best
}

const shapes: readonly (readonly [string, (size: number) => { text: string; values: string[] }])[] = [
  ['open parentheses', (size) => ({ text: '('.repeat(size), values: ['((', '('.repeat(size / 2), '('] })],
  ['closed parentheses', (size) => ({ text: ')'.repeat(size), values: ['))', ')'] })],
  ['parentheses in a value', (size) => ({ text: `(a=${'('.repeat(size)})`, values: ['(((', '(a(', '('] })],
  ['stars', (size) => ({ text: `(a=${'*'.repeat(size)})`, values: ['**', '*'.repeat(size / 2), '*'] })],
  [
    'conditions',
    (size) => ({ text: `(|${'(a=b)'.repeat(size)})`, values: ['(a=b)(', '(a=b)'.repeat(size / 2), 'x)'] }),
  ],
  ['conditions in conditions', (size) => ({ text: '(&(a=b)'.repeat(size), values: ['(&(a=b)', ')(&'] })],
  ['escapes', (size) => ({ text: `(a=${'\\2a'.repeat(size)})`, values: ['\\2a\\2a', '*'.repeat(size), '\\2b*'] })],
  ['backslashes', (size) => ({ text: `a=${'\\'.repeat(size)},b=c`, values: ['\\'.repeat(size / 2), '\\'] })],
  ['colons', (size) => ({ text: `(a${':b'.repeat(size)}:=c)`, values: [':b:b', ':'.repeat(size)] })],
  ['names', (size) => ({ text: 'a=b,'.repeat(size), values: ['a=b,a', 'b,a=', 'b,a=b,'.repeat(size / 2)] })],
  ['a name as a value', (size) => ({ text: `(member=${'a=b,'.repeat(size)})`, values: ['b,a=b', 'a=b,'.repeat(9)] })],
  ['quotes', (size) => ({ text: `a=${'"'.repeat(size)}`, values: ['""', '"'.repeat(size / 2)] })],
  ['white space', (size) => ({ text: `(${' '.repeat(size)}a=b)`, values: [`(${' '.repeat(size)}`, ' ( a = b ) '] })],
]

describe('the time grows with the filter and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const small = make(4_000)
    const large = make(32_000)
    const ratio = growth(
      () => timeOf(small.text, small.values),
      () => timeOf(large.text, large.values),
      28,
    )
    // Eight times the text; sixty-four times the time would be a square.
    expect(ratio).toBeLessThan(28)
  })

  it('a megabyte of filter with a thousand values', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => `value number ${index} (it's fine) * or not, x=y`)
    const text = `(|${values
      .map((value) => `(cn=${value.replace(/[()*]/g, '')})`)
      .join('')
      .repeat(20)})`
    expect(text.length).toBeGreaterThan(800_000)
    expect(timeOf(text, values)).toBeLessThan(3_000)
  })
})
