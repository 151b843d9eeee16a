import { parseNetwork } from '../address/parse-address.ts'
import { coverOf, formatSpan, spanChanges, type Span } from './cover.ts'
import { blockTable, dropTable, hookPriority } from './nft.ts'

/** One response that blocks a network on this host. */
export interface BlockLease {
  readonly actionId: string
  /** In its one form. */
  readonly network: string
  readonly direction: 'both' | 'out' | 'in'
  readonly appliedAt: number
  /** null: until somebody ends it. */
  readonly endsAt: number | null
}

interface BlockSet {
  readonly name: string
  readonly family: 4 | 6
  readonly direction: 'out' | 'in'
}

export const blockSets: readonly BlockSet[] = ([4, 6] as const).flatMap((family) =>
  (['in', 'out'] as const).map((direction) => ({ name: `${direction}${family}`, family, direction })),
)
/** Sets whose elements come and go by themselves. */
export const liveBlockSets: ReadonlySet<string> = new Set(blockSets.map(({ name }) => name))

/** What a set must hold. */
export const spansOf = (leases: readonly BlockLease[], set: BlockSet): readonly Span[] =>
  coverOf(
    leases.flatMap(({ network, direction, endsAt }) => {
      const parsed = parseNetwork(network)
      const concerns = direction === 'both' || direction === set.direction
      return parsed.kind === 'network' && parsed.network.family === set.family && concerns
        ? [{ first: parsed.network.first, last: parsed.network.last, endsAt }]
        : []
    }),
  )

const element = (family: 4 | 6, span: Span, now: number): string =>
  `${formatSpan(family, span)}${span.endsAt === null ? '' : ` timeout ${Math.ceil(span.endsAt - now)}ms`}`

const current = (spans: readonly Span[], now: number): Span[] =>
  spans.filter(({ endsAt }) => endsAt === null || endsAt > now)

/**
 * The whole table as one transaction. An answer of a reset comes back over the loopback, so that is let through first. Without
 * connection tracking: what is blocked in one direction is every packet in that direction.
 */
export const blockScript = (leases: readonly BlockLease[], now: number): string => {
  if (leases.length === 0) return dropTable(blockTable)
  const sets = blockSets.map((set) => {
    const list = current(spansOf(leases, set), now).map((span) => element(set.family, span, now))
    const elements = list.length === 0 ? '' : ` elements = { ${list.join(', ')} };`
    return `  set ${set.name} { type ipv${set.family}_addr; flags interval, timeout; counter;${elements} }`
  })
  return `${dropTable(blockTable)}table inet ${blockTable} {
${sets.join('\n')}
  chain input {
    type filter hook input priority ${hookPriority}; policy accept;
    iif lo accept
    ip saddr @in4 drop
    ip6 saddr @in6 drop
  }
  chain output {
    type filter hook output priority ${hookPriority}; policy accept;
    oif lo accept
    meta l4proto tcp ip daddr @out4 reject with tcp reset
    meta l4proto tcp ip6 daddr @out6 reject with tcp reset
    ip daddr @out4 drop
    ip6 daddr @out6 drop
  }
  chain forward {
    type filter hook forward priority ${hookPriority}; policy accept;
    ip saddr @in4 drop
    ip6 saddr @in6 drop
    ip daddr @out4 drop
    ip6 daddr @out6 drop
  }
}
`
}

/** Only what differs, so that all else keeps its counters and its kernel timers. What the kernel has let go already is not asked for. */
export const changeScript = (before: readonly BlockLease[], after: readonly BlockLease[], now: number): string => {
  const lines: string[] = []
  const line = (verb: 'add' | 'delete', name: string, list: readonly string[]): void => {
    if (list.length > 0) lines.push(`${verb} element inet ${blockTable} ${name} { ${list.join(', ')} }\n`)
  }
  for (const set of blockSets) {
    const { gone, added } = spanChanges(spansOf(before, set), spansOf(after, set))
    line(
      'delete',
      set.name,
      current(gone, now).map((span) => formatSpan(set.family, span)),
    )
    line(
      'add',
      set.name,
      current(added, now).map((span) => element(set.family, span, now)),
    )
  }
  return lines.join('')
}
