import type { Host } from '../host.ts'
import { removeBlocks, restoreBlocks } from './blocks.ts'
import { endIsolation, restoreIsolation } from './isolation.ts'

/**
 * Puts back what must hold, from the leases on the disk: at the agent's start, before it takes commands, also after a reboot. What
 * was never proven to leave the control plane reachable goes. Asked twice, it changes nothing the second time.
 */
export const restoreContainments = async (
  host: Host,
): Promise<{ readonly isolations: number; readonly blocks: number }> => {
  const isolation = await restoreIsolation(host, { atStart: true })
  const { leases } = await restoreBlocks(host)
  return { isolations: isolation.leases, blocks: leases.length }
}

/** By a break-glass code: every isolation ends, and every block with `blocks`. @returns the responses that held them */
export const releaseIsolation = async (
  host: Host,
  options: { readonly blocks: boolean },
): Promise<readonly string[]> => {
  const isolations = await endIsolation(host, () => true)
  const blocks = options.blocks ? await removeBlocks(host, () => true) : { ended: [] }
  return [...isolations.ended, ...blocks.ended].map(({ actionId }) => actionId)
}
