import { formatAddress, type Network } from '../address/parse-address.ts'

/** Addresses `first` to `last`, and when that ends (Unix milliseconds; null: never). */
export interface Span {
  readonly first: bigint
  readonly last: bigint
  readonly endsAt: number | null
}

const later = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : Math.max(one, other)

/**
 * Cuts overlapping networks of one family into spans that do not overlap, each held until the last network that covers it ends.
 * A kernel set takes no overlaps, and merging them would lose which part ends when.
 */
export const coverOf = (
  networks: readonly (Pick<Network, 'first' | 'last'> & Pick<Span, 'endsAt'>)[],
): readonly Span[] => {
  const edges = new Map<bigint, { opens: (typeof networks)[number][]; closes: (typeof networks)[number][] }>()
  const at = (edge: bigint): { opens: (typeof networks)[number][]; closes: (typeof networks)[number][] } => {
    const there = edges.get(edge) ?? { opens: [], closes: [] }
    edges.set(edge, there)
    return there
  }
  for (const network of networks) {
    at(network.first).opens.push(network)
    at(network.last + 1n).closes.push(network)
  }
  const spans: Span[] = []
  const open = new Set<(typeof networks)[number]>()
  const sorted = [...edges].sort(([one], [other]) => (one < other ? -1 : 1))
  for (const [index, [edge, { opens, closes }]] of sorted.entries()) {
    for (const network of closes) open.delete(network)
    for (const network of opens) open.add(network)
    const next = sorted[index + 1]
    const [some, ...rest] = open
    if (some === undefined || next === undefined) continue
    const endsAt = rest.reduce((end, network) => later(end, network.endsAt), some.endsAt)
    spans.push({ first: edge, last: next[0] - 1n, endsAt })
  }
  return spans
}

export const formatSpan = (family: 4 | 6, { first, last }: Pick<Span, 'first' | 'last'>): string =>
  first === last
    ? formatAddress({ family, value: first })
    : `${formatAddress({ family, value: first })}-${formatAddress({ family, value: last })}`

/** What goes and what comes, so that spans which stay keep their counters and their kernel timers. */
export const spanChanges = (
  before: readonly Span[],
  after: readonly Span[],
): { readonly gone: readonly Span[]; readonly added: readonly Span[] } => {
  const keyOf = ({ first, last, endsAt }: Span): string => `${first}-${last}-${endsAt ?? ''}`
  const [old, fresh] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))]
  return {
    gone: before.filter((span) => !fresh.has(keyOf(span))),
    added: after.filter((span) => !old.has(keyOf(span))),
  }
}
