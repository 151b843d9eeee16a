import type { Input } from '@riposte/contract'
import { describe, expect, it } from 'vitest'
import { growth } from '@riposte/testkit/growth'
import { detect } from './detect.ts'

const settings = { allowedOperators: [] }

/** The best of three, in milliseconds: what the machine does beside it only adds. */
function timeOf(filter: unknown, inputs: readonly Input[]): number {
  let best = Infinity
  for (let round = 0; round < 3; round += 1) {
    const started = performance.now()
    detect({ kind: 'nosql', filter }, inputs, settings)
    best = Math.min(best, performance.now() - started)
  }
  return best
}

const inputOf = (path: string, value: string): Input => ({ source: 'body', path, value })

const shapes: readonly (readonly [string, (size: number) => { filter: unknown; inputs: Input[] }])[] = [
  [
    'many operators in the filter, many from the client, none the same',
    (size) => ({
      filter: { $or: Array.from({ length: size }, (_, at) => ({ a: { $ne: `x${at}` } })) },
      inputs: Array.from({ length: size / 4 }, (_, at) => inputOf(`b[${at}].$ne`, `y${at}`)),
    }),
  ],
  [
    'a long list in the filter',
    (size) => ({
      filter: { _id: { $in: Array.from({ length: size * 4 }, (_, at) => at) } },
      inputs: [inputOf('ids.$in[0]', 'x')],
    }),
  ],
  ['texts with dollars', (size) => ({ filter: { a: { $ne: 1 } }, inputs: [inputOf('a', '{"$a":'.repeat(size / 4))] })],
  ['a name of brackets', (size) => ({ filter: { a: { $ne: 1 } }, inputs: [inputOf('[$a]'.repeat(size), 'x')] })],
  ['a text of pairs', (size) => ({ filter: { a: { $ne: 1 } }, inputs: [inputOf('a', 'b[$c]=d&'.repeat(size))] })],
  ['a text that may be encoded', (size) => ({ filter: { a: { $ne: 1 } }, inputs: [inputOf('a', 'eyJ'.repeat(size))] })],
  [
    'a script for the database',
    (size) => ({
      filter: { $where: 'this.a == b && '.repeat(size / 8) },
      inputs: [inputOf('a', 'a == b && x'.repeat(9))],
    }),
  ],
]

describe('the time grows with filter and request and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const small = make(4_000)
    const large = make(16_000)
    const ratio = growth(
      () => timeOf(small.filter, small.inputs),
      () => timeOf(large.filter, large.inputs),
      10,
    )
    // Four times as much; sixteen times the time would be a square.
    expect(ratio).toBeLessThan(10)
    expect(timeOf(large.filter, large.inputs)).toBeLessThan(2_000)
  })
})
