import { describe, expect, it } from 'vitest'
import { growth } from '@riposte/testkit/growth'
import { detect } from './detect.ts'

interface Shape {
  readonly url: string
  readonly values: readonly string[]
}

/** The best of a few, in milliseconds: what the machine does beside it only adds. */
function timeOf({ url, values }: Shape, rounds = 3): number {
  let best = Infinity
  const inputs = values.map((value, index) => ({ source: 'body', path: `[${index}]`, value }))
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now()
    detect({ kind: 'request', url }, inputs)
    best = Math.min(best, performance.now() - started)
  }
  return best
}

const own = 'http://10.0.0.5/'
const shapes: readonly (readonly [string, (size: number) => Shape])[] = [
  ['a long path', (size) => ({ url: `${own}${'a/'.repeat(size)}`, values: ['a/'.repeat(size)] })],
  [
    'a long query that the value is',
    (size) => ({ url: `${own}?q=${'10.'.repeat(size)}`, values: ['10.'.repeat(size)] }),
  ],
  ['a long user name', (size) => ({ url: `http://${'a@'.repeat(size)}10.0.0.5/`, values: [`${'a@'.repeat(size)}x`] })],
  ['slashes', (size) => ({ url: `http:${'/'.repeat(size)}10.0.0.5/`, values: [`http:${'/'.repeat(size)}x`] })],
  ['tabs', (size) => ({ url: `${own}${'\t'.repeat(size)}`, values: [`http://${'\t'.repeat(size)}x`] })],
  ['dots', (size) => ({ url: own, values: ['1.'.repeat(size)] })],
  ['separators', (size) => ({ url: own, values: ['a.b,;| '.repeat(size)] })],
  ['many URLs in a text', (size) => ({ url: own, values: ['http://10.0.0.6/ '.repeat(size / 8)] })],
  ['one URL without an end', (size) => ({ url: own, values: [`see http://${'a'.repeat(size)} x`] })],
  ['colons', (size) => ({ url: own, values: [':'.repeat(size)] })],
  ['brackets', (size) => ({ url: `http://${'['.repeat(size)}`, values: ['['.repeat(size)] })],
  ['a name that says an address, long', (size) => ({ url: `http://${'1-'.repeat(size)}.nip.io/`, values: ['x'] })],
]

describe('the time grows with the text and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const small = make(8_000)
    const large = make(32_000)
    const ratio = growth(
      () => timeOf(small, 1),
      () => timeOf(large, 1),
      10,
    )
    // Four times the text; sixteen times the time would be a square.
    expect(ratio).toBeLessThan(10)
  })

  it.each([
    ['that are hosts', (index: number) => `10.0.${index >> 8}.${index & 255}`],
    ['that are URLs', (index: number) => `http://host${index}.example/a?b=c`],
    ['that stand in the host', (index: number) => '10.0.0.5'.slice(index % 7, (index % 7) + 1 + (index % 3))],
  ])('two thousand values %s', (_, make) => {
    const values = Array.from({ length: 2_000 }, (_unused, index) => make(index + 7))
    expect(timeOf({ url: 'http://192.168.7.5:8080/a', values })).toBeLessThan(3_000)
    expect(timeOf({ url: own, values })).toBeLessThan(3_000)
  })

  it('a value that would be found behind ten thousand harmless ones', () => {
    const values = [...Array.from({ length: 10_000 }, (_, index) => `harmless ${index}`), '10.0.0.5']
    const inputs = values.map((value) => ({ source: 'query', path: 'q', value }))
    expect(detect({ kind: 'request', url: own }, inputs)).not.toBeNull()
  })
})
