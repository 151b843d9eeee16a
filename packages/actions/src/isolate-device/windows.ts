import type * as z from 'zod'
import { canonicalNetwork, parseNetwork } from '../address/parse-address.ts'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import { readIsolation, requirePins } from '../firewall/isolation.ts'
import { readWindowsFacts, windowsUnavailable } from '../firewall/windows-commands.ts'
import {
  beginWindowsIsolation,
  confirmWindowsIsolation,
  endWindowsIsolation,
  isWindowsIsolated,
  restoreWindowsIsolation,
} from '../firewall/windows-isolation.ts'
import { isolateDevice } from './spec.ts'

type Parameters = z.output<(typeof isolateDevice)['parameters']>

/** A task of the system takes it back after this, whatever becomes of the agent. */
const provisionalMs = 60_000
const proofMs = 20_000

const mine =
  ({ actionId }: Job<Parameters>) =>
  (lease: { readonly actionId: string }): boolean =>
    lease.actionId === actionId

/** Held against recorded commands; not run on a real Windows yet. */
export const windows: Executor<Parameters> = {
  unavailable: windowsUnavailable,

  execute: async (job) => {
    const { host, parameters, actionId } = job
    const pins = requirePins(host)
    const refusal = isolateDevice.refuse?.(parameters, await readWindowsFacts(host)) ?? null
    if (refusal !== null) throw new ActionFailure('protected_target', refusal.message)
    const allow = [...parameters.allow, ...host.policy().isolationAllow]
      .filter((text) => parseNetwork(text).kind === 'network')
      .map(canonicalNetwork)
    const endsAt = parameters.durationMinutes === null ? null : host.now() + parameters.durationMinutes * 60_000
    await job.note({ step: 'isolating' })
    await beginWindowsIsolation(host, { actionId, allow, endsAt, probe: null }, provisionalMs)
    try {
      await job.note({ step: 'isolated_for_now' })
      const proven = await host.controlPlane.roundTrip(proofMs)
      await job.note({ step: 'confirming' })
      if (!proven || job.signal.aborted || !(await confirmWindowsIsolation(host, actionId)))
        throw new ActionFailure(
          'lockout_rolled_back',
          'The control plane did not answer on a new connection under isolation; the isolation was taken back',
        )
    } catch (error) {
      await endWindowsIsolation(host, mine(job))
      throw error
    }
    const shown: Evidence = {
      isolated: true,
      controlPlane: pins.map(({ address, port }) => ({ address, port })),
      allow,
      endsAt: endsAt === null ? null : new Date(endsAt).toISOString(),
      leases: (await readIsolation(host)).leases.length,
      preOpened: 'not tried: Windows decides anew about open connections when its policy changes',
    }
    return shown
  },

  verify: async (job) => {
    if (!(await readIsolation(job.host)).leases.some(mine(job)))
      return { result: 'failed', detail: 'This isolation is not there any more', evidence: {} }
    const held = await isWindowsIsolated(job.host)
    const roundTrip = await job.host.controlPlane.roundTrip(5_000)
    const evidence = { held, roundTrip }
    if (!held) return { result: 'failed', detail: 'The policy of the firewall is not that of an isolation', evidence }
    return roundTrip
      ? { result: 'passed', detail: 'All is blocked by default, and the control plane answers', evidence }
      : { result: 'inconclusive', detail: 'All is blocked by default, but the control plane did not answer', evidence }
  },

  reconcile: async (job) => {
    await endWindowsIsolation(job.host, (lease) => mine(job)(lease) && lease.provisionalUntil !== null)
    await restoreWindowsIsolation(job.host)
    return (await readIsolation(job.host)).leases.some(mine(job))
      ? { state: 'applied', evidence: { isolated: true } }
      : {
          state: 'not_applied',
          detail: 'The isolation was never proven to leave the control plane reachable, and is gone',
        }
  },

  watch: async (job) => {
    const { drifted } = await restoreWindowsIsolation(job.host)
    if (!(await readIsolation(job.host)).leases.some(mine(job)))
      return { state: 'ended', repaired: false, detail: 'It was ended, or its time is over' }
    return drifted
      ? {
          state: 'drifted',
          repaired: true,
          detail: 'The policy of the firewall had been changed by somebody else; it was put back',
        }
      : { state: 'in_force', repaired: false, detail: 'All is blocked by default' }
  },
}
