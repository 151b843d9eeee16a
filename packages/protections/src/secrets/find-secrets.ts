import { codesOf, type Codes } from './codes.ts'
import { knownSecrets, type KnownSecret } from './known-secrets.ts'

export interface FoundSecret {
  readonly secret: KnownSecret
  readonly start: number
  readonly end: number
}

/** Which secrets may begin with three characters, by the characters; most texts are told apart by the first alone. */
const first = new Uint8Array(128)
const byStart: (KnownSecret[] | undefined)[] = new Array<undefined>(4_096).fill(undefined)
const slot = (one: number, two: number, last: number): number => (one * 961 + two * 31 + last) & 4_095
for (const secret of knownSecrets)
  for (const start of secret.starts) {
    const place = slot(start.charCodeAt(0), start.charCodeAt(1), start.charCodeAt(2))
    first[start.charCodeAt(0)] = 1
    const known = (byStart[place] ??= [])
    if (!known.includes(secret)) known.push(secret)
  }

const isAlphanumeric = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9]/.test(String.fromCharCode(code)) ? 1 : 0,
)

interface HowToFind {
  /** Also those that fail their checksum, for a mask: a spoiled secret is soon mended. */
  readonly anyway?: boolean
  /** More text follows: what reaches the end counts only where its beginning tells. */
  readonly isCut?: boolean
  readonly codes?: Codes
}

/**
 * Secrets in `text` between `from` and `to` that tell themselves. Linear: each place where a word begins is looked at once.
 */
export function findSecrets(
  text: string,
  from: number,
  to: number,
  { anyway = false, isCut = false, codes = codesOf(text) }: HowToFind = {},
): FoundSecret[] {
  let found: FoundSecret[] | null = null
  let inWord = 0
  for (let at = from; at < to; at += 1) {
    const code = codes[at] as number
    const isWord = code < 128 ? (isAlphanumeric[code] as number) : 0
    if (isWord & inWord || code > 127 || first[code] === 0) {
      inWord = isWord
      continue
    }
    inWord = isWord
    const known = byStart[slot(code, codes[at + 1] ?? 0, codes[at + 2] ?? 0)]
    if (known === undefined || (code === 58 && !hasUser(codes, at, to))) continue
    const here = secretAt(known, text, at, to, anyway, isCut)
    if (!here) continue
    ;(found ??= []).push(here)
    at = here.end - 1
    inWord = 0
  }
  return found ?? none
}

const none: FoundSecret[] = []

/** Most addresses name nobody before their host. */
function hasUser(codes: Codes, at: number, to: number): boolean {
  const end = Math.min(to, at + 210)
  for (let next = at + 3; next < end; next += 1) {
    const code = codes[next]
    if (code === 64) return true
    if (code === undefined || code === 47 || code === 34 || code <= 32) return false
  }
  return false
}

function secretAt(
  known: readonly KnownSecret[],
  text: string,
  at: number,
  to: number,
  anyway: boolean,
  isCut: boolean,
): FoundSecret | null {
  for (const secret of known) {
    if (!secret.starts.some((start) => text.startsWith(start, at))) continue
    secret.shape.lastIndex = at
    const match = secret.shape.exec(text)?.[0]
    if (match === undefined || at + match.length > to) continue
    if (isCut && at + match.length === to && !secret.isOpen) continue
    if (anyway || (secret.isReal?.(match, text, at) ?? true))
      return { secret, start: at, end: Math.min(to, wholeEnd(secret, text, at + match.length)) }
  }
  return null
}

const restOfKey = /(?:[A-Za-z0-9+/=\s]|\\[nr])*(?:-{4,5} ?END [A-Z0-9 ]{1,60}-{4,5})?/y
const restOfToken = /[A-Za-z0-9_.%+/=~-]*/y

/** What tells by its beginning goes on as long as its signs do. */
function wholeEnd({ kind, isOpen }: KnownSecret, text: string, end: number): number {
  if (!isOpen) return end
  const rest = kind === 'key' ? restOfKey : restOfToken
  rest.lastIndex = end
  return end + (rest.exec(text)?.[0].length ?? 0)
}
