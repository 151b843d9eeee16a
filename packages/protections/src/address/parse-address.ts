/** An IP address: 4 bytes or 16. */
export type Address = readonly number[]

/** Reads an address as resolvers and `URL` write it: dotted decimals, or IPv6 with or without brackets and zone. */
export function parseAddress(text: string): Address | null {
  if (text.length > longestAddress) return null
  return text.includes(':') ? parseIpv6(text.replace(/^\[(.*)\]$/s, '$1').replace(/%.*$/s, '')) : parseIpv4(text)
}

const longestAddress = 100

function parseIpv4(text: string): Address | null {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return null
  const bytes = text.split('.').map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes : null
}

function parseIpv6(text: string): Address | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head, tail] = halves.map(parseGroups)
  if (!head || tail === null) return null
  if (tail === undefined) return head.length === 16 ? head : null
  const gap = 16 - head.length - tail.length
  return gap < 2 ? null : [...head, ...new Array<number>(gap).fill(0), ...tail]
}

/** @returns the bytes of groups between colons; the last may be an IPv4 address */
function parseGroups(text: string): number[] | null {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    const ipv4 = index === groups.length - 1 ? parseIpv4(group) : null
    if (ipv4) bytes.push(...ipv4)
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 255)
    } else return null
  }
  return bytes
}

export const isAddress = (text: string): boolean => parseAddress(text) !== null
