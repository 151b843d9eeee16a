import { ActionFailure, type Evidence } from '../executor.ts'
import type { Host } from '../host.ts'
import { allStats, bootId, isDead, isStopped, readStat, sameAlive, ticksNow, type ProcessStat } from './proc.ts'
import { exePath } from './proc.ts'
import { protector } from './protection.ts'

/** A process that we stop, and whether somebody had stopped it before us: that one stays stopped when we let go. */
export interface Held {
  readonly pid: number
  readonly startTime: string
  readonly wasStopped: boolean
}

/** Durable before the first signal: with it another agent can tell what this one was about to do. */
export interface EndNote {
  readonly stage: 'stopping' | 'killing'
  readonly bootId: string
  readonly ticks: number
  readonly processes: readonly Held[]
}

const mostProcesses = 4_096
const stopWithinMs = 1_000
const goneWithinMs = 5_000

const signal = (pid: number, name: NodeJS.Signals): boolean => {
  try {
    process.kill(pid, name)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw new ActionFailure(
      'permission_denied',
      `The agent may not signal process ${pid}: it needs CAP_KILL in the process's user namespace.`,
    )
  }
}

/** Only that very process: the number may be somebody else's by now. */
export const signalSame = (
  target: { readonly pid: number; readonly startTime: string },
  name: NodeJS.Signals,
): boolean => sameAlive(target) !== null && signal(target.pid, name)

export const letGo = (held: readonly Held[]): void => {
  for (const one of held) if (!one.wasStopped) signalSame(one, 'SIGCONT')
}

const until = async (host: Host, ms: number, done: () => boolean): Promise<boolean> => {
  const end = performance.now() + ms
  for (let wait = 2; !done(); wait = Math.min(wait * 2, 50)) {
    if (performance.now() >= end) return false
    await host.sleep(wait)
  }
  return true
}

/** Cannot fork any more: stopped, dead, or asleep in the kernel, where the stop waits for its return. */
const cannotAct = (one: Held): boolean => {
  const stat = sameAlive(one)
  return stat === null || isStopped(stat) || stat.state === 'D'
}

export const descendantsOf = (roots: ReadonlySet<number>, stats: readonly ProcessStat[]): ProcessStat[] => {
  const children = new Map<number, ProcessStat[]>()
  for (const stat of stats) {
    const siblings = children.get(stat.ppid)
    if (siblings === undefined) children.set(stat.ppid, [stat])
    else siblings.push(stat)
  }
  const found: ProcessStat[] = []
  const queue = [...roots]
  const seen = new Set(queue)
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift())
    for (const child of children.get(pid) ?? [])
      if (!seen.has(child.pid)) {
        seen.add(child.pid)
        queue.push(child.pid)
        if (!isDead(child)) found.push(child)
      }
  return found
}

export interface EndPlan {
  readonly roots: readonly ProcessStat[]
  readonly tree: boolean
  /** Looked at once more while it is stopped; throws to let everything go. */
  readonly checkAgain?: () => void
  note(note: EndNote): Promise<void>
  readonly signal: AbortSignal
}

export interface Ended {
  readonly pid: number
  readonly startTime: string
  readonly name: string
  readonly exe: string | null
}
export interface EndResult {
  readonly ended: readonly Ended[]
  /** Ticks since boot just before the kill: what starts from then on is new. */
  readonly atTicks: number
}

/**
 * Stops, looks again, kills. A stopped process cannot start others, so the tree is whole once a look finds nobody new; and its number
 * cannot be given away while it exists, so what was checked is what dies. Whatever goes wrong before the kill lets everything go on.
 */
export const endProcesses = async (host: Host, plan: EndPlan): Promise<EndResult> => {
  const held: Held[] = []
  const described = new Map<number, Ended>()
  const guard = protector(host)
  const boot = bootId()
  const hold = async (stats: readonly ProcessStat[]): Promise<void> => {
    for (const stat of stats) {
      const why = guard.why(stat)
      if (why !== null)
        throw new ActionFailure('protected_target', `Process ${stat.pid} (${stat.name}) is protected. ${why}`)
      described.set(stat.pid, {
        pid: stat.pid,
        startTime: stat.startTime,
        name: stat.name,
        exe: exePath(stat.pid),
      })
    }
    if (held.length + stats.length > mostProcesses)
      throw new ActionFailure(
        'execution_error',
        `The tree has more than ${mostProcesses} processes; end what starts them first.`,
      )
    const added = stats.map((stat) => ({ pid: stat.pid, startTime: stat.startTime, wasStopped: isStopped(stat) }))
    // In the note before it is stopped: a crash right after must not leave it stopped and forgotten.
    await plan.note({ stage: 'stopping', bootId: boot, ticks: ticksNow(), processes: [...held, ...added] })
    held.push(...added)
    for (const one of added) signalSame(one, 'SIGSTOP')
    await until(host, stopWithinMs, () => added.every(cannotAct))
  }
  try {
    await hold(plan.roots)
    plan.checkAgain?.()
    while (plan.tree) {
      if (plan.signal.aborted)
        throw new ActionFailure('timed_out', 'The tree did not come to rest in time; nothing was killed.')
      const known = new Set(held.map((one) => one.pid))
      const fresh = descendantsOf(known, allStats()).filter((stat) => !known.has(stat.pid))
      if (fresh.length === 0) break
      await hold(fresh)
    }
    await plan.note({ stage: 'killing', bootId: boot, ticks: ticksNow(), processes: held })
  } catch (error) {
    letGo(held)
    throw error
  }
  const atTicks = ticksNow()
  await killHeld(host, held)
  return { ended: held.flatMap((one) => described.get(one.pid) ?? []), atTicks }
}

/** The point of no return: each is checked by its start time once more, then killed, then waited for. */
export const killHeld = async (host: Host, held: readonly Held[]): Promise<void> => {
  for (const one of held) signalSame(one, 'SIGKILL')
  if (await until(host, goneWithinMs, () => held.every((one) => sameAlive(one) === null))) return
  const left = held.flatMap((one) => sameAlive(one) ?? [])
  const asleep = left.every((stat) => readStat(stat.pid)?.state === 'D')
  throw new ActionFailure(
    left.length < held.length ? 'partial' : 'timed_out',
    asleep
      ? `Killed, but ${list(left)} waits in the kernel for a device or a file server and ends only when that answers.`
      : `Killed, but ${list(left)} is still there after ${goneWithinMs / 1_000} s.`,
    { left: left.map((stat) => ({ pid: stat.pid, name: stat.name, state: stat.state })) },
  )
}

const list = (stats: readonly ProcessStat[]): string =>
  stats
    .slice(0, 5)
    .map((stat) => `${stat.pid} (${stat.name})`)
    .join(', ')

export const endNoteOf = (note: Evidence | undefined): EndNote | null =>
  note !== undefined && Array.isArray(note['processes']) && typeof note['bootId'] === 'string'
    ? (note as unknown as EndNote)
    : null

export type AfterCrash =
  | { readonly state: 'ended'; readonly processes: readonly Held[] }
  | { readonly state: 'let_go' }
  | { readonly state: 'other_boot' }

/**
 * What an agent that died midway left behind. Nothing was killed yet: whatever is stopped goes on. Some died already: the rest was
 * checked and is stopped for the same reason, so it is ended too, and nobody is left half-dead.
 */
export const settleEnd = async (host: Host, note: EndNote): Promise<AfterCrash> => {
  if (note.bootId !== bootId()) return { state: 'other_boot' }
  const left = note.processes.filter((one) => sameAlive(one) !== null)
  const rootGone = note.processes[0] !== undefined && sameAlive(note.processes[0]) === null
  if (note.stage === 'killing' && left.length < note.processes.length) {
    await killHeld(host, left)
    return { state: 'ended', processes: note.processes }
  }
  letGo(left)
  return rootGone ? { state: 'ended', processes: note.processes } : { state: 'let_go' }
}
