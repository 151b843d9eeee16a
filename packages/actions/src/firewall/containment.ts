import type { Host } from '../host.ts'
import type { BlockLease } from './block-rules.ts'
import { areHeld, packetsOf, readBlocks, viewBlocks } from './blocks.ts'
import type { IsolationLease } from './isolation-rules.ts'
import { isHeld, readIsolation, viewIsolation } from './isolation.ts'
import { counterOf } from './nft.ts'
import { holdsWindowsBlock } from './windows-blocks.ts'
import { isWindowsIsolated } from './windows-isolation.ts'

/** One response that contains this host now. A type, so that it is a record of JSON. */
export type ContainmentRow = {
  readonly kind: 'isolation' | 'block'
  readonly actionId: string
  /** The blocked network; what stays reachable under an isolation, joined by spaces. */
  readonly target: string
  readonly direction: 'both' | 'out' | 'in'
  readonly appliedAt: string
  readonly endsAt: string | null
  /** The kernel holds it as it was put there. */
  readonly held: boolean
  /** Without proof as yet that the control plane is reached. */
  readonly provisional: boolean
  /** Packets held back so far; of all isolations together, since one packet meets only the first of them. */
  readonly packets: number
}

const time = (ms: number): string => new Date(ms).toISOString()
const end = (ms: number | null): string | null => (ms === null ? null : time(ms))

const isolationRow = (lease: IsolationLease, held: boolean, packets: number): ContainmentRow => ({
  kind: 'isolation',
  actionId: lease.actionId,
  target: lease.allow.join(' '),
  direction: 'both',
  appliedAt: time(lease.appliedAt),
  endsAt: end(lease.endsAt),
  held,
  provisional: lease.provisionalUntil !== null,
  packets,
})

const blockRow = (lease: BlockLease, held: boolean, packets: number): ContainmentRow => ({
  kind: 'block',
  actionId: lease.actionId,
  target: lease.network,
  direction: lease.direction,
  appliedAt: time(lease.appliedAt),
  endsAt: end(lease.endsAt),
  held,
  provisional: false,
  packets,
})

/** What contains this host, from the leases and from the kernel. */
export const containment = async (host: Host): Promise<readonly ContainmentRow[]> =>
  host.platform === 'windows' ? onWindows(host) : onLinux(host)

/** Windows counts nothing by rule. */
const onWindows = async (host: Host): Promise<readonly ContainmentRow[]> => {
  const [{ leases: isolations }, { leases: blocks }] = [await readIsolation(host), await readBlocks(host)]
  const isolated = isolations.length > 0 && (await isWindowsIsolated(host))
  const heldBlocks = new Set<string>()
  for (const lease of blocks) if (await holdsWindowsBlock(host, lease)) heldBlocks.add(lease.actionId)
  return [
    ...isolations.map((lease) => isolationRow(lease, isolated, 0)),
    ...blocks.map((lease) => blockRow(lease, heldBlocks.has(lease.actionId), 0)),
  ]
}

const onLinux = async (host: Host): Promise<readonly ContainmentRow[]> => {
  const [isolation, blocks] = [await viewIsolation(host), await viewBlocks(host)]
  const now = host.now()
  const { objects } = isolation
  const counters = ['dropped_in', 'dropped_out', 'rejected_out', 'dropped_forward']
  const packets = objects === null ? 0 : counters.reduce((sum, name) => sum + counterOf(objects, name), 0)
  return [
    ...isolation.state.leases.map((lease) =>
      isolationRow(lease, isolation.complete && isHeld(isolation, lease, now), packets),
    ),
    ...blocks.state.leases.map((lease) =>
      blockRow(
        lease,
        blocks.complete && areHeld(blocks.objects, [lease], now),
        packetsOf(blocks.objects, lease.network),
      ),
    ),
  ]
}
