import * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job, type Reconciled, type Verdict } from '../executor.ts'
import { readableCommand } from '../process/command-line.ts'
import { endOnWindows, type EndedOnWindows } from '../process/end-on-windows.ts'
import { unavailableOnWindows } from '../process/unavailable-on-windows.ts'
import {
  bootIdOf,
  commandSha256,
  descendantsOnWindows,
  isoOfMicros,
  isSameBoot,
  protectorOnWindows,
  readWindowsTable,
  respawnedOnWindows,
  type WindowsProcess,
  type WindowsTable,
} from '../process/windows-processes.ts'
import type { killProcess } from './spec.ts'

// Held against recorded answers of these commands; it has not run on a real Windows.

type Parameters = z.output<(typeof killProcess)['parameters']>

/** Looks for children that began while their tree was ended. */
const mostRounds = 10

const find = (job: Job<Parameters>, table: WindowsTable): WindowsProcess => {
  const { pid, identity } = job.parameters
  const row = table.processes.find((one) => one.pid === pid)
  if (identity !== null && !isSameBoot(identity.bootId, table.bootAt))
    throw new ActionFailure(
      'does_not_exist',
      `The host has started anew since then; what was process ${pid} ended with it.`,
    )
  if (row === undefined) throw new ActionFailure('does_not_exist', `There is no process ${pid} on this host.`)
  if (identity !== null && identity.startTime !== row.startTime)
    throw new ActionFailure('does_not_exist', `Process ${pid} ended, and another one has its number now.`)
  return row
}

const refuseProtected = (job: Job<Parameters>, table: WindowsTable, rows: readonly WindowsProcess[]): void => {
  const why = protectorOnWindows(job.host, table)
  for (const row of rows) {
    const reason = why(row)
    if (reason !== null)
      throw new ActionFailure('protected_target', `Process ${row.pid} (${row.name}) is protected. ${reason}`)
  }
}

const refuseRoot = (pid: number, result: EndedOnWindows | undefined): void => {
  switch (result?.state) {
    case 'killed':
      return
    case 'reused':
      throw new ActionFailure('does_not_exist', `Process ${pid} ended, and another one has its number now.`)
    case 'denied':
      throw new ActionFailure('permission_denied', `Windows does not let the agent open process ${pid}.`)
    case 'other_executable':
      throw new ActionFailure(
        'precondition_changed',
        `Process ${pid} runs another executable now than the one that was meant. Look at it again, then ask anew.`,
      )
    case 'alive':
      throw new ActionFailure('timed_out', `Process ${pid} was killed and is still there after 5 s.`)
    case 'gone':
    case undefined:
      throw new ActionFailure('does_not_exist', `There is no process ${pid} any more.`)
  }
}

const targetsOf = (rows: readonly WindowsProcess[], exeSha256: string | null) =>
  rows.map((row, index) => ({
    pid: row.pid,
    startTime: row.startTime ?? '0',
    exeSha256: index === 0 ? exeSha256 : null,
  }))

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { pid, identity, tree } = job.parameters
  const table = await readWindowsTable(job.host)
  const root = find(job, table)
  const known = [root, ...(tree ? descendantsOnWindows(table, [root]) : [])]
  refuseProtected(job, table, known)
  const what = {
    pid,
    bootId: bootIdOf(table.bootAt),
    ppid: root.ppid,
    name: root.name,
    exe: root.exe,
    command: readableCommand((root.command ?? '').split(' ')),
    commandSha256: commandSha256(root.command),
    user: root.user,
    startTime: root.startTime,
    startedAt: isoOfMicros(root.startTime ?? '0'),
    pinned: identity !== null,
    tree,
    since: table.now,
  }
  const note = (rows: readonly WindowsProcess[]) =>
    job.note({ stage: 'killing', what, processes: targetsOf(rows, null) })
  await note(known)
  const [first, ...others] = await endOnWindows(job, targetsOf(known, identity?.exeSha256 ?? null))
  refuseRoot(pid, first)
  const left = others.filter(({ state }) => state === 'alive' || state === 'denied')
  // A child may have begun between the look and the kill; it knows its parent's number still.
  for (let round = 0; tree && left.length === 0; round += 1) {
    const now = await readWindowsTable(job.host)
    const fresh = descendantsOnWindows(now, known)
    if (fresh.length === 0) break
    if (round === mostRounds || protectedOne(job, now, fresh) !== null)
      throw new ActionFailure(
        'partial',
        `Process ${pid} is gone; of what it started, process ${fresh[0]?.pid ?? 0} (${fresh[0]?.name ?? ''}) is there.`,
      )
    known.push(...fresh)
    await note(known)
    left.push(...(await endOnWindows(job, targetsOf(fresh, null))).filter(({ state }) => state === 'alive'))
  }
  if (left.length > 0)
    throw new ActionFailure(
      'partial',
      `Process ${pid} is gone; of its children, ${left.map((one) => one.pid).join(', ')} could not be ended.`,
    )
  return {
    ...what,
    exeSha256: first?.exeSha256 ?? null,
    killed: known.map((row) => ({ pid: row.pid, startTime: row.startTime, name: row.name, exe: row.exe })),
    gone: true,
  }
}

const protectedOne = (job: Job<Parameters>, table: WindowsTable, rows: readonly WindowsProcess[]) =>
  rows.find((row) => protectorOnWindows(job.host, table)(row) !== null) ?? null

const Told = z.object({
  bootId: z.string(),
  exe: z.string().nullable(),
  commandSha256: z.string(),
  since: z.string().regex(/^\d{1,20}$/),
})
const Targets = z.array(z.object({ pid: z.number(), startTime: z.string() }))

const alive = (table: WindowsTable, targets: z.output<typeof Targets>) =>
  targets.filter((one) => table.processes.some((row) => row.pid === one.pid && row.startTime === one.startTime))

const verify = async (job: Job<Parameters>, evidence: Evidence): Promise<Verdict> => {
  const told = Told.parse(evidence)
  const table = await readWindowsTable(job.host)
  if (!isSameBoot(told.bootId, table.bootAt))
    return { result: 'passed', detail: 'The host has started anew since; the process is gone.', evidence: {} }
  const left = alive(table, Targets.parse(evidence['killed']))
  if (left.length > 0)
    return {
      result: 'failed',
      detail: `Process ${left.map(({ pid }) => pid).join(', ')} is still there.`,
      evidence: {},
    }
  const back = respawnedOnWindows(table, told, told.since).slice(0, 20)
  const [first] = back
  if (first === undefined)
    return { result: 'passed', detail: `Process ${job.parameters.pid} is gone and did not come back.`, evidence: {} }
  const parent = table.processes.find((row) => row.pid === first.ppid)
  return {
    result: 'failed',
    detail: `The same executable runs again as process ${first.pid}, started by ${first.ppid}${parent === undefined ? '' : ` (${parent.name})`}. End what starts it.`,
    evidence: { respawned: back.map(({ pid, ppid, name, startTime }) => ({ pid, ppid, name, startTime })) },
  }
}

const reconcile = async (job: Job<Parameters>, notes: readonly Evidence[]): Promise<Reconciled> => {
  const note = notes.at(-1)
  if (note === undefined) return { state: 'not_applied', detail: 'The agent ended before it touched the process.' }
  const what = note['what'] as Evidence
  const targets = Targets.parse(note['processes'])
  const table = await readWindowsTable(job.host)
  if (!isSameBoot(Told.parse(what).bootId, table.bootAt))
    return {
      state: 'unknown',
      detail: 'The host started anew: the process is gone, but nobody saw whether the kill or the restart ended it.',
    }
  const left = alive(table, targets)
  if (left.length === targets.length) return { state: 'not_applied', detail: 'The process goes on.' }
  // Those were checked for the same reason; a tree is not left in halves.
  const ended =
    left.length === 0
      ? []
      : await endOnWindows(
          job,
          left.map((one) => ({ ...one, exeSha256: null })),
        )
  const still = ended.filter(({ state }) => state === 'alive' || state === 'denied')
  return still.length > 0
    ? { state: 'unknown', detail: `Process ${still.map(({ pid }) => pid).join(', ')} of the tree could not be ended.` }
    : { state: 'applied', evidence: { ...what, killed: targets, gone: true } }
}

export const windows: Executor<Parameters> = {
  unavailable: (host) => unavailableOnWindows(host, 'To end processes of other users'),
  execute,
  verify,
  reconcile,
}
