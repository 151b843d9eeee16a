import { BlockList } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAddress, networkOf } from '../address/parse-address.ts'
import { coverOf, spanChanges } from './cover.ts'

const network = fc
  .record({
    value: fc.integer({ min: 0, max: 255 }),
    prefix: fc.integer({ min: 24, max: 32 }),
    endsAt: fc.option(fc.integer({ min: 1, max: 5 })),
  })
  .map(({ value, prefix, endsAt }) => ({
    ...networkOf({ family: 4, value: 0x0a000000n + BigInt(value) }, prefix),
    endsAt,
  }))

test('spans are in order and never overlap; an address is held exactly as long as the last network that holds it', () => {
  fc.assert(
    fc.property(fc.array(network, { maxLength: 12 }), (networks) => {
      const spans = coverOf(networks)
      for (const [index, span] of spans.entries()) {
        expect(span.first <= span.last).toBe(true)
        const before = spans[index - 1]
        if (before !== undefined) expect(before.last < span.first).toBe(true)
      }
      for (let time = 0; time <= 5; time++) {
        const oracle = new BlockList()
        for (const { first, prefix, endsAt } of networks)
          if (endsAt === null || endsAt > time) oracle.addSubnet(formatAddress({ family: 4, value: first }), prefix)
        for (let value = 0x0a000000n; value < 0x0a000100n; value += 7n) {
          const held = spans.some(
            ({ first, last, endsAt }) => first <= value && value <= last && (endsAt === null || endsAt > time),
          )
          expect(held).toBe(oracle.check(formatAddress({ family: 4, value })))
        }
      }
    }),
  )
})

test('what changes, taken from what was, gives what shall be', () => {
  fc.assert(
    fc.property(fc.array(network, { maxLength: 8 }), fc.array(network, { maxLength: 8 }), (one, other) => {
      const [before, after] = [coverOf(one), coverOf(other)]
      const { gone, added } = spanChanges(before, after)
      const left = [...before.filter((span) => !gone.includes(span)), ...added]
      expect(left.sort((a, b) => (a.first < b.first ? -1 : 1))).toEqual(after)
    }),
  )
})
