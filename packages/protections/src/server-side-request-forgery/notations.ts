import fc from 'fast-check'

/** Ways in which an IPv4 address can be written as a host, by the grammar that `URL` follows. */
const octet = (value: number) =>
  fc.constantFrom(
    String(value),
    `0${value.toString(8)}`,
    `0x${value.toString(16)}`,
    `0X${value.toString(16).toUpperCase()}`,
    `0x00${value.toString(16)}`,
    `000${value.toString(8)}`,
  )

const number = (bytes: readonly number[]): number => bytes.reduce((whole, byte) => whole * 256 + byte, 0)

const circled = (text: string): string =>
  text.replace(/\d/g, (digit) => (digit === '0' ? '⓪' : String.fromCharCode(0x2460 + Number(digit) - 1)))
const wide = (text: string): string =>
  text.replace(/[0-9a-zA-Z]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))

export function ipv4Notation(bytes: readonly [number, number, number, number]): fc.Arbitrary<string> {
  const [a, b, c, d] = bytes
  const plain = fc.oneof(
    fc.tuple(octet(a), octet(b), octet(c), octet(d)).map((parts) => parts.join('.')),
    fc.tuple(octet(a), octet(b), octet(number([c, d]))).map((parts) => parts.join('.')),
    fc.tuple(octet(a), octet(number([b, c, d]))).map((parts) => parts.join('.')),
    octet(number(bytes)),
  )
  const letters = fc.constantFrom<(text: string) => string>(
    (text) => text,
    circled,
    wide,
    (text) => text.replaceAll('.', '。'),
    (text) => text.replaceAll('.', '．'),
    (text) => `${text}.`,
    (text) => text.replace(/[0-9]/g, (digit) => `%3${digit}`),
  )
  return fc.tuple(plain, letters).map(([text, change]) => change(text))
}

const groups = (bytes: readonly number[]): string[] =>
  Array.from({ length: bytes.length / 2 }, (_, index) => number(bytes.slice(index * 2, index * 2 + 2)).toString(16))

/** IPv6 hosts that carry an IPv4 address. */
export const carrying = (bytes: readonly [number, number, number, number]): fc.Arbitrary<string> => {
  const dotted = bytes.join('.')
  const [high = '', low = ''] = groups(bytes)
  const [invertedHigh = '', invertedLow = ''] = groups(bytes.map((byte) => byte ^ 255))
  return fc.constantFrom(
    `[::ffff:${dotted}]`,
    `[::FFFF:${high}:${low}]`,
    `[0:0:0:0:0:ffff:${high}:${low}]`,
    `[::${dotted}]`,
    `[64:ff9b::${dotted}]`,
    `[64:ff9b::${high}:${low}]`,
    `[2002:${high}:${low}::1]`,
    `[2001:0:53aa:64c::${invertedHigh}:${invertedLow}]`,
  )
}

/** Ways to name a host in a URL so that it is reached. */
export const urlAround = (host: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    `http://${host}/`,
    `HTTP://${host}:80/a?b#c`,
    `http://good.example@${host}/`,
    `http://good.example:80@${host}/x`,
    `http://good.example%2f@${host}/`,
    `http:${host}/`,
    `http:/${host}`,
    `http:\\\\${host}\\a`,
    `http:////${host}/`,
    ` \t http://${host}/ \n`,
    `ht\ttp://${host.slice(0, 2)}\n${host.slice(2)}/`,
  )

/** How a client may write a value, and what the app then does to read it. */
export const writings: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['URL-encoded', (text) => encodeURIComponent(text)],
  ['URL-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['a JSON text', (text) => JSON.stringify(text)],
  ['JSON', (text) => JSON.stringify({ url: text, n: 1 })],
  ['white space around', (text) => ` ${text}\r\n`],
]
