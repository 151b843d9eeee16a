import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import { whyProtectedOnWindows, windowsPath } from '../files/windows-path.ts'
import {
  asideOnWindows,
  inspectQuarantine,
  vaultOnWindows,
  WindowsRecord,
  type Inspection,
} from '../files/windows-vault.ts'
import { readableCommand } from '../process/command-line.ts'
import { endOnWindows } from '../process/end-on-windows.ts'
import { runPowerShell } from '../process/power-shell.ts'
import { unavailableOnWindows } from '../process/unavailable-on-windows.ts'
import {
  protectorOnWindows,
  readWindowsTable,
  type WindowsProcess,
  type WindowsTable,
} from '../process/windows-processes.ts'
import type { quarantineFile } from './spec.ts'
import { quarantineScript } from './windows-script.ts'

// Held against recorded answers of these scripts; it has not run on a real Windows.

type Parameters = z.output<(typeof quarantineFile)['parameters']>

const refusals = ['gone', 'denied', 'link', 'folder', 'no_room', 'streams', 'written', 'other_content'] as const
const failures = ['not_whole', 'in_use', 'changed'] as const
const Answer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('quarantined'), record: WindowsRecord, occupied: z.boolean() }),
  z.object({ state: z.enum([...refusals, ...failures]), detail: z.string() }),
])
type Refused = Exclude<z.output<typeof Answer>, { state: 'quarantined' }>

const asFailure = (path: string, { state, detail }: Refused): ActionFailure => {
  switch (state) {
    case 'gone':
      return new ActionFailure('does_not_exist', `There is nothing at ${detail}.`)
    case 'denied':
      return new ActionFailure('permission_denied', `Windows does not let the agent read ${detail}.`)
    case 'link':
      return new ActionFailure(
        'unsupported',
        `${detail} is a link or a mount point. Links are not followed; name the path that it leads to.`,
      )
    case 'folder':
      return new ActionFailure('unsupported', `${detail} is a folder; only files can be quarantined.`)
    case 'no_room':
      return new ActionFailure(
        'execution_error',
        `The vault's disk has ${detail} bytes left. Make room, then ask again; the file was not touched.`,
      )
    case 'streams':
      return new ActionFailure('unsupported', `Its stream ${detail} is larger than 1 MiB; the file was left.`)
    case 'written':
      return new ActionFailure(
        'precondition_changed',
        `${path} is open for writing; end what writes it, then ask again.`,
      )
    case 'other_content':
      return new ActionFailure(
        'precondition_changed',
        `The file's SHA-256 is ${detail} and not what was asked for; it was left where it is.`,
        { sha256: detail },
      )
    case 'not_whole':
      return new ActionFailure('execution_error', 'The copy in the vault could not be read back; the file was left.')
    case 'in_use':
      return new ActionFailure(
        'precondition_changed',
        `${path} is in use and was left; end what uses it, then ask again.`,
      )
    case 'changed':
      return new ActionFailure('precondition_changed', `Something else stands at ${path} now; it was left there.`)
  }
}

const say = (row: WindowsProcess): Evidence => ({
  pid: row.pid,
  startTime: row.startTime,
  name: row.name,
  command: readableCommand((row.command ?? '').split(' '), 200),
})

const runningFrom = (table: WindowsTable, path: string): WindowsProcess[] =>
  table.processes.filter((row) => row.exe?.toLowerCase() === path.toLowerCase())

/** Windows removes no file from which something runs: it is ended first, where that was asked for. */
const killRunning = async (job: Job<Parameters>, table: WindowsTable, rows: readonly WindowsProcess[]) => {
  if (rows.length === 0) return
  if (!job.parameters.killRunning)
    throw new ActionFailure(
      'precondition_changed',
      `Process ${rows.map(({ pid }) => pid).join(', ')} runs from it, and Windows does not remove a file that runs. Ask to kill what runs from it.`,
      { running: rows.map(say) },
    )
  const why = protectorOnWindows(job.host, table)
  for (const row of rows) {
    const reason = why(row)
    if (reason !== null)
      throw new ActionFailure(
        'protected_target',
        `Process ${row.pid} (${row.name}) runs from it and may not be killed. ${reason}`,
      )
  }
  await job.note({ stage: 'killing', processes: rows.map(say) })
  for (const row of rows) {
    const [result] = await endOnWindows(job, [{ pid: row.pid, startTime: row.startTime ?? '0', exeSha256: null }])
    if (result?.state === 'alive' || result?.state === 'denied')
      throw new ActionFailure(
        'execution_error',
        `Process ${row.pid} runs from it and could not be ended; the file was left.`,
      )
  }
}

const evidenceOf = (record: WindowsRecord, more: Evidence): Evidence => ({ ...record, gone: true, ...more })

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { host, actionId, parameters } = job
  const path = windowsPath(parameters.path)
  const table = await readWindowsTable(host)
  const exe = table.processes.find((row) => row.pid === host.pid)?.exe ?? null
  const why = whyProtectedOnWindows(path, { stateDir: host.stateDir, exe })
  if (why !== null) throw new ActionFailure('protected_target', `${path} is protected. ${why}`)
  const running = runningFrom(table, path)
  await killRunning(job, table, running)
  await job.note({ stage: 'moving', path })
  const answer = await runPowerShell(
    host,
    quarantineScript,
    {
      vault: vaultOnWindows(host),
      id: actionId,
      path,
      aside: asideOnWindows(path, actionId),
      at: new Date(host.now()).toISOString(),
      key: randomBytes(32).toString('base64'),
      iv: randomBytes(16).toString('base64'),
      sha256: parameters.sha256,
    },
    Answer,
    { timeoutMs: 840_000, signal: job.signal },
  )
  if (answer.state !== 'quarantined') throw asFailure(path, answer)
  return evidenceOf(answer.record, { killed: running.map(say), occupied: answer.occupied })
}

const inspect = (job: Job<Parameters>, deep: boolean): Promise<Inspection> =>
  inspectQuarantine(job.host, { actionId: job.actionId, path: windowsPath(job.parameters.path), deep })

export const windows: Executor<Parameters> = {
  unavailable: (host) => unavailableOnWindows(host, 'To move files of other users'),
  execute,
  verify: async (job) => {
    const { path } = job.parameters
    const seen = await inspect(job, true)
    if (seen.record === null)
      return { result: 'inconclusive', detail: 'It was restored, or the vault has no entry of it.', evidence: {} }
    if (seen.whole !== true)
      return { result: 'failed', detail: 'The copy in the vault was changed or is gone.', evidence: {} }
    if (seen.path === 'same' || seen.aside === 'same')
      return {
        result: 'failed',
        detail: `The same bytes are at ${path} again; end what puts them there.`,
        evidence: {},
      }
    return {
      result: 'passed',
      detail:
        seen.path === 'nothing'
          ? `Nothing is at ${path}; the copy in the vault is whole and cannot run.`
          : `The file is in the vault; something else stands at ${path} now.`,
      evidence: { sha256: seen.record.sha256, occupied: seen.path === 'other' },
    }
  },
  watch: async (job) => {
    const seen = await inspect(job, false)
    if (seen.record === null) return { state: 'ended', repaired: false, detail: 'The file was restored.' }
    return seen.path === 'same'
      ? {
          state: 'drifted',
          repaired: false,
          detail: `The same bytes are at ${job.parameters.path} again; quarantine it again.`,
        }
      : { state: 'in_force', repaired: false, detail: `In the vault since ${seen.record.at}.` }
  },
  reconcile: async (job) => {
    const asked = { actionId: job.actionId, path: windowsPath(job.parameters.path) }
    // Only what has a record counts: a copy that was not complete goes, and a file that stands aside returns.
    const seen = await inspectQuarantine(job.host, { ...asked, settle: ['drop_partial'] })
    if (seen.record === null) {
      const back = await inspectQuarantine(job.host, { ...asked, settle: ['put_back'] })
      return back.aside === 'nothing'
        ? { state: 'not_applied', detail: 'The agent ended before the copy was complete; the file is where it was.' }
        : { state: 'unknown', detail: 'The file stands aside, and something else has its name.' }
    }
    if (seen.aside === 'nothing' && seen.path === 'same') {
      await inspectQuarantine(job.host, { ...asked, settle: ['drop_entry'] })
      return { state: 'not_applied', detail: 'The agent ended before it moved the file, which is where it was.' }
    }
    const done = await inspectQuarantine(job.host, {
      ...asked,
      deep: true,
      settle: seen.aside === 'same' ? ['finish'] : [],
    })
    return done.record !== null && done.whole === true && done.aside === 'nothing'
      ? { state: 'applied', evidence: evidenceOf(done.record, { reconciled: true }) }
      : { state: 'unknown', detail: 'The file is not at its path, and the copy in the vault is not whole.' }
  },
}
