import type { ProtectionFacts } from '../define.ts'
import type { Host } from '../host.ts'
import { removeBlocks, restoreBlocks } from './blocks.ts'
import { readLinuxFacts } from './facts.ts'
import { endIsolation, restoreIsolation, updateLinuxPins } from './isolation.ts'
import { removeWindowsBlocks, restoreWindowsBlocks } from './windows-blocks.ts'
import { readWindowsFacts } from './windows-commands.ts'
import { endWindowsIsolation, restoreWindowsIsolation, updateWindowsPins } from './windows-isolation.ts'

/** What must not be cut off on this host, as it is now. */
export const readFacts = (host: Host): Promise<ProtectionFacts> =>
  host.platform === 'windows' ? readWindowsFacts(host) : readLinuxFacts(host)

/**
 * Puts back what must hold, from the leases on the disk: at the agent's start, before it takes commands, also after a reboot. What
 * was never proven to leave the control plane reachable goes. Asked twice, it changes nothing the second time.
 */
export const restoreContainments = async (
  host: Host,
): Promise<{ readonly isolations: number; readonly blocks: number }> => {
  if (host.platform === 'windows') {
    await endWindowsIsolation(host, ({ provisionalUntil }) => provisionalUntil !== null)
    const { leases: isolations } = await restoreWindowsIsolation(host)
    return { isolations, blocks: (await restoreWindowsBlocks(host)).leases.length }
  }
  const { leases: isolations } = await restoreIsolation(host, { atStart: true })
  return { isolations, blocks: (await restoreBlocks(host)).leases.length }
}

/** Under isolation, follows the control plane to new addresses. For the agent, whenever it learns of others; cheap when nothing is new. */
export const updatePinned = (host: Host): Promise<{ readonly changed: boolean; readonly proven: boolean }> =>
  host.platform === 'windows' ? updateWindowsPins(host) : updateLinuxPins(host)

/** By a break-glass code: every isolation ends, and every block with `blocks`. @returns the responses that held them */
export const releaseIsolation = async (
  host: Host,
  options: { readonly blocks: boolean },
): Promise<readonly string[]> => {
  const windows = host.platform === 'windows'
  const isolations = await (windows ? endWindowsIsolation : endIsolation)(host, () => true)
  const blocks = options.blocks ? await (windows ? removeWindowsBlocks : removeBlocks)(host, () => true) : { ended: [] }
  return [...isolations.ended, ...blocks.ended].map(({ actionId }) => actionId)
}
