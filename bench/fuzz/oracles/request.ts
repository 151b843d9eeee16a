import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { Chance } from '../chance.ts'
import { inputOf, type Oracle, type Question } from '../subject.ts'
import { changes } from '../texts.ts'

export const pieces = [
  ...[
    'http://',
    'https://',
    '//',
    'file://',
    'gopher://',
    '@',
    ':',
    ':80',
    '#',
    '?',
    '/',
    '\\',
    '.',
    '[',
    ']',
    '%00',
    '%2e',
    '\t',
    '\n',
  ],
  ...[
    '127.0.0.1',
    'localhost',
    '0x7f.1',
    '2130706433',
    '0177.1',
    '::1',
    '[::ffff:7f00:1]',
    '169.254.169.254',
    '10.0.0.8',
    '①②⑦.⓪.⓪.①',
  ],
  ...['example.org', 'a.b', 'metadata.google.internal', '127。0。0。1', 'x'.repeat(63), '0', '。'],
]

const inside = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  inside.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::1', 128],
  ['::', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  inside.addSubnet(net, bits, 'ipv6')

/** Where the platform's own URL parser would go: in, out, or nowhere. */
function leads(text: string): 'inside' | 'outside' | null {
  if (!URL.canParse(text)) return null
  const { hostname, protocol } = new URL(text)
  if (protocol !== 'http:' && protocol !== 'https:') return null
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host)
  if (mapped) {
    const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)]
    return inside.check([high >> 8, high & 255, low >> 8, low & 255].join('.')) ? 'inside' : 'outside'
  }
  if (isIPv4(host)) return inside.check(host) ? 'inside' : 'outside'
  if (isIPv6(host)) return inside.check(host, 'ipv6') ? 'inside' : 'outside'
  return host === 'localhost' || host.endsWith('.localhost') ? 'inside' : host.includes('.') ? 'outside' : null
}

const part = (number: number, chance: Chance): string =>
  chance.pick([String(number), `0x${number.toString(16)}`, `0${number.toString(8)}`, String(number)])

/** An address as only machines write it. */
function anyHost(chance: Chance): string {
  const bytes = chance.pick([
    [127, 0, 0, 1],
    [10, chance.below(256), 0, 5],
    [169, 254, 169, 254],
    [192, 168, 1, chance.below(256)],
    [172, 16 + chance.below(16), 0, 1],
    [93, 184, 216, 34],
    [8, 8, 8, 8],
    [0, 0, 0, 0],
  ])
  const whole = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const dotted = bytes.map((byte) => part(byte, chance)).join(chance.pick(['.', '.', '。', '．']))
  const hex = (index: number): string => (((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16)
  return chance.pick([
    dotted,
    part(whole, chance),
    `${part(bytes[0] ?? 0, chance)}.${part(whole % 2 ** 24, chance)}`,
    `[::ffff:${bytes.join('.')}]`,
    `[::ffff:${hex(0)}:${hex(2)}]`,
    `[0:0:0:0:0:FFFF:${hex(0)}:${hex(2)}]`,
    ...[
      'localhost',
      'LOCALHOST',
      'localhost.',
      'a.localhost',
      '[::1]',
      '[fd00::1]',
      '[fe80::1]',
      'example.org',
      'api.example.org',
    ],
    `${dotted}.`,
  ])
}

/** The URL parser and the classes of addresses. */
export function url(): Promise<Oracle> {
  const ask = (chance: Chance): Question | null => {
    const host = anyHost(chance)
    const change = chance.is(0.6) ? changes[0] : chance.pick(changes)
    if (!change) return null
    if (chance.is(0.2)) {
      // The app chose the host; the value only goes along.
      const text = `http://${host}:8080/search?q=${encodeURIComponent('lamp 12')}`
      const value = chance.pick(['lamp 12', 'lamp', '12', 'search'])
      const where = leads(text)
      if (where === null) return null
      const engine = 'a host of the app’s own'
      return { operation: { kind: 'request', url: text }, inputs: [inputOf(value)], expects: 'nothing', engine }
    }
    const scheme = chance.pick(['http://', 'https://', 'HTTP://', 'http:', 'http:\\\\'])
    const user = chance.is(0.1) ? chance.pick(['a@', 'example.org@', 'a:b@', '%40@']) : ''
    const rest = chance.pick(['', '/', ':8080/admin', '/a?b=c', '#example.org', '?@example.org'])
    const value = chance.pick([host, scheme + user + host + rest, user + host + rest])
    const text = value.startsWith(scheme) ? value : scheme + value + chance.pick(['', '/status'])
    const where = leads(text)
    if (where === null) return null
    return {
      ...{ operation: { kind: 'request', url: text }, inputs: [inputOf(change.send(value))] },
      expects: where === 'inside' ? 'finding' : 'nothing',
      engine: `${change.name}; leads to ${new URL(text).host}`,
    }
  }
  return Promise.resolve({ name: 'URL and address classes', batch: 50, ask: (chances) => chances.map(ask) })
}
