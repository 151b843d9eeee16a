import { growth } from '@riposte/testkit/growth'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

const judge = (expression: string, values: readonly string[]): unknown =>
  detect(
    { kind: 'xpath', expression },
    values.map((value, index) => ({ source: 'body', path: `[${index}]`, value })),
  )

type Make = (size: number) => readonly [expression: string, values: string[]]
const shapes: readonly (readonly [string, Make])[] = [
  ['a doubled text of quotes', (size) => [`//a['${"''".repeat(size)}']`, ["'".repeat(size)]]],
  ['a literal that never ends', (size) => [`//a['${'x '.repeat(size)}`, ['x x']]],
  ['a value that is nearly everywhere', (size) => [`//a['${'a b '.repeat(size)}']`, [`${'a b '.repeat(size / 2)}!`]]],
  ['a value that stands everywhere in one literal', (size) => [`//a['${'a,'.repeat(size)}']`, ['a,a']]],
  ['a list', (size) => [`f(${'1,'.repeat(size)}1)`, ['1,'.repeat(size / 2), '1, 1']]],
  ['brackets', (size) => ['(['.repeat(size), ['([', '(['.repeat(size / 2)]]],
  ['a path', (size) => [`a${'/b'.repeat(size)}`, ['b/b', 'b/'.repeat(size / 2)]]],
  ['a sum', (size) => [`${'1+'.repeat(size)}1`, ['1+1', '1+'.repeat(size / 2)]]],
  ['names', (size) => [`a${':a'.repeat(size)}`, ['a:a', 'a:a:a']]],
  ['digits', (size) => ['1.'.repeat(size), ['1.1', '1. 1']]],
  ['white space', (size) => [`f(${' '.repeat(size)} 1)`, [`a${' '.repeat(size)}|b`]]],
  ['signs changed', (size) => [`//a[${'ab or cd '.repeat(size)}]`, ['ab  or  cd  or  ef']]],
]

describe('the time grows with the expression and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const [small, large] = [make(4_000), make(32_000)]
    const ratio = growth(
      () => judge(small[0], small[1]),
      () => judge(large[0], large[1]),
      28,
    )
    // Eight times the text; sixty-four times the time would be a square.
    expect(ratio).toBeLessThan(28)
  })
})
