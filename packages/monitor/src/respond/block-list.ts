import { isIP } from 'node:net'

/** Most addresses and sessions that are kept; beyond, those that end first go. */
const mostKept = 50_000

export interface BlockListOptions {
  /** Bits of an IPv6 address that tell a client: its network, since it may use all of it. */
  readonly ipv6Bits: number
}

/** Whom this process refuses, until when. */
export class BlockList {
  readonly #addresses = new Map<string, number>()
  readonly #sessions = new Map<string, number>()
  readonly #ipv6Bits: number

  constructor({ ipv6Bits }: BlockListOptions) {
    this.#ipv6Bits = ipv6Bits
  }

  /** Asked of every request: nothing is worked out while nobody is blocked. */
  get isEmpty(): boolean {
    return this.#addresses.size === 0 && this.#sessions.size === 0
  }

  get size(): { readonly addresses: number; readonly sessions: number } {
    return { addresses: this.#addresses.size, sessions: this.#sessions.size }
  }

  /** @param until milliseconds since 1970 */
  blockAddress(address: string, until: number): void {
    keep(this.#addresses, networkOf(address, this.#ipv6Bits), until)
  }

  blockSession(session: string, until: number): void {
    keep(this.#sessions, session, until)
  }

  isAddressBlocked(address: string, now: number): boolean {
    return this.#addresses.size > 0 && holds(this.#addresses, networkOf(address, this.#ipv6Bits), now)
  }

  isSessionBlocked(session: string, now: number): boolean {
    return holds(this.#sessions, session, now)
  }
}

function holds(blocked: Map<string, number>, key: string, now: number): boolean {
  const until = blocked.get(key)
  if (until === undefined) return false
  if (until > now) return true
  blocked.delete(key)
  return false
}

/** A block is never shortened by a later one. */
function keep(blocked: Map<string, number>, key: string, until: number): void {
  const known = blocked.get(key) ?? 0
  if (!blocked.has(key) && blocked.size >= mostKept) {
    const [first] = [...blocked].sort(([, one], [, other]) => one - other)
    if (first) blocked.delete(first[0])
  }
  blocked.set(key, Math.max(known, until))
}

/** An IPv4 address as it is; of an IPv6 address the leading bits, spelled out. */
export function networkOf(address: string, ipv6Bits: number): string {
  if (isIP(address) !== 6) return address
  const groups = groupsOf(address)
  const kept = groups.map((group, index) => {
    const bits = Math.min(16, Math.max(0, ipv6Bits - index * 16))
    return (group & (0xffff << (16 - bits)) & 0xffff).toString(16)
  })
  return `${kept.join(':')}/${ipv6Bits}`
}

function groupsOf(address: string): number[] {
  const plain = (address.split('%', 1)[0] ?? '').replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a: string, b: string, c: string, d: string) =>
      `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`,
  )
  const [head = '', tail] = plain.split('::')
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = read(head)
  const after = read(tail ?? '')
  return [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after]
}
