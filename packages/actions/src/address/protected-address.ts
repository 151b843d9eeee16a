import type { ProtectionFacts, SpecRefusal } from '../define.ts'
import { formatNetwork, networkOf, overlap, parseAddress, parseNetwork, type Network } from './parse-address.ts'

/** Wider networks are slips: an eighth of the internet is no target. */
export const shortestPrefix = { 4: 8, 6: 16 } as const

const special: readonly { readonly text: string; readonly what: string }[] = [
  { text: '0.0.0.0/8', what: 'the unspecified address' },
  { text: '127.0.0.0/8', what: 'the loopback network, which never leaves a host' },
  { text: '224.0.0.0/4', what: 'multicast' },
  { text: '255.255.255.255', what: 'the broadcast address' },
  { text: '::', what: 'the unspecified address' },
  { text: '::1', what: 'the loopback address, which never leaves a host' },
  { text: 'ff00::/8', what: 'multicast, which neighbour discovery needs' },
]

/** Facts come from hosts, where addresses stand with zones and prefix lengths; an entry that is neither address nor network protects nothing. */
const asWritten = (text: string, wholeNetwork: boolean): Network | null => {
  const parsed = parseNetwork(text)
  if (parsed.kind === 'network' && (wholeNetwork || !text.includes('/'))) return parsed.network
  const [bare = '', length] = text.split('/')
  const address = parseAddress(bare)
  if (address === null) return null
  // A never-block network with bits beyond its prefix still protects the whole of it: here the wider reading is the safe one.
  const bits = address.family === 4 ? 32 : 128
  const prefix = wholeNetwork && length !== undefined && /^[0-9]{1,3}$/.test(length) ? Number(length) : bits
  return networkOf(address, Math.min(prefix, bits))
}

const specialNetworks = special.flatMap(({ text, what }) => {
  const network = asWritten(text, true)
  return network === null ? [] : [{ network, what }]
})

const refuse = (code: SpecRefusal['code'], path: string, message: string): SpecRefusal => ({ code, path, message })

const readTarget = (text: string, path: string): Network | SpecRefusal => {
  const parsed = parseNetwork(text)
  if (parsed.kind === 'refused') return refuse('parameters_invalid', path, parsed.message)
  const { network } = parsed
  const shortest = shortestPrefix[network.family]
  return network.prefix < shortest
    ? refuse(
        'parameters_invalid',
        path,
        `${text} is too wide: an IPv${network.family} network has a prefix of /${shortest} or longer here`,
      )
    : network
}

/** Refuses to cut what the host or its management lives by: the address itself, a network that holds it, or a part of a network kept. */
export const protectedAddress = (text: string, facts: ProtectionFacts, path = 'address'): SpecRefusal | null => {
  const target = readTarget(text, path)
  if ('code' in target) return target
  for (const { network, what } of specialNetworks)
    if (overlap(network, target))
      return refuse('protected_target', path, `${text} holds ${formatNetwork(network)}, ${what}`)
  const kept: readonly (readonly [readonly string[], string, boolean])[] = [
    [facts.controlPlane, 'of the control plane: the device could not be managed any more', false],
    [facts.addresses, "the device's own", false],
    [facts.gateways, 'of its gateway: the device would lose the network', false],
    [facts.resolvers, 'of its name server', false],
    [facts.neverBlock, 'on the never-block list', true],
  ]
  for (const [entries, what, wholeNetwork] of kept) {
    for (const entry of entries) {
      const network = asWritten(entry, wholeNetwork)
      if (network !== null && overlap(network, target))
        return refuse('protected_target', path, `${text} is or holds ${entry}, ${what}`)
    }
  }
  return null
}

/** Refuses what would make an isolation none. */
export const refusedAllowance = (allow: readonly string[]): SpecRefusal | null => {
  for (const [index, text] of allow.entries()) {
    const path = `allow.${index}`
    const target = readTarget(text, path)
    if ('code' in target) return target
    for (const { network, what } of specialNetworks)
      if (overlap(network, target))
        return refuse(
          'parameters_invalid',
          path,
          `${text} holds ${formatNetwork(network)}, ${what}: name the hosts that stay reachable`,
        )
  }
  return null
}
