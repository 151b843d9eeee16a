import type * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import { endIsolation, readIsolation } from '../firewall/isolation.ts'
import type { IsolationLease } from '../firewall/isolation-rules.ts'
import { isolationTable, listTable, nftUnavailable } from '../firewall/nft.ts'
import { knock } from '../firewall/probe.ts'
import type { unisolateDevice } from './spec.ts'

type Parameters = z.output<(typeof unisolateDevice)['parameters']>

const meant =
  ({ parameters }: Job<Parameters>) =>
  ({ actionId }: IsolationLease): boolean =>
    parameters.isolation === null || actionId === parameters.isolation

const look = async (job: Job<Parameters>): Promise<{ readonly gone: boolean; readonly evidence: Evidence }> => {
  const held = (await readIsolation(job.host)).leases
  const tableGone = (await listTable(job.host, isolationTable)) === null
  return {
    gone: !held.some(meant(job)) && tableGone === (held.length === 0),
    evidence: { tableGone, otherIsolations: held.map(({ actionId }) => actionId) },
  }
}

export const linux: Executor<Parameters> = {
  unavailable: nftUnavailable,

  execute: async (job) => {
    await job.note({ step: 'releasing' })
    const { ended, left } = await endIsolation(job.host, meant(job))
    const { gone, evidence } = await look(job)
    if (!gone)
      throw new ActionFailure(
        'partial',
        'The isolation was taken from the list but its table is still in the kernel',
        evidence,
      )
    if (left.length > 0)
      return { ...evidence, released: ended.map(({ actionId }) => actionId), network: 'another isolation holds' }
    const probe = ended.find((lease) => lease.probe?.wasOpen === true)?.probe
    return {
      ...evidence,
      released: ended.map(({ actionId }) => actionId),
      roundTrip: await job.host.controlPlane.roundTrip(5_000),
      network:
        probe == null
          ? 'nothing had listened before to try it with'
          : { address: probe.address, port: probe.port, ...(await knock(job.host, probe)) },
    }
  },

  verify: async (job) => {
    const { gone, evidence } = await look(job)
    return gone
      ? {
          result: 'passed',
          detail: evidence['tableGone'] === true ? 'The table is gone' : 'Another isolation holds',
          evidence,
        }
      : { result: 'failed', detail: 'The device is still isolated', evidence }
  },

  // Ending what is ended changes nothing, and a half of it is worse than either.
  reconcile: async (job) => {
    if ((await readIsolation(job.host)).leases.some(meant(job)))
      return { state: 'not_applied', detail: 'The isolation still holds' }
    await endIsolation(job.host, meant(job))
    const { gone, evidence } = await look(job)
    return gone ? { state: 'applied', evidence } : { state: 'unknown', detail: 'The table is still in the kernel' }
  },
}
