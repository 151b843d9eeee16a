import type * as z from 'zod'
import { canonicalNetwork } from '../address/parse-address.ts'
import type { Executor, Job } from '../executor.ts'
import type { BlockLease } from '../firewall/block-rules.ts'
import { readBlocks } from '../firewall/blocks.ts'
import { removeWindowsBlocks } from '../firewall/windows-blocks.ts'
import { windowsUnavailable } from '../firewall/windows-commands.ts'
import type { unblockIp } from './spec.ts'

type Parameters = z.output<(typeof unblockIp)['parameters']>

const meant = ({ parameters }: Job<Parameters>): ((lease: BlockLease) => boolean) => {
  const network = canonicalNetwork(parameters.address)
  return (lease) => (parameters.block === null ? lease.network === network : lease.actionId === parameters.block)
}

/** Held against recorded commands; not run on a real Windows yet. */
export const windows: Executor<Parameters> = {
  unavailable: windowsUnavailable,
  execute: async (job) => {
    await job.note({ step: 'unblocking' })
    const { ended, left } = await removeWindowsBlocks(job.host, meant(job))
    return { unblocked: ended.map(({ actionId }) => actionId), blocksLeft: left.length }
  },
  verify: async (job) =>
    (await readBlocks(job.host)).leases.some(meant(job))
      ? { result: 'failed', detail: 'The address is still blocked', evidence: {} }
      : { result: 'passed', detail: 'No such block is left', evidence: {} },
  reconcile: async (job) => {
    await removeWindowsBlocks(job.host, meant(job))
    return { state: 'applied', evidence: {} }
  },
}
