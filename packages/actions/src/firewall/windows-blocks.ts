import type { Host } from '../host.ts'
import type { BlockLease } from './block-rules.ts'
import { readBlocks, storeBlocks } from './blocks.ts'
import { oneAtATime } from './durable-state.ts'
import { addRule, hasRule, removeRule } from './windows-commands.ts'

/** Windows lets rules overlap, so every block has rules of its own and ends by itself. It has no timer: the agent's watch ends them. */
const ruleOf = ({ actionId }: Pick<BlockLease, 'actionId'>): string => `riposte-block-${actionId}`

const directions = ({ direction }: BlockLease): readonly ('in' | 'out')[] =>
  direction === 'both' ? ['out', 'in'] : [direction]

const put = async (host: Host, lease: BlockLease): Promise<void> => {
  await removeRule(host, ruleOf(lease))
  for (const dir of directions(lease))
    await addRule(host, ruleOf(lease), `dir=${dir}`, 'action=block', `remoteip=${lease.network}`)
}

export const holdsWindowsBlock = (host: Host, lease: Pick<BlockLease, 'actionId'>): Promise<boolean> =>
  hasRule(host, ruleOf(lease))

export const addWindowsBlock = (host: Host, lease: BlockLease): Promise<void> =>
  oneAtATime(host, async () => {
    const before = await readBlocks(host)
    const others = before.leases.filter(({ actionId }) => actionId !== lease.actionId)
    await storeBlocks(host, { ...before, leases: [...others, lease] })
    try {
      await put(host, lease)
    } catch (error) {
      await removeRule(host, ruleOf(lease))
      await storeBlocks(host, { ...before, leases: others })
      throw error
    }
  })

export const removeWindowsBlocks = (
  host: Host,
  ends: (lease: BlockLease) => boolean,
): Promise<{ readonly ended: readonly BlockLease[]; readonly left: readonly BlockLease[] }> =>
  oneAtATime(host, async () => {
    const before = await readBlocks(host)
    const ended = before.leases.filter(ends)
    const left = before.leases.filter((lease) => !ends(lease))
    for (const lease of ended) await removeRule(host, ruleOf(lease))
    await storeBlocks(host, { ...before, leases: left })
    return { ended, left }
  })

/** Ends what is over and puts back what is missing. @returns ids of those put back */
export const restoreWindowsBlocks = async (
  host: Host,
): Promise<{ readonly repaired: readonly string[]; readonly leases: readonly BlockLease[] }> => {
  const { left } = await removeWindowsBlocks(host, ({ endsAt }) => endsAt !== null && endsAt <= host.now())
  return oneAtATime(host, async () => {
    const repaired: string[] = []
    for (const lease of left) {
      if (await holdsWindowsBlock(host, lease)) continue
      await put(host, lease)
      repaired.push(lease.actionId)
    }
    return { repaired, leases: left }
  })
}
