import type * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job } from '../executor.ts'
import { missingProgram, unavailableOnWindows } from '../process/unavailable-on-windows.ts'
import { ancestorsOnWindows, readWindowsTable } from '../process/windows-processes.ts'
import { parseQuser, type WindowsSession } from '../sessions/windows-sessions.ts'
import type { resetUserSession } from './spec.ts'

// Held against recorded answers of quser and logoff; it has not run on a real Windows.

type Parameters = z.output<(typeof resetUserSession)['parameters']>

const sessionsOf = async (job: Job<Parameters>): Promise<WindowsSession[]> => {
  // It ends with 1 when nobody is signed in, and its words are in the language of the host.
  const { stdout } = await job.host.run('quser.exe', [])
  const { user, session } = job.parameters
  return parseQuser(stdout).filter(
    (one) => one.user.toLowerCase() === user.toLowerCase() && (session === null || one.id === session),
  )
}

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { user } = job.parameters
  const sessions = await sessionsOf(job)
  if (sessions.length === 0) throw new ActionFailure('does_not_exist', `${user} has no such session on this host.`)
  const table = await readWindowsTable(job.host)
  const own = new Set([job.host.pid, ...ancestorsOnWindows(table, job.host.pid)])
  // Session 0 is that of services, where nobody signs in.
  const mine = new Set(table.processes.flatMap((row) => (own.has(row.pid) && row.session !== 0 ? [row.session] : [])))
  const held = sessions.find((one) => one.own || mine.has(Number(one.id)))
  if (held !== undefined)
    throw new ActionFailure(
      'protected_target',
      `The agent itself runs in session ${held.id}, and would end with it. Run it as a service, or name another session.`,
    )
  await job.note({ user, sessions: sessions.map((one) => one.id) })
  for (const { id } of sessions) await job.host.run('logoff.exe', [id], { timeoutMs: 30_000 })
  const left = await sessionsOf(job)
  const still = left.filter((one) => sessions.some((before) => before.id === one.id))
  if (still.length > 0)
    throw new ActionFailure('partial', `Session ${still.map((one) => one.id).join(', ')} did not end.`)
  return { user, sessions: sessions.map((one) => one.id) }
}

const left = async (job: Job<Parameters>, evidence: Evidence): Promise<string[]> => {
  const ended = Array.isArray(evidence['sessions']) ? (evidence['sessions'] as readonly unknown[]) : []
  return (await sessionsOf(job)).map((one) => one.id).filter((id) => ended.includes(id))
}

export const windows: Executor<Parameters> = {
  unavailable: async (host) =>
    (await unavailableOnWindows(host, 'To end sessions of other users')) ??
    (await missingProgram(host, ['quser.exe', 'logoff.exe'])),
  execute,
  // Windows gives a new session another number, until it has started anew.
  verify: async (job, evidence) => {
    const still = await left(job, evidence)
    return still.length === 0
      ? { result: 'passed', detail: 'The session is gone.', evidence: {} }
      : { result: 'failed', detail: `Session ${still.join(', ')} is there.`, evidence: { left: still } }
  },
  reconcile: async (job, notes) => {
    const note = notes.at(-1)
    if (note === undefined) return { state: 'not_applied', detail: 'The agent ended before it touched a session.' }
    const still = await left(job, note)
    return still.length === 0
      ? { state: 'applied', evidence: note }
      : { state: 'unknown', detail: `Session ${still.join(', ')} is there; the others ended.` }
  },
}
