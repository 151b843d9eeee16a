import type { Host } from '../host.ts'
import { areHeld, packetsOf, viewBlocks } from './blocks.ts'
import { isHeld, viewIsolation } from './isolation.ts'
import { counterOf } from './nft.ts'

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

/** What contains this host, from the leases and from the kernel. */
export const containment = async (host: Host): Promise<readonly ContainmentRow[]> => {
  const [isolation, blocks] = [await viewIsolation(host), await viewBlocks(host)]
  const now = host.now()
  const { objects } = isolation
  const counters = ['dropped_in', 'dropped_out', 'rejected_out', 'dropped_forward']
  const packets = objects === null ? 0 : counters.reduce((sum, name) => sum + counterOf(objects, name), 0)
  return [
    ...isolation.state.leases.map((lease) => ({
      kind: 'isolation' as const,
      actionId: lease.actionId,
      target: lease.allow.join(' '),
      direction: 'both' as const,
      appliedAt: time(lease.appliedAt),
      endsAt: end(lease.endsAt),
      held: isolation.complete && isHeld(isolation, lease, now),
      provisional: lease.provisionalUntil !== null,
      packets,
    })),
    ...blocks.state.leases.map((lease) => ({
      kind: 'block' as const,
      actionId: lease.actionId,
      target: lease.network,
      direction: lease.direction,
      appliedAt: time(lease.appliedAt),
      endsAt: end(lease.endsAt),
      held: blocks.complete && areHeld(blocks.objects, [lease], now),
      provisional: false,
      packets: packetsOf(blocks.objects, lease.network),
    })),
  ]
}
