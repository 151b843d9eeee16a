import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSocketAddress } from './connections.ts'

test.each([
  ['0100007F:1F90', '127.0.0.1', 8080],
  ['00000000:0016', '0.0.0.0', 22],
  ['FFFFFFFF:FFFF', '255.255.255.255', 65_535],
  ['00000000000000000000000000000000:0050', '::', 80],
  ['00000000000000000000000001000000:0050', '::1', 80],
  ['000080FE00000000FF005450B6AD1DFE:A3C6', 'fe80::5054:ff:fe1d:adb6', 41_926],
  ['B80D0120000000000000000001000000:01BB', '2001:db8::1', 443],
  // As a program that listens on both families sees a peer of the older one.
  ['0000000000000000FFFF00000100A8C0:01BB', '192.168.0.1', 443],
])('%s is %s, port %d', (text, address, port) => {
  expect(parseSocketAddress(text)).toEqual({ address, port })
})

test.each(['', ':', '0100007F', '0100007f:1F90', '0100007:1F90', '0100007F0:1F90', 'ZZ00007F:0016', '0100007F:'])(
  '%j is none',
  (text) => {
    expect(parseSocketAddress(text)).toBeNull()
  },
)

/** As the kernel of a little-endian machine prints words of an address. */
const printed = (bytes: Uint8Array): string =>
  Array.from({ length: bytes.length / 4 }, (_, word) =>
    Buffer.from([...bytes.subarray(word * 4, word * 4 + 4)].reverse())
      .toString('hex')
      .toUpperCase(),
  ).join('')

test('any address comes out as the URL standard writes it', () => {
  // Zeros often, so that there are runs to leave out.
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }))
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const bytes = Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 0xff]))
      if (groups.slice(0, 5).every((value) => value === 0) && groups[5] === 0xffff) return
      const wanted = new URL(`http://[${groups.map((value) => value.toString(16)).join(':')}]/`).hostname.slice(1, -1)
      expect(parseSocketAddress(`${printed(bytes)}:0001`)?.address).toBe(wanted)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
      expect(parseSocketAddress(`${printed(bytes)}:0001`)?.address).toBe(bytes.join('.'))
    }),
  )
})
