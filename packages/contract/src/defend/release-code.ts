/**
 * A break-glass code: what somebody at an isolated host types to end its isolation without the control plane. 20 bytes in base32 of
 * Crockford (no I, L, O, U), in eight groups of four, so that it can be read over a telephone: not-after in minutes since 1970 (4
 * bytes), nonce (5 bytes), the first 10 bytes of HMAC-SHA256 by the device's release secret (80 bits, and one try costs a person
 * typing), and one byte that only tells a slip of the finger from a wrong code.
 */
export interface ReleaseCode {
  /** Unix milliseconds; whole minutes. */
  readonly notAfter: number
  /** Ten hex digits: a code is used once, and an agent remembers by this which were. */
  readonly nonce: string
  /** Twenty hex digits. */
  readonly tag: string
}

export type ReadReleaseCode =
  { readonly is: 'code'; readonly code: ReleaseCode } | { readonly is: 'mistyped'; readonly why: string }

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const sameAs: Readonly<Record<string, string>> = { I: '1', L: '1', O: '0' }
const timeBytes = 4
const nonceBytes = 5
const tagBytes = 10
const length = timeBytes + nonceBytes + tagBytes + 1
const letters = (length * 8) / 5

/** What the tag covers: HMAC-SHA256 by the device's release secret over this text; its first 10 bytes, in hex, are the tag. */
export const releaseCodeCovers = (deviceId: string, code: Pick<ReleaseCode, 'notAfter' | 'nonce'>): string =>
  `release|${deviceId}|${code.notAfter}|${code.nonce}`

/** Hex digits of the HMAC that a code carries. */
export const releaseTagDigits = tagBytes * 2
/** Hex digits of its nonce. */
export const releaseNonceDigits = nonceBytes * 2
export const releaseCodeStepMs = 60_000

export function formatReleaseCode(code: ReleaseCode): string {
  const minutes = Math.floor(code.notAfter / releaseCodeStepMs)
  const body = [...fromHex(minutes.toString(16).padStart(timeBytes * 2, '0')), ...fromHex(code.nonce + code.tag)]
  const bits = [...body, check(body)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const text = Array.from({ length: letters }, (_, at) => alphabet[Number.parseInt(bits.slice(at * 5, at * 5 + 5), 2)])
  return (text.join('').match(/.{4}/g) ?? []).join('-')
}

/** Reads what a person typed: in either case, with or without hyphens and blanks, O for 0 and I or L for 1. */
export function readReleaseCode(typed: string): ReadReleaseCode {
  const text = typed.slice(0, 200).toUpperCase().replace(/[\s-]/g, '')
  if (text.length !== letters)
    return { is: 'mistyped', why: `a code has ${letters} letters and digits; this has ${text.length}` }
  let bits = ''
  for (let at = 0; at < letters; at += 1) {
    const character = text.charAt(at)
    const value = alphabet.indexOf(sameAs[character] ?? character)
    if (value < 0) return { is: 'mistyped', why: `no code has "${character}", at place ${at + 1}` }
    bits += value.toString(2).padStart(5, '0')
  }
  const bytes = Array.from({ length }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8), 2))
  const body = bytes.slice(0, -1)
  if (check(body) !== bytes.at(-1)) return { is: 'mistyped', why: 'a character of it is wrong: compare it once more' }
  const hex = body.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const nonceAt = timeBytes * 2
  const tagAt = nonceAt + releaseNonceDigits
  return {
    is: 'code',
    code: {
      notAfter: Number.parseInt(hex.slice(0, nonceAt), 16) * releaseCodeStepMs,
      nonce: hex.slice(nonceAt, tagAt),
      tag: hex.slice(tagAt),
    },
  }
}

const fromHex = (hex: string): number[] => (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))

/** CRC-8 (polynomial 7): finds every single wrong character and every two that were exchanged, but for one in 256. */
function check(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : (crc << 1) & 0xff
  }
  return crc
}
