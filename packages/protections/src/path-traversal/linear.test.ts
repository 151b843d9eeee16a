import { describe, expect, it } from 'vitest'
import { growth } from '@riposte/testkit/growth'
import { detect } from './detect.ts'

const inputs = (values: readonly string[]) =>
  values.map((value, index) => ({ source: 'body', path: `[${index}]`, value }))

interface Shape {
  readonly path: string
  readonly base?: string
  readonly values: readonly string[]
}

/** The best of a few, in milliseconds: what the machine does beside it only adds. */
function timeOf({ path, base, values }: Shape, rounds = 4): number {
  let best = Infinity
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now()
    detect({ kind: 'file', path, ...(base === undefined ? {} : { base }) }, inputs(values))
    best = Math.min(best, performance.now() - started)
  }
  return best
}

const shapes: readonly (readonly [string, (size: number) => Shape])[] = [
  ['a long climb', (size) => ({ path: `/srv/${'../'.repeat(size)}x`, values: [`${'../'.repeat(size)}y`] })],
  ['a long climb in the base', (size) => ({ path: '/x', base: '/srv', values: [`${'../'.repeat(size)}y`] })],
  ['a climb inside', (size) => ({ path: `/srv/${'a/../'.repeat(size)}x`, values: [`${'a/../'.repeat(size)}x`] })],
  ['dots', (size) => ({ path: `/srv/${'.'.repeat(size)}/../x`, values: [`../${'.'.repeat(size)}`] })],
  ['slashes', (size) => ({ path: `/srv/..${'/'.repeat(size)}x`, values: [`..${'/'.repeat(size)}y`] })],
  ['dots and slashes', (size) => ({ path: `/srv/${'./'.repeat(size)}../x`, values: [`../${'./'.repeat(size)}`] })],
  ['doubled dots', (size) => ({ path: '/srv/../x', values: ['....//'.repeat(size)] })],
  ['encoded dots', (size) => ({ path: '/srv/../x', values: ['%2e%2e%2f'.repeat(size)] })],
  ['overlong dots', (size) => ({ path: '/srv/../x', values: ['%c0%ae%c0%ae/'.repeat(size)] })],
  ['wide letters', (size) => ({ path: '/srv/../x', values: ['．．／'.repeat(size)] })],
  ['white space', (size) => ({ path: '/srv/../x', values: [`../${' '.repeat(size)}x`] })],
  ['separators', (size) => ({ path: '/srv/../x', values: [`../x${',;'.repeat(size)}`] })],
  ['names', (size) => ({ path: `/${'a/'.repeat(size)}b`, base: '/b', values: [`../${'a/'.repeat(size)}c`] })],
  ['a long base', (size) => ({ path: `/${'a/'.repeat(size)}b`, base: `${'a/'.repeat(size)}b`, values: ['../b'] })],
  ['a URL', (size) => ({ path: `file:///${'%2e'.repeat(size)}`, values: [`file:${'/'.repeat(size)}../x`] })],
]

describe('the time grows with the text and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const small = make(4_000)
    const large = make(16_000)
    const ratio = growth(
      () => timeOf(small, 1),
      () => timeOf(large, 1),
      10,
    )
    // Four times the text; sixteen times the time would be a square.
    expect(ratio).toBeLessThan(10)
  })

  it.each([
    ['that climb', (index: number) => `../../${index}/${'../a/'.repeat(20)}`],
    ['of halves', (index: number) => `a${index}/.`],
    ['of absolute paths', (index: number) => `/etc/${index}`],
    ['in base64', (index: number) => Buffer.from(`../../../x${index}`).toString('base64')],
    ['of dots', (index: number) => '.'.repeat((index % 50) + 1)],
  ])('two thousand values %s', (_, make) => {
    const values = Array.from({ length: 2_000 }, (_unused, index) => make(index))
    const long = `/srv/${'a/../'.repeat(800)}..b/../x`
    for (const shape of [{ path: long }, { path: '/srv/other/x', base: '/srv/files' }, { path: '/srv/files/x' }]) {
      expect(timeOf({ ...shape, values })).toBeLessThan(4_000)
    }
  })

  it('a value that would be found behind ten thousand harmless ones', () => {
    const values = [...Array.from({ length: 10_000 }, (_, index) => `harmless ${index}`), '../../x']
    expect(detect({ kind: 'file', path: '/srv/files/../../x' }, inputs(values))).not.toBeNull()
    expect(detect({ kind: 'file', path: '/x', base: '/srv/files' }, inputs(values))).not.toBeNull()
  })
})
