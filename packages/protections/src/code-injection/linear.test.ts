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
    detect({ kind: 'code', text }, inputs(values))
    best = Math.min(best, performance.now() - started)
  }
  return best
}

const shapes: readonly (readonly [string, (size: number) => { text: string; values: string[] }])[] = [
  ['an escaped text of quotes', (size) => ({ text: `f("${'\\"'.repeat(size)}")`, values: ['"'.repeat(size)] })],
  [
    'a value that is nearly everywhere',
    (size) => ({ text: `f('${'a b '.repeat(size)}')`, values: [`${'a b '.repeat(size / 2)}!`] }),
  ],
  ['a value that stands everywhere in one literal', (size) => ({ text: `f('${'a,'.repeat(size)}')`, values: ['a,a'] })],
  ['a list of names', (size) => ({ text: `f(${'a,'.repeat(size)}a)`, values: ['a,a', 'a,'.repeat(size / 2)] })],
  ['a list of numbers', (size) => ({ text: `f([${'1,'.repeat(size)}1])`, values: ['1,'.repeat(size / 2), '1, 1'] })],
  ['brackets', (size) => ({ text: '(['.repeat(size), values: ['([', '(['.repeat(size / 2)] })],
  ['braces', (size) => ({ text: `x = ${'{a:'.repeat(size)}`, values: ['{a:{a', '{a:'.repeat(size / 2)] })],
  ['templates in templates', (size) => ({ text: '`${'.repeat(size), values: ['`${`${'] })],
  ['comments', (size) => ({ text: '/* */'.repeat(size), values: ['*/ /*'] })],
  ['a comment that nobody closes', (size) => ({ text: `/*${'/*'.repeat(size)}`, values: ['/* /*'] })],
  ['ends of old comments', (size) => ({ text: 'a-->'.repeat(size), values: ['--> a'] })],
  ['slashes', (size) => ({ text: `x = ${'/ '.repeat(size)}`, values: ['/ /', '/a/'] })],
  ['escapes', (size) => ({ text: '\\u0061'.repeat(size), values: ['\\u0061\\u0061', 'a.b'] })],
  ['backslashes', (size) => ({ text: `f('${'\\'.repeat(size)}')`, values: ['\\'.repeat(size / 2)] })],
  ['a sum', (size) => ({ text: `x = ${'1+'.repeat(size)}1`, values: ['1+1', '1+'.repeat(size / 2)] })],
  ['a path', (size) => ({ text: `x = a${'.b'.repeat(size)}`, values: ['b.b', 'b.'.repeat(size / 2)] })],
  ['white space', (size) => ({ text: `f(${' '.repeat(size)} 1)`, values: [`a${' '.repeat(size)};b()`] })],
]

describe('the time grows with the script and not faster', () => {
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

  it('a megabyte of script with a thousand values', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => `value number ${index}: it's fine(); // or not`)
    const text = `f(${JSON.stringify(values.join(' ').repeat(25))})`
    expect(text.length).toBeGreaterThan(1_000_000)
    expect(timeOf(text, values)).toBeLessThan(3_000)
  })
})
