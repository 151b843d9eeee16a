import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Which peers may say on whose behalf they ask. */
export type TrustedProxies = (address: string) => boolean

const ranges: Readonly<Record<string, readonly string[]>> = { loopback: ['127.0.0.0/8', '::1/128'] }

/** @param list addresses, networks, and `loopback`. @throws RangeError naming the entry that is none of these */
export function readTrustedProxies(list: readonly string[]): TrustedProxies {
  if (list.length === 0) return () => false
  const blocks = new BlockList()
  for (const entry of list.flatMap((entry) => ranges[entry] ?? [entry])) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address)
    const size = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits)
    if (family === 0 || !Number.isInteger(size) || size < 0 || size > (family === 4 ? 32 : 128))
      throw new RangeError(entry)
    blocks.addSubnet(address, size, family === 4 ? 'ipv4' : 'ipv6')
  }
  return (address) => blocks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** The nearest address that no trusted proxy vouches past; a header alone is never believed. */
export function clientAddress(request: IncomingMessage, trusted: TrustedProxies): string | null {
  let address = plain(request.socket.remoteAddress ?? '')
  if (address === null) return null
  const forwarded = request.headers['x-forwarded-for']
  const hops = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',')
  for (let at = hops.length - 1; at >= 0 && trusted(address); at -= 1) {
    const next = plain((hops[at] ?? '').trim())
    if (next === null) break
    address = next
  }
  return address
}

/** Without brackets, port, zone, or the IPv4-in-IPv6 prefix; null when it is no address. */
function plain(text: string): string | null {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
  const address = bare.split('%', 1)[0]?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '') ?? ''
  return isIP(address) === 0 ? null : address
}
