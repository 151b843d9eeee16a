import type * as z from 'zod'
import { canonicalNetwork, overlap, parseNetwork } from '../address/parse-address.ts'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import { blockSets, type BlockLease } from '../firewall/block-rules.ts'
import { heldRanges, readBlocks, removeBlocks } from '../firewall/blocks.ts'
import { blockTable, listTable, nftUnavailable } from '../firewall/nft.ts'
import type { unblockIp } from './spec.ts'

type Parameters = z.output<(typeof unblockIp)['parameters']>

const meant = ({ parameters }: Job<Parameters>): ((lease: BlockLease) => boolean) => {
  const network = canonicalNetwork(parameters.address)
  return (lease) => (parameters.block === null ? lease.network === network : lease.actionId === parameters.block)
}

/** Absent from every set, or held by a block that nobody asked to end. */
const look = async (job: Job<Parameters>): Promise<{ readonly gone: boolean; readonly evidence: Evidence }> => {
  const parsed = parseNetwork(job.parameters.address)
  if (parsed.kind === 'refused') throw new ActionFailure('execution_error', parsed.message)
  const { network } = parsed
  const touches = (text: string): boolean => {
    const other = parseNetwork(text)
    return other.kind === 'network' && overlap(other.network, network)
  }
  const { leases } = await readBlocks(job.host)
  const holders = leases.filter((lease) => touches(lease.network)).map(({ actionId }) => actionId)
  const objects = await listTable(job.host, blockTable)
  const inSet = blockSets
    .filter(({ family }) => family === network.family)
    .some(({ name }) =>
      heldRanges(objects, name).some(({ first, last }) => first <= network.last && network.first <= last),
    )
  return {
    gone: !leases.some(meant(job)) && (!inSet || holders.length > 0),
    evidence: { inSet, otherBlocks: holders, tableGone: objects === null },
  }
}

export const linux: Executor<Parameters> = {
  unavailable: nftUnavailable,

  execute: async (job) => {
    await job.note({ step: 'unblocking' })
    const { ended } = await removeBlocks(job.host, meant(job))
    const { gone, evidence } = await look(job)
    if (!gone)
      throw new ActionFailure(
        'partial',
        'The block was taken from the list but the kernel still holds the address',
        evidence,
      )
    return { ...evidence, unblocked: ended.map(({ actionId }) => actionId) }
  },

  verify: async (job) => {
    const { gone, evidence } = await look(job)
    return gone
      ? {
          result: 'passed',
          detail: evidence['inSet'] === true ? 'Another block holds the address' : 'The address is in no set',
          evidence,
        }
      : { result: 'failed', detail: 'The address is still blocked', evidence }
  },

  // Unblocking what is not blocked changes nothing, so a half of it is finished here.
  reconcile: async (job) => {
    if ((await readBlocks(job.host)).leases.some(meant(job)))
      return { state: 'not_applied', detail: 'The block still holds' }
    await removeBlocks(job.host, meant(job))
    const { gone, evidence } = await look(job)
    return gone ? { state: 'applied', evidence } : { state: 'unknown', detail: 'The kernel still holds the address' }
  },
}
