import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  contains,
  formatAddress,
  formatNetwork,
  overlap,
  parseAddress,
  parseNetwork,
  type Network,
} from './parse-address.ts'

const network = (text: string): Network => {
  const parsed = parseNetwork(text)
  if (parsed.kind === 'refused') throw new Error(parsed.message)
  return parsed.network
}

const cidr = fc
  .oneof(fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })), fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })))
  .map(([address, prefix]) => `${address}/${prefix}`)

/** The same network without the bits beyond its prefix, as the refusal itself proposes. */
const tidy = (text: string): string | null => {
  const parsed = parseNetwork(text)
  if (parsed.kind === 'network') return text
  return /Write (\S+) for the network/.exec(parsed.message)?.[1] ?? null
}

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::FFFF:0a00:0001', '10.0.0.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::', '::'],
  ['1::', '1::'],
  ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ['fe80::1%eth0', 'fe80::1'],
])('%s is %s', (text, canonical) => {
  const address = parseAddress(text)
  expect(address === null ? null : formatAddress(address)).toBe(canonical)
})

test.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '0x1.2.3.4',
  '256.1.1.1',
  '1.2.3.4 ',
  ':',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  '1:2:3:4:5:6:7::8',
  '12345::',
  'g::',
  '1.2.3.4::',
  '::1.2.3',
  '10.0.0.1%eth0',
  '2001:db8::1%eth0',
  'fe80::1%',
  'fe80::1%a%b',
  '1:2:3:4:5:6:7:1.2.3.4',
  'a'.repeat(100),
])('%j is no address', (text) => {
  expect(parseAddress(text)).toBeNull()
})

test.each([
  ['10.1.2.3/16', 'Write 10.1.0.0/16 for the network'],
  ['2001:db8::1/32', 'Write 2001:db8::/32 for the network'],
  ['10.0.0.0/33', 'a number from 0 to 32'],
  ['10.0.0.0/', 'a number from 0 to 32'],
  ['10.0.0.0/08', 'a number from 0 to 32'],
  ['::/129', 'a number from 0 to 128'],
  ['::ffff:0.0.0.0/90', 'every IPv4 address in IPv6 form'],
  ['fe80::1%eth0', 'leave the part from % on away'],
  ['example.org', 'Write an address such as'],
])('%s is refused with a sentence that says what would be right', (text, sentence) => {
  expect(parseNetwork(text)).toMatchObject({ kind: 'refused', message: expect.stringContaining(sentence) as string })
})

test('a mapped network is the IPv4 network', () => {
  expect(formatNetwork(network('::ffff:10.0.0.0/104'))).toBe('10.0.0.0/8')
  expect(formatNetwork(network('10.0.0.7/32'))).toBe('10.0.0.7')
})

test('an address is one for us exactly when it is one for node', () => {
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom('0', '1', '2', '5', '9', 'a', 'f', 'F', ':', '.'), maxLength: 45 }),
    fc.array(fc.stringMatching(/^[0-9a-f]{0,5}$/), { maxLength: 10 }).map((parts) => parts.join(':')),
  )
  fc.assert(
    fc.property(text, (candidate) => {
      expect(parseAddress(candidate) !== null).toBe(isIP(candidate) !== 0)
    }),
    { numRuns: 2_000 },
  )
})

test('what is written is read as the same again', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const address = parseAddress(text)
      if (address === null) throw new Error(text)
      expect(parseAddress(formatAddress(address))).toEqual(address)
    }),
  )
})

test('membership agrees with the block list of node', () => {
  fc.assert(
    fc.property(cidr, fc.oneof(fc.ipV4(), fc.ipV6()), (written, text) => {
      const tidied = tidy(written)
      if (tidied === null) return
      const outer = network(tidied)
      const oracle = new BlockList()
      oracle.addSubnet(formatAddress({ family: outer.family, value: outer.first }), outer.prefix, `ipv${outer.family}`)
      // The edges are where mistakes live.
      const edges = [outer.first, outer.last, outer.first - 1n, outer.last + 1n]
        .filter((value) => value >= 0n && value < 1n << (outer.family === 4 ? 32n : 128n))
        .map((value) => formatAddress({ family: outer.family, value }))
      for (const candidate of [text, ...edges]) {
        const inner = network(candidate)
        if (inner.family !== outer.family) continue
        const expected = oracle.check(formatAddress({ family: inner.family, value: inner.first }), `ipv${inner.family}`)
        expect(contains(outer, inner)).toBe(expected)
        expect(overlap(outer, inner)).toBe(expected)
        expect(overlap(inner, outer)).toBe(expected)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('two networks overlap exactly when one holds the other', () => {
  fc.assert(
    fc.property(cidr, cidr, (one, other) => {
      const [a, b] = [tidy(one), tidy(other)]
      if (a === null || b === null) return
      expect(overlap(network(a), network(b))).toBe(contains(network(a), network(b)) || contains(network(b), network(a)))
    }),
    { numRuns: 1_000 },
  )
})
