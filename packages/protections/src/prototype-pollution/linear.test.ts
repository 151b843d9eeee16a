import type { Input } from '@riposte/contract'
import { growth } from '@riposte/testkit/growth'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

type Operation = Parameters<typeof detect>[0]

const name: Input = { source: 'body', path: '__proto__ (name)', value: '__proto__' }
const inputs = (size: number, value: string): Input[] =>
  Array.from({ length: size }, (_, at) => ({ source: 'body', path: `f[${at}]`, value: `${value}${at}` }))
const attack = (): unknown => JSON.parse('{"__proto__":{"x":1}}')

const shapes: readonly (readonly [string, (size: number) => { operation: Operation; inputs: readonly Input[] }])[] = [
  [
    'a wide source',
    (size) => ({
      operation: {
        kind: 'merge',
        value: Object.fromEntries(Array.from({ length: size * 4 }, (_, at) => [`k${at}`, {}])),
      },
      inputs: [name],
    }),
  ],
  [
    'a deep source',
    (size) => {
      let value: unknown = 1
      for (let depth = 0; depth < size * 4; depth += 1) value = { a: value, b: [value] }
      return { operation: { kind: 'merge', value }, inputs: [name] }
    },
  ],
  [
    'constructors all the way',
    (size) => {
      let value: unknown = 1
      for (let depth = 0; depth < size * 4; depth += 1) value = { constructor: { prototype: 1, a: value } }
      return { operation: { kind: 'merge', value }, inputs: [name] }
    },
  ],
  [
    'a long path',
    (size) => ({ operation: { kind: 'merge', value: 1, path: 'a.__proto__x.'.repeat(size) }, inputs: [name] }),
  ],
  [
    'a path of quotes',
    (size) => ({ operation: { kind: 'merge', value: 1, path: `__proto__${'["\''.repeat(size)}` }, inputs: [name] }),
  ],
  [
    'a list of names',
    (size) => ({
      operation: { kind: 'merge', value: 1, path: Array.from({ length: size * 4 }, () => 'constructor') },
      inputs: [name],
    }),
  ],
  [
    'many inputs of which none names it',
    (size) => ({ operation: { kind: 'merge', value: attack() }, inputs: inputs(size / 4, '%5f_proto_') }),
  ],
  [
    'many inputs that nearly name what was changed',
    (size) => ({
      operation: { kind: 'merge', value: 1, changed: ['Object.prototype.aa'] },
      inputs: [name, ...inputs(size / 8, 'aaaa'.repeat(40))],
    }),
  ],
]

/** The best of three, in milliseconds: what the machine does beside it only adds. */
function timeOf({ operation, inputs: given }: { operation: Operation; inputs: readonly Input[] }): number {
  let best = Infinity
  for (let round = 0; round < 3; round += 1) {
    const started = performance.now()
    detect(operation, given)
    best = Math.min(best, performance.now() - started)
  }
  return best
}

describe('the time grows with source, path and request and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const small = make(2_000)
    const large = make(8_000)
    expect(
      growth(
        () => timeOf(small),
        () => timeOf(large),
        10,
      ),
    ).toBeLessThan(10)
    expect(timeOf(large)).toBeLessThan(1_000)
  })
})
