import { networkOf, parseAddress, parseNetwork, formatAddress, type Network } from '../address/parse-address.ts'
import { coverOf, formatSpan } from './cover.ts'
import { dropTable, hookPriority, isolationTable } from './nft.ts'

export interface Pin {
  readonly address: string
  readonly port: number
}

/** One response that isolates this host. */
export interface IsolationLease {
  readonly actionId: string
  /** Its number in the kernel: the key of its element and in the names of its chains. */
  readonly slot: number
  readonly allow: readonly string[]
  readonly appliedAt: number
  /** null: until somebody ends it. */
  readonly endsAt: number | null
  /** Until when it stands without proof that the control plane is reached; null: it was proven. */
  readonly provisionalUntil: number | null
  /** What was dialled before to tell whether the network is cut. */
  readonly probe: (Pin & { readonly wasOpen: boolean }) | null
}

/** Sets whose elements come and go by themselves. */
export const liveIsolationSets: ReadonlySet<string> = new Set(['gate'])

const pinsOf = (pins: readonly Pin[], family: 4 | 6): string[] =>
  pins.flatMap(({ address, port }) => {
    const parsed = parseAddress(address)
    return parsed?.family === family ? [`${formatAddress(parsed)} . ${port}`] : []
  })

const set = (name: string, type: string, elements: readonly string[]): string =>
  `  set ${name} { type ${type};${elements.length === 0 ? '' : ` elements = { ${[...new Set(elements)].join(', ')} };`} }`

const networksOf = (allow: readonly string[], family: 4 | 6): Network[] =>
  allow.flatMap((text) => {
    const parsed = parseNetwork(text)
    const address = parsed.kind === 'refused' ? parseAddress(text) : null
    const network = parsed.kind === 'network' ? parsed.network : address === null ? null : networkOf(address)
    return network?.family === family ? [network] : []
  })

const allowed = (allow: readonly string[], family: 4 | 6): string[] =>
  coverOf(networksOf(allow, family).map((network) => ({ ...network, endsAt: null }))).map((span) =>
    formatSpan(family, span),
  )

/** The element that makes a lease hold. When its time is over the kernel lets go of it, whether an agent lives or not. */
export const gateElement = (lease: IsolationLease, now: number): string | null => {
  const ends = [lease.provisionalUntil, lease.endsAt].filter((time) => time !== null)
  const left = Math.min(...ends) - now
  if (left <= 0) return null
  const word = lease.provisionalUntil === null ? 'confirmed' : 'provisional'
  return `0x${lease.slot.toString(16)}${ends.length === 0 ? '' : ` timeout ${Math.ceil(left)}ms`} comment "${word} ${lease.actionId}"`
}

const leaseChains = ({ slot, allow }: IsolationLease): string => {
  const out = [`allow4_${slot}`, `allow6_${slot}`] as const
  return `
  set ${out[0]} { type ipv4_addr; flags interval;${elements(allowed(allow, 4))} }
  set ${out[1]} { type ipv6_addr; flags interval;${elements(allowed(allow, 6))} }
  chain in_${slot} {
    ip saddr @${out[0]} return
    ip6 saddr @${out[1]} return
    counter name dropped_in drop
  }
  chain out_${slot} {
    ip daddr @${out[0]} return
    ip6 daddr @${out[1]} return
    meta l4proto tcp counter name rejected_out reject with tcp reset
    counter name dropped_out drop
  }`
}

const elements = (list: readonly string[]): string => (list.length === 0 ? '' : ` elements = { ${list.join(', ')} };`)

const gated = (leases: readonly IsolationLease[], verdict: (lease: IsolationLease) => string): string =>
  leases
    .map(
      (lease) =>
        `    meta mark and 0x0 or 0x${lease.slot.toString(16)} @gate ${verdict(lease)} comment "isolation ${lease.actionId}"`,
    )
    .join('\n')

/**
 * The whole table as one transaction. Every lease is a gate: an element of the set `gate` opens the way into its chains, and those
 * end in a drop. Chains themselves accept by policy, so that a lease which was never confirmed falls away with its element.
 *
 * Open for all leases: loopback, the control plane (by address and port in both directions, without connection tracking; a bare SYN
 * from there opens nothing), DHCP, neighbour discovery from this link only, and word that a packet was too big.
 * An accept ends only our own chain.
 */
export const isolationScript = (leases: readonly IsolationLease[], pins: readonly Pin[], now: number): string => {
  if (leases.length === 0) return dropTable(isolationTable)
  const gates = leases.map((lease) => gateElement(lease, now)).filter((element) => element !== null)
  return `${dropTable(isolationTable)}table inet ${isolationTable} {
  counter dropped_in { }
  counter dropped_out { }
  counter rejected_out { }
  counter dropped_forward { }
  set gate { type mark; flags timeout;${elements(gates)} }
${set('control4', 'ipv4_addr . inet_service', pinsOf(pins, 4))}
${set('control6', 'ipv6_addr . inet_service', pinsOf(pins, 6))}
${leases.map(leaseChains).join('\n')}
  chain input {
    type filter hook input priority ${hookPriority}; policy accept;
    iif lo accept
    ip saddr . tcp sport @control4 tcp flags & (syn | ack) != syn accept
    ip6 saddr . tcp sport @control6 tcp flags & (syn | ack) != syn accept
    meta nfproto ipv4 udp sport 67 udp dport 68 limit rate 60/minute burst 60 packets accept
    ip6 saddr fe80::/10 udp sport 547 udp dport 546 limit rate 60/minute burst 60 packets accept
    icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
    icmpv6 type packet-too-big limit rate 60/minute burst 60 packets accept
    icmp type destination-unreachable icmp code frag-needed limit rate 60/minute burst 60 packets accept
${gated(leases, ({ slot }) => `jump in_${slot}`)}
  }
  chain output {
    type filter hook output priority ${hookPriority}; policy accept;
    oif lo accept
    ip daddr . tcp dport @control4 accept
    ip6 daddr . tcp dport @control6 accept
    meta nfproto ipv4 udp sport 68 udp dport 67 limit rate 60/minute burst 60 packets accept
    ip6 daddr { fe80::/10, ff02::1:2 } udp sport 546 udp dport 547 limit rate 60/minute burst 60 packets accept
    icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
${gated(leases, ({ slot }) => `jump out_${slot}`)}
  }
  chain forward {
    type filter hook forward priority ${hookPriority}; policy accept;
${gated(leases, () => 'counter name dropped_forward drop')}
  }
}
`
}

/** A lease has shown that the host stays manageable. The kernel refuses it when the provisional element has run out meanwhile. */
export const confirmScript = (lease: IsolationLease, now: number): string => {
  const element = gateElement({ ...lease, provisionalUntil: null }, now)
  return `delete element inet ${isolationTable} gate { 0x${lease.slot.toString(16)} }
${element === null ? '' : `add element inet ${isolationTable} gate { ${element} }\n`}`
}

const pinScript = (name: string, elementsNow: readonly string[]): string =>
  `flush set inet ${isolationTable} ${name}\n${elementsNow.length === 0 ? '' : `add element inet ${isolationTable} ${name} { ${[...new Set(elementsNow)].join(', ')} }\n`}`

export const repinScript = (pins: readonly Pin[]): string =>
  `${pinScript('control4', pinsOf(pins, 4))}${pinScript('control6', pinsOf(pins, 6))}`
