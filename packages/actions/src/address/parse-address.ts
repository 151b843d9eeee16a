/** An IP address as a number. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address: the kernel treats it so. */
export interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

/** Addresses from `first` to `last`, a power of two of them. */
export interface Network extends Pick<Address, 'family'> {
  readonly first: bigint
  readonly last: bigint
  readonly prefix: number
}

export type ParsedNetwork =
  | { readonly kind: 'network'; readonly network: Network }
  /** A sentence that says what would be right. */
  | { readonly kind: 'refused'; readonly message: string }

const longest = 64
const mappedFirst = 0xffff_0000_0000n
const bitsOf = (family: 4 | 6): number => (family === 4 ? 32 : 128)

/** null: no IPv4 address. Octal, hexadecimal and short forms are none: programs disagree about what they mean. */
const parseV4 = (text: string): bigint | null => {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  let value = 0n
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return null
    value = value * 256n + BigInt(part)
  }
  return value
}

/** The 16-bit groups of one side of `::`; null when there is something else. A dotted end counts as two. */
const parseGroups = (text: string, mayEndInV4: boolean): bigint[] | null => {
  if (text === '') return []
  const groups: bigint[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (mayEndInV4 && index === parts.length - 1 && part.includes('.')) {
      const v4 = parseV4(part)
      if (v4 === null) return null
      groups.push(v4 >> 16n, v4 & 0xffffn)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`))
    else return null
  }
  return groups
}

const parseV6 = (text: string): bigint | null => {
  const sides = text.split('::')
  const [head = '', tail] = sides
  if (sides.length > 2) return null
  const before = parseGroups(head, tail === undefined)
  const after = parseGroups(tail ?? '', true)
  if (before === null || after === null) return null
  const zeros = 8 - before.length - after.length
  // `::` stands for one group at least.
  if (tail === undefined ? zeros !== 0 : zeros < 1) return null
  const groups = [...before, ...Array.from({ length: zeros }, () => 0n), ...after]
  return groups.reduce((value, group) => (value << 16n) | group, 0n)
}

const isMapped = (value: bigint): boolean => value >> 32n === mappedFirst >> 32n

/** Reads an address as written on hosts; the zone of a link-local one (`fe80::1%eth0`) is left away. null: it is none. */
export const parseAddress = (text: string): Address | null => {
  if (text.length > longest) return null
  if (!text.includes(':')) {
    const value = parseV4(text)
    return value === null ? null : { family: 4, value }
  }
  const zoned = /^([^%]+)%[A-Za-z0-9._-]{1,32}$/.exec(text)
  const value = parseV6(zoned?.[1] ?? text)
  if (value === null || (zoned !== null && value >> 118n !== 0x3fan)) return null
  return isMapped(value) ? { family: 4, value: value & 0xffff_ffffn } : { family: 6, value }
}

export const networkOf = ({ family, value }: Address, prefix = bitsOf(family)): Network => {
  const free = BigInt(bitsOf(family) - prefix)
  const first = (value >> free) << free
  return { family, first, last: first + (1n << free) - 1n, prefix }
}

const refused = (message: string): ParsedNetwork => ({ kind: 'refused', message })
const example = 'Write an address such as 192.0.2.7 or 2001:db8::7, or a network such as 192.0.2.0/24'

/** Reads an address or a network in CIDR notation. Bits beyond the prefix are refused: whoever wrote them meant something else. */
export const parseNetwork = (text: string): ParsedNetwork => {
  if (text.length > longest) return refused(`That is longer than any address. ${example}`)
  if (text.includes('%'))
    return refused(
      'An interface cannot be named here: leave the part from % on away, the address holds on every interface',
    )
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (address === null) return refused(`${JSON.stringify(text)} is no address. ${example}`)
  if (slash < 0) return { kind: 'network', network: networkOf(address) }
  const written = text.slice(slash + 1)
  const wide = text.includes(':') ? 128 : 32
  if (!/^(0|[1-9][0-9]{0,2})$/.test(written) || Number(written) > wide)
    return refused(`After the slash stands a number from 0 to ${wide}. ${example}`)
  // Of a mapped IPv4 network, 96 bits are the mapping.
  const prefix = Number(written) - (wide - bitsOf(address.family))
  if (prefix < 0)
    return refused('That network holds every IPv4 address in IPv6 form. Write the IPv4 networks that you mean')
  const network = networkOf(address, prefix)
  if (network.first !== address.value)
    return refused(
      `${text} has bits beyond its prefix. Write ${formatNetwork(network)} for the network or leave /${written} away`,
    )
  return { kind: 'network', network }
}

export const formatAddress = ({ family, value }: Address): string => {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - index * 16)) & 0xffffn)
  // The longest run of two zeros or more is written as `::`, the first one of equals (RFC 5952).
  let from = 0
  let length = 0
  for (let start = 0, at = 0; at <= 8; at++) {
    if (at < 8 && groups[at] === 0n) continue
    if (at - start > length) [from, length] = [start, at - start]
    start = at + 1
  }
  const hex = (part: readonly bigint[]): string => part.map((group) => group.toString(16)).join(':')
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, from))}::${hex(groups.slice(from + length))}`
}

export const formatNetwork = ({ family, first, prefix }: Network): string =>
  `${formatAddress({ family, value: first })}${prefix === bitsOf(family) ? '' : `/${prefix}`}`

/** One text for one network, however it was written; what cannot be read stays as it is. */
export const canonicalNetwork = (text: string): string => {
  const parsed = parseNetwork(text)
  return parsed.kind === 'network' ? formatNetwork(parsed.network) : text
}

export const overlap = (one: Network, other: Network): boolean =>
  one.family === other.family && one.first <= other.last && other.first <= one.last

export const contains = (outer: Network, inner: Network): boolean =>
  outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last
