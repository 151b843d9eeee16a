import type * as z from 'zod'
import { canonicalNetwork, formatAddress, parseNetwork } from '../address/parse-address.ts'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import type { BlockLease } from '../firewall/block-rules.ts'
import { addBlock, areHeld, packetsOf, readBlocks, restoreBlocks, viewBlocks } from '../firewall/blocks.ts'
import { cutConnections, withPeer } from '../firewall/cut-connections.ts'
import { readLinuxFacts } from '../firewall/facts.ts'
import { lookOnce } from '../firewall/look-once.ts'
import { blockTable, listTable, nftUnavailable } from '../firewall/nft.ts'
import { knock } from '../firewall/probe.ts'
import { driftFound, takeDrift } from '../firewall/told-of-drift.ts'
import { blockIp } from './spec.ts'

type Parameters = z.output<(typeof blockIp)['parameters']>

const restoreOnce = lookOnce(async (host) => {
  const { drifted, leases } = await restoreBlocks(host)
  if (drifted) {
    driftFound(
      host,
      blockTable,
      leases.map(({ actionId }) => actionId),
    )
  }
})

const leaseOf = async ({ host, actionId }: Job<Parameters>): Promise<BlockLease | null> =>
  (await readBlocks(host)).leases.find((lease) => lease.actionId === actionId) ?? null

/** Knocks at the blocked address: our own rule answers, so nothing leaves the host while it is in force. */
const forbidden = async ({
  host,
  parameters,
}: Job<Parameters>): Promise<{ readonly evidence: Evidence; readonly leaked: boolean }> => {
  if (parameters.direction === 'in') return { evidence: { outcome: 'not tried: the way out is open' }, leaked: false }
  const parsed = parseNetwork(parameters.address)
  if (parsed.kind === 'refused') return { evidence: {}, leaked: false }
  const { family, first, last } = parsed.network
  const address = formatAddress({ family, value: first === last ? first : first + 1n })
  const { outcome } = await knock(host, { address, port: 443 }, 300)
  return { evidence: { address, port: 443, outcome }, leaked: outcome === 'open' }
}

const shownBy = (lease: BlockLease, others: number): Evidence => ({
  blocked: lease.network,
  direction: lease.direction,
  table: `inet ${blockTable}`,
  endsAt: lease.endsAt === null ? null : new Date(lease.endsAt).toISOString(),
  otherBlocks: others,
})

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { host, parameters, actionId } = job
  const refusal = blockIp.refuse?.(parameters, await readLinuxFacts(host)) ?? null
  if (refusal !== null) throw new ActionFailure('protected_target', refusal.message)
  const { direction, durationMinutes } = parameters
  const now = host.now()
  const lease: BlockLease = {
    actionId,
    network: canonicalNetwork(parameters.address),
    direction,
    appliedAt: now,
    endsAt: durationMinutes === null ? null : now + durationMinutes * 60_000,
  }
  await job.note({ step: 'blocking', network: lease.network })
  await addBlock(host, lease)
  const [cut, { evidence, leaked }] = await Promise.all([cutConnections(host, withPeer(lease.network)), forbidden(job)])
  const objects = await listTable(host, blockTable)
  const { leases } = await readBlocks(host)
  const inSet = areHeld(objects, [lease], host.now())
  const shown: Evidence = {
    ...shownBy(lease, leases.length - 1),
    inSet,
    probe: evidence,
    packetsHeldBack: packetsOf(objects, lease.network),
    connectionsCut: cut,
  }
  if (!inSet || leaked)
    throw new ActionFailure(
      'partial',
      inSet
        ? 'The block is in force and stays, but a connection still gets through'
        : 'The kernel does not hold the block',
      shown,
    )
  return shown
}

export const linux: Executor<Parameters> = {
  unavailable: nftUnavailable,
  execute,

  verify: async (job) => {
    const lease = await leaseOf(job)
    if (lease === null || (lease.endsAt !== null && lease.endsAt <= job.host.now()))
      return {
        result: 'failed',
        detail: lease === null ? 'The block is not there any more' : 'Its time is over',
        evidence: {},
      }
    const { evidence, leaked } = await forbidden(job)
    const { objects, complete } = await viewBlocks(job.host)
    const inSet = areHeld(objects, [lease], job.host.now())
    const packets = packetsOf(objects, lease.network)
    const shown: Evidence = { inSet, rulesComplete: complete, packetsHeldBack: packets, probe: evidence }
    if (!inSet || !complete)
      return { result: 'failed', detail: 'The kernel does not hold the block as it was put there', evidence: shown }
    if (leaked) return { result: 'failed', detail: 'A connection to the blocked address got through', evidence: shown }
    return {
      result: 'passed',
      detail: `The address is in the set; ${packets} packets were held back so far`,
      evidence: shown,
    }
  },

  reconcile: async (job) => {
    const lease = await leaseOf(job)
    if (lease === null) return { state: 'not_applied', detail: 'The block had not begun' }
    const { leases } = await restoreBlocks(job.host)
    return leases.some(({ actionId }) => actionId === job.actionId)
      ? { state: 'applied', evidence: shownBy(lease, leases.length - 1) }
      : { state: 'not_applied', detail: 'Its time is over' }
  },

  watch: async (job) => {
    const { host, actionId } = job
    const lease = await leaseOf(job)
    if (lease === null) return { state: 'ended', repaired: false, detail: 'It was unblocked' }
    if (lease.endsAt !== null && lease.endsAt <= host.now()) {
      await restoreBlocks(host)
      return { state: 'ended', repaired: false, detail: 'Its time is over' }
    }
    try {
      await restoreOnce(host)
    } catch (error) {
      if (!(error instanceof ActionFailure)) throw error
      return {
        state: 'drifted',
        repaired: false,
        detail: `The block was changed by somebody else and could not be put back: ${error.message}`,
      }
    }
    return takeDrift(host, blockTable, actionId)
      ? {
          state: 'drifted',
          repaired: true,
          detail: 'The block had been changed or removed by somebody else; it was put back',
        }
      : { state: 'in_force', repaired: false, detail: 'The kernel holds the block' }
  },
}
