import type * as z from 'zod'
import { canonicalNetwork } from '../address/parse-address.ts'
import { ActionFailure, type Executor, type Job } from '../executor.ts'
import type { BlockLease } from '../firewall/block-rules.ts'
import { readBlocks } from '../firewall/blocks.ts'
import { addWindowsBlock, holdsWindowsBlock, restoreWindowsBlocks } from '../firewall/windows-blocks.ts'
import { readWindowsFacts, windowsUnavailable } from '../firewall/windows-commands.ts'
import { blockIp } from './spec.ts'

type Parameters = z.output<(typeof blockIp)['parameters']>

const leaseOf = async ({ host, actionId }: Job<Parameters>): Promise<BlockLease | undefined> =>
  (await readBlocks(host)).leases.find((lease) => lease.actionId === actionId)

/** Held against recorded commands; not run on a real Windows yet. */
export const windows: Executor<Parameters> = {
  unavailable: windowsUnavailable,

  execute: async (job) => {
    const { host, parameters, actionId } = job
    const refusal = blockIp.refuse?.(parameters, await readWindowsFacts(host)) ?? null
    if (refusal !== null) throw new ActionFailure('protected_target', refusal.message)
    const now = host.now()
    const { direction, durationMinutes } = parameters
    const endsAt = durationMinutes === null ? null : now + durationMinutes * 60_000
    const network = canonicalNetwork(parameters.address)
    await job.note({ step: 'blocking', network })
    await addWindowsBlock(host, { actionId, network, direction, appliedAt: now, endsAt })
    if (!(await holdsWindowsBlock(host, { actionId })))
      throw new ActionFailure('partial', 'The rule was made, but the firewall does not list it')
    return { blocked: network, direction, endsAt: endsAt === null ? null : new Date(endsAt).toISOString() }
  },

  verify: async (job) => {
    const held = (await leaseOf(job)) !== undefined && (await holdsWindowsBlock(job.host, job))
    return held
      ? { result: 'passed', detail: 'The rule is in the firewall', evidence: { held } }
      : { result: 'failed', detail: 'The rule is not in the firewall', evidence: { held } }
  },

  reconcile: async (job) => {
    const { leases } = await restoreWindowsBlocks(job.host)
    return leases.some(({ actionId }) => actionId === job.actionId)
      ? { state: 'applied', evidence: { held: true } }
      : { state: 'not_applied', detail: 'The block had not begun, or its time is over' }
  },

  watch: async (job) => {
    const { repaired } = await restoreWindowsBlocks(job.host)
    if ((await leaseOf(job)) === undefined)
      return { state: 'ended', repaired: false, detail: 'It was unblocked, or its time is over' }
    return repaired.includes(job.actionId)
      ? { state: 'drifted', repaired: true, detail: 'The rule had been removed by somebody else; it was put back' }
      : { state: 'in_force', repaired: false, detail: 'The rule is in the firewall' }
  },
}
