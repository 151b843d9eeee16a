import { parseAddress, type Address } from './parse-address.ts'

/** What can be reached at an address: anybody's, the machine itself, what only the app's network sees, or a cloud's metadata service. */
export type Reach = 'public' | 'localhost' | 'private' | 'metadata'

interface Network {
  readonly prefix: Address
  readonly bits: number
  readonly reach: Reach
}

const network = (reach: Reach, prefix: string): Network => {
  const [address = '', bits = ''] = prefix.split('/')
  return { prefix: parseAddress(address) ?? [], bits: Number(bits), reach }
}

/** Worked out when it is first asked for: most apps start without ever asking. */
const once = <T>(make: () => T): (() => T) => {
  let made: T | null = null
  return () => (made ??= make())
}

/** The first that holds an address decides. */
const ipv4Networks = once((): readonly Network[] => [
  // AWS, Azure, Google and others; ECS tasks; EKS pods; Tencent; Scaleway; Alibaba; Oracle; Azure's wire server.
  ...['169.254.169.254/32', '169.254.170.2/32', '169.254.170.23/32', '169.254.0.23/32', '169.254.42.42/32'].map((one) =>
    network('metadata', one),
  ),
  ...['100.100.100.200/32', '192.0.0.192/32', '168.63.129.16/32'].map((one) => network('metadata', one)),
  network('localhost', '127.0.0.0/8'),
  // Connecting to 0.0.0.0 reaches the machine itself.
  network('localhost', '0.0.0.0/8'),
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10'].map((one) =>
    network('private', one),
  ),
  // Protocol assignments, benchmarks, multicast, reserved with broadcast.
  ...['192.0.0.0/24', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'].map((one) => network('private', one)),
])

const ipv6Networks = once((): readonly Network[] => [
  ...['fd00:ec2::254/128', 'fd00:ec2::23/128', 'fd20:ce::254/128'].map((one) => network('metadata', one)),
  network('localhost', '::/128'),
  network('localhost', '::1/128'),
  // Unique local, link-local, site-local, multicast, discard, benchmarks, segment routing.
  ...['fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8', '100::/64', '2001:2::/48', '5f00::/16'].map((one) =>
    network('private', one),
  ),
])

/** Where IPv6 addresses carry an IPv4 address, and at which byte. */
interface Carrier {
  readonly network: Network
  readonly at: number
  readonly inverted?: boolean
}

const carriers = once((): readonly Carrier[] => [
  { network: network('public', '::ffff:0:0/96'), at: 12 },
  { network: network('public', '::ffff:0:0:0/96'), at: 12 },
  { network: network('public', '::/96'), at: 12 },
  { network: network('public', '64:ff9b::/96'), at: 12 },
  { network: network('public', '64:ff9b:1::/48'), at: 12 },
  { network: network('public', '2002::/16'), at: 2 },
  { network: network('public', '2001::/32'), at: 12, inverted: true },
])

export function reachOfAddress(address: Address): Reach {
  if (address.length === 4) return find(ipv4Networks(), address)
  const own = find(ipv6Networks(), address)
  if (own !== 'public') return own
  for (const { network, at, inverted } of carriers()) {
    if (!holds(network, address)) continue
    const carried = address.slice(at, at + 4).map((byte) => (inverted ? byte ^ 255 : byte))
    return reachOfAddress(carried)
  }
  return isIsatap(address) ? reachOfAddress(address.slice(12)) : 'public'
}

/** Tunnels inside a site write `::0:5efe:a.b.c.d` behind any prefix. */
const isIsatap = (address: Address): boolean =>
  ((address[8] as number) & 0xfd) === 0 && address[9] === 0 && address[10] === 0x5e && address[11] === 0xfe

const find = (networks: readonly Network[], address: Address): Reach =>
  networks.find((network) => holds(network, address))?.reach ?? 'public'

function holds({ prefix, bits }: Network, address: Address): boolean {
  for (let byte = 0; byte * 8 < bits; byte += 1) {
    const mask = bits - byte * 8 >= 8 ? 255 : (255 << (8 - (bits - byte * 8))) & 255
    if ((((prefix[byte] as number) ^ (address[byte] as number)) & mask) !== 0) return false
  }
  return true
}
