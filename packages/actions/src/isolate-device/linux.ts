import type * as z from 'zod'
import { formatNetwork, overlap, parseNetwork } from '../address/parse-address.ts'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import { allBut, cutConnections } from '../firewall/cut-connections.ts'
import { readLinuxFacts } from '../firewall/facts.ts'
import type { IsolationLease, Pin } from '../firewall/isolation-rules.ts'
import {
  beginIsolation,
  confirmIsolation,
  endIsolation,
  isHeld,
  readIsolation,
  requirePins,
  restoreIsolation,
  viewIsolation,
} from '../firewall/isolation.ts'
import { counterOf, isolationTable, listTable, nftUnavailable } from '../firewall/nft.ts'
import { findProbe, knock } from '../firewall/probe.ts'
import { driftFound, takeDrift } from '../firewall/told-of-drift.ts'
import { isolateDevice } from './spec.ts'

type Parameters = z.output<(typeof isolateDevice)['parameters']>

/** The kernel lets go by itself after this, whatever becomes of the agent. */
const provisionalMs = 30_000
/** Leaves time to confirm before the kernel lets go. */
const proofMs = 20_000

const within = (allow: readonly string[], { address }: Pin): boolean => {
  const target = parseNetwork(address)
  return (
    target.kind === 'network' &&
    allow.some((text) => {
      const open = parseNetwork(text)
      return open.kind === 'network' && overlap(open.network, target.network)
    })
  )
}

/** Asks over new connections until one answers or the time is over. */
const proven = async ({ host, signal }: Job<Parameters>): Promise<boolean> => {
  const until = performance.now() + proofMs
  while (!signal.aborted) {
    const left = until - performance.now()
    if (left <= 0) return false
    if (await host.controlPlane.roundTrip(Math.min(5_000, left))) return true
    await host.sleep(Math.min(500, Math.max(0, until - performance.now())), signal)
  }
  return false
}

const rejected = async (job: Job<Parameters>): Promise<number> => {
  const objects = await listTable(job.host, isolationTable)
  return objects === null ? 0 : counterOf(objects, 'rejected_out') + counterOf(objects, 'dropped_out')
}

/** Knocks where nobody may; the kernel's own count shows that it was our rule that answered. */
const forbidden = async (
  job: Job<Parameters>,
  lease: Pick<IsolationLease, 'probe'>,
): Promise<{ readonly evidence: Evidence; readonly leaked: boolean }> => {
  if (lease.probe === null)
    return { evidence: { outcome: 'no address to try: the host has no gateway and no name server' }, leaked: false }
  const before = await rejected(job)
  const { outcome } = await knock(job.host, lease.probe)
  const counted = (await rejected(job)) > before
  const { address, port, wasOpen } = lease.probe
  return { evidence: { address, port, wasOpen, outcome, counted }, leaked: outcome === 'open' }
}

const unproven = (job: Job<Parameters>): ActionFailure =>
  job.signal.aborted
    ? new ActionFailure(
        'timed_out',
        'Time was over before the control plane had answered; the isolation was taken back',
      )
    : new ActionFailure(
        'lockout_rolled_back',
        'The control plane did not answer on a new connection under isolation; the isolation was taken back',
      )

/** Isolates for a moment, asks for the proof, and keeps it only then. @returns the milliseconds that the proof took */
const isolate = async (
  job: Job<Parameters>,
  asked: Pick<IsolationLease, 'actionId' | 'allow' | 'endsAt' | 'probe'>,
): Promise<number> => {
  const { host } = job
  await job.note({ step: 'isolating' })
  const lease = await beginIsolation(host, asked, provisionalMs)
  try {
    await job.note({ step: 'isolated_for_now' })
    const started = performance.now()
    if (!(await proven(job))) throw unproven(job)
    const took = Math.round(performance.now() - started)
    await job.note({ step: 'confirming' })
    // The kernel had let go meanwhile: then the answer may have come over an open network.
    if (!(await confirmIsolation(host, lease))) throw unproven(job)
    return took
  } catch (error) {
    await endIsolation(host, ({ actionId }) => actionId === job.actionId)
    throw error
  }
}

/** Entries that are no addresses open nothing. */
const opened = (entries: readonly string[]): string[] =>
  entries.flatMap((text) => {
    const parsed = parseNetwork(text)
    return parsed.kind === 'network' ? [formatNetwork(parsed.network)] : []
  })

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { host, parameters, actionId } = job
  const pins = requirePins(host)
  const facts = await readLinuxFacts(host)
  const refusal = isolateDevice.refuse?.(parameters, facts) ?? null
  if (refusal !== null) throw new ActionFailure('protected_target', refusal.message)
  const allow = opened([...parameters.allow, ...host.policy().isolationAllow])
  const mayKnock = (pin: Pin): boolean => !within(allow, pin) && !pins.some(({ address }) => address === pin.address)
  const probe = await findProbe(host, facts, job.context, mayKnock)
  try {
    const endsAt = parameters.durationMinutes === null ? null : host.now() + parameters.durationMinutes * 60_000
    const asked = { actionId, allow, endsAt, probe: probe?.target ?? null }
    const roundTripMs = await isolate(job, asked)
    await job.note({ step: 'confirmed' })
    const cut = await cutConnections(host, allBut(facts.addresses, pins, allow))
    const dead = probe?.connection == null ? null : await probe.connection.diesWithin(2_000)
    const { evidence, leaked } = await forbidden(job, asked)
    const shown: Evidence = {
      isolated: true,
      table: `inet ${isolationTable}`,
      leases: (await readIsolation(host)).leases.length,
      controlPlane: pins.map(({ address, port }) => ({ address, port })),
      roundTripMs,
      allow,
      endsAt: endsAt === null ? null : new Date(endsAt).toISOString(),
      forbiddenProbe: evidence,
      preOpened: dead === null ? 'none: nothing listened where this host may ask' : { ...probe?.target, dead },
      connectionsCut: cut,
    }
    if (leaked || dead === false)
      throw new ActionFailure(
        'partial',
        'The rules are in force and stay, but a connection still gets through: something on this host goes past its firewall',
        shown,
      )
    return shown
  } finally {
    probe?.connection?.close()
  }
}

const shownBy = (lease: IsolationLease): Evidence => ({
  isolated: true,
  table: `inet ${isolationTable}`,
  allow: [...lease.allow],
  appliedAt: new Date(lease.appliedAt).toISOString(),
  endsAt: lease.endsAt === null ? null : new Date(lease.endsAt).toISOString(),
})

const leaseOf = async ({ host, actionId }: Job<Parameters>): Promise<IsolationLease | null> =>
  (await readIsolation(host)).leases.find((lease) => lease.actionId === actionId) ?? null

export const linux: Executor<Parameters> = {
  unavailable: nftUnavailable,
  execute,

  verify: async (job) => {
    const view = await viewIsolation(job.host)
    const lease = view.state.leases.find(({ actionId }) => actionId === job.actionId)
    if (lease === undefined) return { result: 'failed', detail: 'This isolation is not there any more', evidence: {} }
    const held = isHeld(view, lease, job.host.now())
    const [reached, { evidence, leaked }] = await Promise.all([
      job.host.controlPlane.roundTrip(5_000),
      forbidden(job, lease),
    ])
    const shown: Evidence = {
      rulesComplete: view.complete,
      held,
      roundTrip: reached,
      forbiddenProbe: evidence,
    }
    if (!view.complete || !held)
      return { result: 'failed', detail: 'The rules in the kernel are not those that were put there', evidence: shown }
    if (leaked) return { result: 'failed', detail: 'A forbidden connection got through', evidence: shown }
    return reached
      ? {
          result: 'passed',
          detail: 'The rules are complete, a forbidden connection fails, and the control plane answers',
          evidence: shown,
        }
      : {
          result: 'inconclusive',
          detail: 'The rules are complete, but the control plane did not answer on a new connection',
          evidence: shown,
        }
  },

  reconcile: async (job) => {
    await restoreIsolation(job.host, { atStart: true })
    const lease = await leaseOf(job)
    return lease === null
      ? {
          state: 'not_applied',
          detail: 'The isolation was never proven to leave the control plane reachable, and is gone',
        }
      : { state: 'applied', evidence: shownBy(lease) }
  },

  watch: async (job) => {
    const { host, actionId } = job
    const lease = await leaseOf(job)
    const over = lease?.endsAt != null && lease.endsAt <= host.now()
    if (lease === null || over) {
      if (over) await restoreIsolation(host, { atStart: false })
      return { state: 'ended', repaired: false, detail: over ? 'Its time is over' : 'It was ended' }
    }
    try {
      const { drifted } = await restoreIsolation(host, { atStart: false })
      if (drifted)
        driftFound(
          host,
          isolationTable,
          (await readIsolation(host)).leases.map((one) => one.actionId),
        )
    } catch (error) {
      if (!(error instanceof ActionFailure)) throw error
      return {
        state: 'drifted',
        repaired: false,
        detail: `The isolation was changed by somebody else and could not be put back: ${error.message}`,
      }
    }
    return takeDrift(host, isolationTable, actionId)
      ? {
          state: 'drifted',
          repaired: true,
          detail: 'The rules of the isolation had been changed or removed by somebody else; they were put back',
        }
      : { state: 'in_force', repaired: false, detail: 'The rules are as they were put there' }
  },
}
