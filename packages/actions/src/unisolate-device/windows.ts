import type * as z from 'zod'
import type { Evidence, Executor, Job } from '../executor.ts'
import { readIsolation } from '../firewall/isolation.ts'
import { windowsUnavailable } from '../firewall/windows-commands.ts'
import { endWindowsIsolation, isWindowsIsolated } from '../firewall/windows-isolation.ts'
import type { unisolateDevice } from './spec.ts'

type Parameters = z.output<(typeof unisolateDevice)['parameters']>

const meant =
  ({ parameters }: Job<Parameters>) =>
  ({ actionId }: { readonly actionId: string }): boolean =>
    parameters.isolation === null || actionId === parameters.isolation

const look = async (job: Job<Parameters>): Promise<{ readonly gone: boolean; readonly evidence: Evidence }> => {
  const held = (await readIsolation(job.host)).leases
  const isolated = await isWindowsIsolated(job.host)
  return {
    gone: !held.some(meant(job)) && isolated === held.length > 0,
    evidence: { isolated, otherIsolations: held.map(({ actionId }) => actionId) },
  }
}

/** Held against recorded commands; not run on a real Windows yet. */
export const windows: Executor<Parameters> = {
  unavailable: windowsUnavailable,
  execute: async (job) => {
    await job.note({ step: 'releasing' })
    const { ended } = await endWindowsIsolation(job.host, meant(job))
    const { evidence } = await look(job)
    return {
      ...evidence,
      released: ended.map(({ actionId }) => actionId),
      roundTrip: await job.host.controlPlane.roundTrip(5_000),
    }
  },
  verify: async (job) => {
    const { gone, evidence } = await look(job)
    return gone
      ? { result: 'passed', detail: 'The policy is what it was, or another isolation holds', evidence }
      : { result: 'failed', detail: 'The device is still isolated', evidence }
  },
  // Imported twice is as once.
  reconcile: async (job) => {
    await endWindowsIsolation(job.host, meant(job))
    const { gone, evidence } = await look(job)
    return gone
      ? { state: 'applied', evidence }
      : { state: 'unknown', detail: 'The policy is still that of an isolation' }
  },
}
