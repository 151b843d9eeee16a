import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '../host.ts'
import { oneAtATime } from './durable-state.ts'
import type { IsolationLease, Pin } from './isolation-rules.ts'
import { knownPins, readIsolation, storeIsolation, type IsolationState } from './isolation.ts'
import { restoreWindowsBlocks } from './windows-blocks.ts'
import {
  addRule,
  armDeadMan,
  bareAddress,
  blocksByDefault,
  disarmDeadMan,
  hasRule,
  mustNetsh,
  savedPolicy,
} from './windows-commands.ts'

const rule = 'riposte-isolation'

/** Open under every isolation: the control plane, DHCP, neighbour discovery. Windows lets loopback through by itself. */
const essentials = (pins: readonly Pin[]): (readonly string[])[] => [
  ...pins.map(({ address, port }) => [
    'dir=out',
    'action=allow',
    'protocol=TCP',
    `remoteip=${bareAddress(address)}`,
    `remoteport=${port}`,
  ]),
  ...(['out', 'in'] as const).flatMap((dir) => [
    [`dir=${dir}`, 'action=allow', 'protocol=UDP', 'localport=68', 'remoteport=67'],
    [`dir=${dir}`, 'action=allow', 'protocol=UDP', 'localport=546', 'remoteport=547'],
    ...[133, 134, 135, 136].map((type) => [`dir=${dir}`, 'action=allow', `protocol=icmpv6:${type},any`]),
  ]),
]

/** What all isolations leave open: one that leaves less open wins. */
const commonAllow = (leases: readonly IsolationLease[]): string[] => {
  const [first, ...rest] = leases
  return (first?.allow ?? []).filter((network) => rest.every(({ allow }) => allow.includes(network)))
}

/**
 * Windows has no one transaction and lets a block rule beat every allow rule, so an isolation is a policy of its own: all rules go,
 * everything is blocked by default, and the few allow rules stand alone. What was before is kept in a file and imported at the end.
 */
const apply = async (host: Host, state: IsolationState): Promise<void> => {
  await mustNetsh(host, 'set', 'allprofiles', 'firewallpolicy', 'blockinbound,blockoutbound')
  await mustNetsh(host, 'set', 'allprofiles', 'state', 'on')
  await mustNetsh(host, 'firewall', 'delete', 'rule', 'name=all')
  for (const match of essentials(state.pins)) await addRule(host, rule, ...match)
  for (const network of commonAllow(state.leases))
    for (const dir of ['out', 'in']) await addRule(host, rule, `dir=${dir}`, 'action=allow', `remoteip=${network}`)
}

const isOver = async (host: Host): Promise<void> => {
  await mustNetsh(host, 'import', savedPolicy(host))
  await storeIsolation(host, { leases: [], pins: [], fingerprint: '' })
  await disarmDeadMan(host)
  await rm(savedPolicy(host), { force: true })
}

/** Makes the policy what the leases say; with none left, what it was before. */
const settle = async (host: Host, state: IsolationState): Promise<void> => {
  if (state.leases.length === 0) return isOver(host)
  await storeIsolation(host, state)
  return apply(host, state)
}

/** @throws ActionFailure, with what was before put back */
export const beginWindowsIsolation = (
  host: Host,
  asked: Pick<IsolationLease, 'actionId' | 'allow' | 'endsAt' | 'probe'>,
  provisionalMs: number,
): Promise<void> =>
  oneAtATime(host, async () => {
    const before = await readIsolation(host)
    const others = before.leases.filter(({ actionId }) => actionId !== asked.actionId)
    const now = host.now()
    const lease = { ...asked, allow: [...asked.allow], slot: 1, appliedAt: now, provisionalUntil: now + provisionalMs }
    if (before.leases.length === 0) {
      await mkdir(path.dirname(savedPolicy(host)), { recursive: true })
      await rm(savedPolicy(host), { force: true })
      await mustNetsh(host, 'export', savedPolicy(host))
      await armDeadMan(host, Math.ceil(provisionalMs / 1_000))
    }
    const state = { ...before, leases: [...others, lease], pins: knownPins(host) }
    try {
      await settle(host, state)
    } catch (error) {
      await settle(host, { ...before, leases: others })
      throw error
    }
  })

export const confirmWindowsIsolation = (host: Host, id: string): Promise<boolean> =>
  oneAtATime(host, async () => {
    const state = await readIsolation(host)
    const lease = state.leases.find(({ actionId }) => actionId === id)
    if (lease === undefined || (lease.provisionalUntil ?? Infinity) <= host.now()) return false
    await disarmDeadMan(host)
    // The task may have run while it was being taken away.
    if (!(await blocksByDefault(host))) return false
    await storeIsolation(host, {
      ...state,
      leases: state.leases.map((one) => (one === lease ? { ...one, provisionalUntil: null } : one)),
    })
    return true
  })

export const endWindowsIsolation = async (
  host: Host,
  ends: (lease: IsolationLease) => boolean,
): Promise<{ readonly ended: readonly IsolationLease[]; readonly left: readonly IsolationLease[] }> => {
  const result = await oneAtATime(host, async () => {
    const state = await readIsolation(host)
    const ended = state.leases.filter(ends)
    const left = state.leases.filter((lease) => !ends(lease))
    if (ended.length > 0) await settle(host, { ...state, leases: left })
    return { ended, left }
  })
  // The policy that was put back knows nothing of blocks made meanwhile.
  if (result.ended.length > 0) await restoreWindowsBlocks(host)
  return result
}

export const isWindowsIsolated = async (host: Host): Promise<boolean> =>
  (await blocksByDefault(host)) && (await hasRule(host, rule))

/** Ends what is over or was never proven, puts back what is missing. */
export const restoreWindowsIsolation = async (
  host: Host,
): Promise<{ readonly drifted: boolean; readonly leases: number }> => {
  const now = host.now()
  const { left } = await endWindowsIsolation(
    host,
    ({ endsAt, provisionalUntil }) =>
      (endsAt !== null && endsAt <= now) || (provisionalUntil !== null && provisionalUntil <= now),
  )
  if (left.length === 0 || (await isWindowsIsolated(host))) return { drifted: false, leases: left.length }
  await oneAtATime(host, async () => apply(host, await readIsolation(host)))
  await restoreWindowsBlocks(host)
  return { drifted: true, leases: left.length }
}

export const updateWindowsPins = (host: Host): Promise<{ readonly changed: boolean; readonly proven: boolean }> =>
  oneAtATime(host, async () => {
    const state = await readIsolation(host)
    const known = state.pins.map(({ address, port }) => `${address} ${port}`)
    const fresh = knownPins(host).filter(({ address, port }) => !known.includes(`${address} ${port}`))
    if (state.leases.length === 0 || fresh.length === 0) return { changed: false, proven: true }
    // The old ones stay open as well: there is no way to change both at once.
    await storeIsolation(host, { ...state, pins: [...state.pins, ...fresh] })
    for (const match of essentials(fresh).slice(0, fresh.length)) await addRule(host, rule, ...match)
    return { changed: true, proven: await host.controlPlane.roundTrip(5_000) }
  })
