import * as z from 'zod'
import { contains, networkOf, parseAddress, parseNetwork, type Network } from '../address/parse-address.ts'
import { ActionFailure } from '../executor.ts'
import type { Host } from '../host.ts'
import { blockScript, blockSets, changeScript, liveBlockSets, spansOf, type BlockLease } from './block-rules.ts'
import { forgetState, oneAtATime, readState, writeState } from './durable-state.ts'
import { applyNft, blockTable, elementsOf, fingerprint, listTable, type SetElement, type TableObjects } from './nft.ts'

const Lease = z.object({
  actionId: z.string(),
  network: z.string(),
  direction: z.enum(['both', 'out', 'in']),
  appliedAt: z.number(),
  endsAt: z.number().nullable(),
})
const State = z.object({
  leases: z.array(Lease).max(10_000),
  /** Of the table as the kernel listed it after we made it; null: not listed since. */
  fingerprint: z.string().nullable(),
})
export type BlockState = z.output<typeof State>

const name = 'blocks'
const none: BlockState = { leases: [], fingerprint: null }

export const readBlocks = async (host: Host): Promise<BlockState> => {
  const state = await readState(host, name)
  return state === null ? none : State.parse(state)
}

export const storeBlocks = (host: Host, state: BlockState): Promise<void> =>
  state.leases.length === 0 ? forgetState(host, name) : writeState(host, name, state)

const listed = (objects: TableObjects | null): string => (objects === null ? '' : fingerprint(objects, liveBlockSets))

const rebuild = async (host: Host, leases: readonly BlockLease[]): Promise<TableObjects | null> => {
  await applyNft(host, blockScript(leases, host.now()))
  if (leases.length === 0) return null
  const objects = await listTable(host, blockTable)
  await storeBlocks(host, { leases: [...leases], fingerprint: listed(objects) })
  return objects
}

/** Durable first, then the kernel: only what differs where that will do, else the whole table. */
const change = async (host: Host, before: BlockState, leases: readonly BlockLease[]): Promise<void> => {
  await storeBlocks(host, { ...before, leases: [...leases] })
  if (before.leases.length > 0 && leases.length > 0) {
    try {
      const script = changeScript(before.leases, leases, host.now())
      if (script !== '') await applyNft(host, script)
      return
    } catch (error) {
      // An element ran out just now, or somebody else changed the table: making it anew is right in every case.
      if (!(error instanceof ActionFailure) || error.reason !== 'execution_error') throw error
    }
  }
  await rebuild(host, leases)
}

const running = (leases: readonly BlockLease[], now: number): BlockLease[] =>
  leases.filter(({ endsAt }) => endsAt === null || endsAt > now)

/** @throws ActionFailure, with nothing left of it */
export const addBlock = (host: Host, lease: BlockLease): Promise<void> =>
  oneAtATime(host, async () => {
    const before = await readBlocks(host)
    const others = running(before.leases, host.now()).filter(({ actionId }) => actionId !== lease.actionId)
    try {
      await change(host, before, [...others, lease])
    } catch (error) {
      await storeBlocks(host, before)
      throw error
    }
  })

/** @returns those taken away, and those left */
export const removeBlocks = (
  host: Host,
  ends: (lease: BlockLease) => boolean,
): Promise<{ readonly ended: readonly BlockLease[]; readonly left: readonly BlockLease[] }> =>
  oneAtATime(host, async () => {
    const before = await readBlocks(host)
    const ended = before.leases.filter(ends)
    const left = running(before.leases, host.now()).filter((lease) => !ends(lease))
    if (left.length === 0 || left.length !== before.leases.length) await change(host, before, left)
    return { ended, left }
  })

const Range = z.object({ range: z.tuple([z.string(), z.string()]) })
const Prefix = z.object({ prefix: z.object({ addr: z.string(), len: z.int() }) })

/** Which addresses an element of the kernel stands for; null: in a form that is not known. */
const rangeOf = ({ value }: SetElement): Pick<Network, 'first' | 'last'> | null => {
  const range = Range.safeParse(value)
  if (range.success) {
    const [first, last] = range.data.range.map(parseAddress)
    return first == null || last == null ? null : { first: first.value, last: last.value }
  }
  const prefix = Prefix.safeParse(value)
  const address = parseAddress(prefix.success ? prefix.data.prefix.addr : typeof value === 'string' ? value : '')
  return address === null ? null : networkOf(address, prefix.success ? prefix.data.prefix.len : undefined)
}

export interface HeldRange extends Pick<Network, 'first' | 'last'> {
  readonly expiresS: number | null
  readonly packets: number
}

export const heldRanges = (objects: TableObjects | null, set: string): readonly HeldRange[] =>
  objects === null
    ? []
    : elementsOf(objects, set).flatMap((element) => {
        const range = rangeOf(element)
        return range === null ? [] : [{ ...range, expiresS: element.expiresS, packets: element.packets ?? 0 }]
      })

/** Packets that the kernel has held back for a network so far. */
export const packetsOf = (objects: TableObjects | null, text: string): number => {
  const parsed = parseNetwork(text)
  if (parsed.kind === 'refused') return 0
  const { network } = parsed
  return blockSets
    .filter(({ family }) => family === network.family)
    .flatMap(({ name: set }) => heldRanges(objects, set))
    .filter(({ first, last }) => contains(network, { ...network, first, last }))
    .reduce((sum, { packets }) => sum + packets, 0)
}

/** A few seconds between two clocks are no drift. */
const slackMs = 5_000

/** Whether the kernel holds all that these leases ask for, and for as long. */
export const areHeld = (objects: TableObjects | null, leases: readonly BlockLease[], now: number): boolean =>
  blockSets.every((set) => {
    const wanted = spansOf(leases, set).filter(({ endsAt }) => endsAt === null || endsAt - now > slackMs)
    if (wanted.length === 0) return true
    const held = [...heldRanges(objects, set.name)].sort((one, other) => (one.first < other.first ? -1 : 1))
    let at = 0
    return wanted.every(({ first, last, endsAt }) => {
      // Both are in order and without overlaps, so one pass will do.
      let next = first
      while (at < held.length && next <= last) {
        const range = held[at]
        if (range === undefined || range.first > next) return false
        const enough = range.expiresS === null || (endsAt !== null && range.expiresS * 1_000 > endsAt - now - 60_000)
        if (range.last >= next) {
          if (!enough) return false
          next = range.last + 1n
        }
        if (next <= last || range.last <= last) at++
      }
      return next > last
    })
  })

export interface BlockView {
  readonly state: BlockState
  readonly objects: TableObjects | null
  readonly complete: boolean
}

export const viewBlocks = async (host: Host): Promise<BlockView> => {
  const state = await readBlocks(host)
  const objects = state.leases.length === 0 ? null : await listTable(host, blockTable)
  const complete = objects !== null && (state.fingerprint === null || listed(objects) === state.fingerprint)
  return { state, objects, complete }
}

/**
 * Makes the kernel what the leases say, after a reboot or when somebody else changed our table; leases whose time is over go.
 * @returns whether something of ours had been changed
 */
export const restoreBlocks = (
  host: Host,
): Promise<{ readonly drifted: boolean; readonly leases: readonly BlockLease[] }> =>
  oneAtATime(host, async () => {
    const now = host.now()
    const { state, objects, complete } = await viewBlocks(host)
    const leases = running(state.leases, now)
    if (leases.length === 0) {
      if (state.leases.length > 0 || (await listTable(host, blockTable)) !== null) await change(host, state, [])
      return { drifted: false, leases }
    }
    const held = areHeld(objects, leases, now)
    if (complete && held) {
      if (leases.length < state.leases.length) await change(host, state, leases)
      return { drifted: false, leases }
    }
    const before = listed(objects)
    await storeBlocks(host, { ...state, leases })
    const fresh = await rebuild(host, leases)
    // A newer nft lists the same rules in other words: then putting them back changes nothing that it says.
    return { drifted: !held || before !== listed(fresh), leases }
  })
