import * as z from 'zod'
import { ActionFailure } from '../executor.ts'
import type { Host } from '../host.ts'
import { forgetState, oneAtATime, readState, writeState } from './durable-state.ts'
import {
  confirmScript,
  isolationScript,
  liveIsolationSets,
  repinScript,
  type IsolationLease,
  type Pin,
} from './isolation-rules.ts'
import { applyNft, elementsOf, fingerprint, isolationTable, listTable, type TableObjects } from './nft.ts'

const PinShape = z.object({ address: z.string(), port: z.int() })
const Lease = z.object({
  actionId: z.string(),
  slot: z.int().min(1),
  allow: z.array(z.string()),
  appliedAt: z.number(),
  endsAt: z.number().nullable(),
  provisionalUntil: z.number().nullable(),
  probe: PinShape.extend({ wasOpen: z.boolean() }).nullable(),
})
const State = z.object({
  leases: z.array(Lease),
  pins: z.array(PinShape),
  /** Of the table as the kernel listed it after our last change; what differs from it was changed by somebody else. */
  fingerprint: z.string(),
})
export type IsolationState = z.output<typeof State>

const name = 'isolation'
const none: IsolationState = { leases: [], pins: [], fingerprint: '' }

export const readIsolation = async (host: Host): Promise<IsolationState> => {
  const state = await readState(host, name)
  return state === null ? none : State.parse(state)
}

export const storeIsolation = (host: Host, state: IsolationState): Promise<void> =>
  state.leases.length === 0 ? forgetState(host, name) : writeState(host, name, state)

const listed = (objects: TableObjects | null): string =>
  objects === null ? '' : fingerprint(objects, liveIsolationSets)

/** Makes the kernel's table what the leases say, in one transaction. */
const applyState = async (host: Host, state: IsolationState): Promise<IsolationState> => {
  await applyNft(host, isolationScript(state.leases, state.pins, host.now()))
  if (state.leases.length === 0) return none
  const fresh = { ...state, fingerprint: listed(await listTable(host, isolationTable)) }
  await storeIsolation(host, fresh)
  return fresh
}

/** Durable first, then the kernel: after a crash the leases tell what must be. */
const change = async (host: Host, state: IsolationState): Promise<IsolationState> => {
  await storeIsolation(host, state)
  return applyState(host, state)
}

/** Addresses that the agent may dial; under isolation those alone are open. */
export const knownPins = (host: Host): Pin[] =>
  host.controlPlane.addresses().map(({ address, port }) => ({ address, port }))

const union = (one: readonly Pin[], other: readonly Pin[]): Pin[] => [
  ...new Map([...one, ...other].map((pin) => [`${pin.address} ${pin.port}`, pin])).values(),
]

/** Isolates, for `provisionalMs` at first. @throws ActionFailure, with nothing left */
export const beginIsolation = (
  host: Host,
  asked: Pick<IsolationLease, 'actionId' | 'allow' | 'endsAt' | 'probe'>,
  provisionalMs: number,
): Promise<IsolationLease> =>
  oneAtATime(host, async () => {
    const before = await readIsolation(host)
    const others = before.leases.filter(({ actionId }) => actionId !== asked.actionId)
    const taken = new Set(others.map(({ slot }) => slot))
    let slot = 1
    while (taken.has(slot)) slot++
    const now = host.now()
    const lease = { ...asked, allow: [...asked.allow], slot, appliedAt: now, provisionalUntil: now + provisionalMs }
    try {
      // Addresses that an earlier isolation was proven with stay: this one may yet be taken back.
      await change(host, { ...before, leases: [...others, lease], pins: union(knownPins(host), before.pins) })
    } catch (error) {
      await storeIsolation(host, { ...before, leases: others })
      throw error
    }
    return lease
  })

/** The proof is there. @returns false when the kernel had let go meanwhile: then it proves nothing */
export const confirmIsolation = (host: Host, lease: IsolationLease): Promise<boolean> =>
  oneAtATime(host, async () => {
    try {
      await applyNft(host, confirmScript(lease, host.now()))
    } catch {
      return false
    }
    const state = await readIsolation(host)
    const leases = state.leases.map((one) =>
      one.actionId === lease.actionId ? { ...one, provisionalUntil: null } : one,
    )
    await storeIsolation(host, { ...state, leases })
    return true
  })

/** Takes leases away; the table goes with the last. @returns those taken */
export const endIsolation = (
  host: Host,
  ends: (lease: IsolationLease) => boolean,
): Promise<{ readonly ended: readonly IsolationLease[]; readonly left: readonly IsolationLease[] }> =>
  oneAtATime(host, async () => {
    const state = await readIsolation(host)
    const ended = state.leases.filter(ends)
    const left = state.leases.filter((lease) => !ends(lease))
    if (ended.length > 0 || left.length === 0) await change(host, { ...state, leases: left })
    return { ended, left }
  })

const gateOf = (
  objects: TableObjects | null,
  lease: IsolationLease,
): { readonly confirmed: boolean; readonly expiresS: number | null } | null => {
  for (const { comment, expiresS } of objects === null ? [] : elementsOf(objects, 'gate')) {
    const [word, actionId] = (comment ?? '').split(' ')
    if (actionId === lease.actionId) return { confirmed: word === 'confirmed', expiresS }
  }
  return null
}

export interface IsolationView {
  readonly state: IsolationState
  readonly objects: TableObjects | null
  /** Rules, chains and pinned addresses are as we left them. */
  readonly complete: boolean
  /** The kernel holds this lease; null: it does not. */
  readonly gate: (lease: IsolationLease) => { readonly confirmed: boolean; readonly expiresS: number | null } | null
}

export const viewIsolation = async (host: Host): Promise<IsolationView> => {
  const state = await readIsolation(host)
  const objects = await listTable(host, isolationTable)
  return {
    state,
    objects,
    complete: objects !== null && listed(objects) === state.fingerprint,
    gate: (lease) => gateOf(objects, lease),
  }
}

/** A second or two between the kernel's clock and the server's are no drift. */
const slackMs = 5_000

/** The kernel holds the lease, and not for less time than it should. */
export const isHeld = (view: IsolationView, lease: IsolationLease, now: number): boolean => {
  const gate = view.gate(lease)
  if (lease.provisionalUntil !== null) return gate !== null
  if (lease.endsAt !== null && lease.endsAt - now < slackMs) return true
  if (gate === null) return false
  if (gate.expiresS === null) return true
  // A host that slept is held for longer than asked: whoever ends it in time is the agent.
  return lease.endsAt !== null && gate.expiresS * 1_000 > lease.endsAt - now - 60_000
}

/**
 * Makes the kernel what the leases say: after a reboot, a crash, or when somebody else changed our table. Leases that were never
 * proven end, unless the kernel shows that the proof came and only our note of it did not; those whose time is over end too.
 * @returns whether something of ours had been changed
 */
export const restoreIsolation = (
  host: Host,
  options: { readonly atStart: boolean },
): Promise<{ readonly drifted: boolean; readonly leases: number }> =>
  oneAtATime(host, async () => {
    const view = await viewIsolation(host)
    const now = host.now()
    const kept = view.state.leases.flatMap((lease) => {
      if (lease.endsAt !== null && lease.endsAt <= now) return []
      if (lease.provisionalUntil === null) return [lease]
      if (view.gate(lease)?.confirmed === true) return [{ ...lease, provisionalUntil: null }]
      return options.atStart || lease.provisionalUntil <= now ? [] : [lease]
    })
    const state: IsolationState = { ...view.state, leases: kept }
    const same = JSON.stringify(kept) === JSON.stringify(view.state.leases)
    if (kept.length === 0) {
      await storeIsolation(host, state)
      if (view.objects !== null) await applyState(host, state)
      return { drifted: false, leases: 0 }
    }
    const held = kept.every((lease) => lease.provisionalUntil !== null || isHeld(view, lease, now))
    if (same && view.complete && held) return { drifted: false, leases: kept.length }
    await storeIsolation(host, state)
    const fresh = await applyState(host, state)
    // A newer nft lists the same rules in other words: then putting them back changes nothing that it says.
    const reworded = view.complete || (view.objects !== null && listed(view.objects) === fresh.fingerprint)
    return { drifted: !reworded || !held, leases: kept.length }
  })

/** Under isolation, follows the control plane to new addresses: opened beside the old, which go once the new ones have answered. */
export const updateLinuxPins = (host: Host): Promise<{ readonly changed: boolean; readonly proven: boolean }> =>
  oneAtATime(host, async () => {
    const state = await readIsolation(host)
    const wanted = knownPins(host)
    const key = (pins: readonly Pin[]): string =>
      JSON.stringify(pins.map(({ address, port }) => `${address} ${port}`).sort())
    if (state.leases.length === 0 || wanted.length === 0 || key(wanted) === key(state.pins))
      return { changed: false, proven: true }
    const repin = async (pins: readonly Pin[]): Promise<void> => {
      await storeIsolation(host, { ...state, pins: [...pins] })
      await applyNft(host, repinScript(pins))
      await storeIsolation(host, {
        ...state,
        pins: [...pins],
        fingerprint: listed(await listTable(host, isolationTable)),
      })
    }
    const both = union(wanted, state.pins)
    await repin(both)
    const proven = await host.controlPlane.roundTrip(5_000)
    // Both stay when nothing answers: the old ones may be what the agent comes back by.
    if (proven && key(both) !== key(wanted)) await repin(wanted)
    return { changed: true, proven }
  })

export const requirePins = (host: Host): readonly Pin[] => {
  const pins = knownPins(host)
  if (pins.length === 0)
    throw new ActionFailure(
      'execution_error',
      'The agent knows no address of the control plane: isolated, this device could not be managed any more',
    )
  return pins
}
