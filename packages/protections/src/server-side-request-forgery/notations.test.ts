import fc from 'fast-check'
import { BlockList } from 'node:net'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../address/parse-address.ts'
import { reachOfAddress } from '../address/reach.ts'
import { detect } from './detect.ts'
import { carrying, ipv4Notation, urlAround, writings } from './notations.ts'

const inside = new BlockList()
for (const [network, bits] of [
  ...([
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ] as const),
  ...([
    ['100.64.0.0', 10],
    ['0.0.0.0', 8],
    ['198.18.0.0', 15],
    ['192.0.0.0', 24],
    ['224.0.0.0', 3],
  ] as const),
] as const) {
  inside.addSubnet(network, bits)
}
inside.addAddress('168.63.129.16')

type Bytes = [number, number, number, number]
const byte = fc.integer({ min: 0, max: 255 })
/** Addresses near the edges of the networks, as well as any. */
const address: fc.Arbitrary<Bytes> = fc.oneof(
  fc.tuple(byte, byte, byte, byte),
  fc.tuple(
    fc.constantFrom(
      0,
      9,
      10,
      11,
      99,
      100,
      101,
      126,
      127,
      128,
      168,
      169,
      170,
      171,
      172,
      173,
      191,
      192,
      193,
      198,
      223,
      224,
      255,
    ),
    fc.constantFrom(0, 15, 16, 17, 18, 19, 20, 31, 32, 63, 64, 127, 128, 167, 168, 169, 253, 254, 255),
    fc.constantFrom(0, 1, 254, 255),
    byte,
  ),
)
const writing = fc.constantFrom(...writings)

const judged = (url: string, values: readonly string[], more: { address?: string } = {}): boolean =>
  detect(
    { kind: 'request', url, ...more },
    values.map((value, index) => ({ source: 'query', path: `u[${index}]`, value })),
  ) !== null

const written = address.chain((bytes) => ipv4Notation(bytes).map((host) => ({ bytes, host })))

describe('held against URL and BlockList', () => {
  it('an address in any notation is found exactly when it is inside', () => {
    const wrong: unknown[] = []
    fc.assert(
      fc.property(written, writing, ({ bytes, host }, [, write]) => {
        const expected = inside.check(bytes.join('.'))
        expect(new URL(`http://${host}/`).hostname).toBe(bytes.join('.'))
        for (const [url, value] of [
          [`http://${host}/`, `http://${host}/`],
          [`http://${host}:8080/a`, host],
          [new URL(`http://${host}/`).href, `http://${host}/`],
          [`http://${bytes.join('.')}/x`, host],
        ] as const) {
          if (judged(url, ['abc', write(value)]) !== expected) wrong.push({ url, value: write(value), expected })
        }
      }),
      { numRuns: 2_000, seed: 21 },
    )
    expect(wrong).toEqual([])
  })

  it('whatever stands around the host', () => {
    const wrong: unknown[] = []
    const placed = written.chain(({ bytes, host }) => urlAround(host).map((value) => ({ bytes, value })))
    fc.assert(
      fc.property(placed, writing, fc.boolean(), ({ bytes, value }, [, write], canonical) => {
        const parsed = new URL(value)
        expect(parsed.hostname).toBe(bytes.join('.'))
        const url = canonical ? parsed.href : value
        const expected = inside.check(bytes.join('.'))
        if (judged(url, [write(value)]) !== expected) wrong.push({ url, value: write(value), expected })
      }),
      { numRuns: 4_000, seed: 22 },
    )
    expect(wrong).toEqual([])
  })

  it('an address that IPv6 carries is what it carries', () => {
    const wrong: unknown[] = []
    const carried = address.chain((bytes) => carrying(bytes).map((host) => ({ bytes, host })))
    fc.assert(
      fc.property(carried, fc.boolean(), ({ bytes, host }, canonical) => {
        const url = canonical ? new URL(`http://${host}/`).href : `http://${host}/`
        const expected = inside.check(bytes.join('.'))
        if (judged(url, [host]) !== expected) wrong.push({ url, host, expected })
        if (judged('http://x.example/', ['x.example'], { address: host.slice(1, -1) }) !== expected)
          wrong.push({ address: host, expected })
      }),
      { numRuns: 3_000, seed: 23 },
    )
    expect(wrong).toEqual([])
  })

  it('a host in two values is found when the host is inside', () => {
    const wrong: unknown[] = []
    const hosts = fc.constantFrom(
      '127.0.0.1',
      '10.20.30.40',
      '192.168.1.1',
      '169.254.169.254',
      'localhost',
      'db.internal',
    )
    fc.assert(
      fc.property(hosts, fc.nat(20), fc.boolean(), (host, at, whole) => {
        const text = whole ? `http://${host}/a` : host
        const cut = 1 + (at % (text.length - 1))
        const parts = [text.slice(0, cut), text.slice(cut)]
        if (!judged(whole ? text : `http://${host}:8080/`, parts)) wrong.push({ parts })
      }),
      { numRuns: 400, seed: 24 },
    )
    expect(wrong).toEqual([])
  })

  it('what an app puts around a value that is no host raises nothing', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_.:%@-]{1,12}$/)
    const urls = fc.constantFrom<(value: string) => string>(
      (value) => `http://10.0.0.5/items/${encodeURIComponent(value)}`,
      (value) => `http://orders.internal:8080/?q=${encodeURIComponent(value)}`,
      (value) => `http://127.0.0.1:9200/a/${encodeURIComponent(value)}?x=${encodeURIComponent(value)}`,
      (value) => `http://localhost:3000/#${encodeURIComponent(value)}`,
      (value) => `http://orders.internal/${value.replace(/[^a-z]/gi, '')}`,
    )
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), urls, (values, put) => {
        expect(judged(put(values[0] as string), values)).toBe(false)
      }),
      { numRuns: 4_000, seed: 25 },
    )
  })
})

describe('addresses', () => {
  it('are read as node:net reads them', () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.stringMatching(/^[0-9a-f:.]{0,12}$/),
      fc.ipV6().map((ip) => ip.replace(/:0(?=:)/, ':')),
    )
    fc.assert(
      fc.property(text, (ip) => {
        const known = inside.check(ip, ip.includes(':') ? 'ipv6' : 'ipv4')
        const read = parseAddress(ip)
        if (known && read?.length === 4) expect(reachOfAddress(read)).not.toBe('public')
      }),
      { numRuns: 4_000, seed: 26 },
    )
  })
})
