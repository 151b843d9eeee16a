import * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job, type Reconciled, type Verdict } from '../executor.ts'
import { readableCommand } from '../process/command-line.ts'
import { endNoteOf, endProcesses, settleEnd } from '../process/end-processes.ts'
import { differenceOf, exeVersion, identityOf, type Difference } from '../process/identity.ts'
import {
  arguments_,
  bootedAt,
  bootId,
  exePath,
  isDead,
  readProc,
  readStat,
  realUid,
  sameAlive,
  ticksPerSecond,
  type ProcessStat,
} from '../process/proc.ts'
import { protector } from '../process/protection.ts'
import { argumentsSha256, respawned } from '../process/respawn.ts'
import { userName } from '../process/users.ts'
import { unavailableOnLinux } from '../process/unavailable.ts'
import type { killProcess } from './spec.ts'

type Parameters = z.output<(typeof killProcess)['parameters']>

const refuseDifference = (pid: number, difference: Difference | null): void => {
  if (difference === null) return
  if (difference === 'other_executable')
    throw new ActionFailure(
      'precondition_changed',
      `Process ${pid} runs another executable now than the one that was meant. Look at it again, then ask anew.`,
    )
  const sentences = {
    gone: `There is no process ${pid} any more.`,
    reused: `Process ${pid} ended, and another one has its number now.`,
    other_boot: `The host has started anew since then; what was process ${pid} ended with it.`,
  }
  throw new ActionFailure('does_not_exist', sentences[difference])
}

const lookAt = (pid: number): ProcessStat => {
  const stat = readStat(pid)
  if (stat === null) throw new ActionFailure('does_not_exist', `There is no process ${pid} on this host.`)
  // The kernel shows every thread under /proc by its own number too, and would kill the whole process by it.
  const owner = /^Tgid:\s+(\d+)/m.exec(readProc(`${pid}/status`) ?? '')?.[1]
  if (owner !== undefined && Number(owner) !== pid)
    throw new ActionFailure('does_not_exist', `${pid} is a thread of process ${owner}; name the process.`)
  if (isDead(stat))
    throw new ActionFailure(
      'does_not_exist',
      `Process ${pid} is dead already; only its entry waits for its parent ${stat.ppid}, which would have to end for it to go.`,
    )
  return stat
}

const describe = (job: Job<Parameters>, stat: ProcessStat, exeHash: string | null): Evidence => {
  const uid = realUid(stat.pid)
  return {
    bootId: bootId(),
    pid: stat.pid,
    ppid: stat.ppid,
    name: stat.name,
    command: readableCommand(arguments_(stat.pid)),
    argumentsSha256: argumentsSha256(stat.pid),
    exe: exePath(stat.pid),
    exeSha256: exeHash,
    user: uid === null ? null : userName(uid),
    startTime: stat.startTime,
    startedAt: new Date(bootedAt(job.host.now()) + (Number(stat.startTime) * 1_000) / ticksPerSecond).toISOString(),
    pinned: job.parameters.identity !== null,
    tree: job.parameters.tree,
  }
}

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { pid, tree } = job.parameters
  const stat = lookAt(pid)
  const why = protector(job.host).why(stat)
  if (why !== null) throw new ActionFailure('protected_target', why)
  const found = identityOf(stat)
  const meant = job.parameters.identity ?? found
  refuseDifference(pid, differenceOf(meant, found))
  const version = exeVersion(pid)
  const evidence = describe(job, stat, found.exeSha256)
  const { ended, atTicks } = await endProcesses(job.host, {
    roots: [stat],
    tree,
    checkAgain: () => {
      const now = readStat(pid)
      const same = now !== null && exeVersion(pid) === version && now.startTime === meant.startTime && !isDead(now)
      if (same) return
      refuseDifference(
        pid,
        differenceOf(meant, now === null || isDead(now) ? null : identityOf(now)) ?? 'other_executable',
      )
    },
    note: (note) => job.note({ ...note, processes: note.processes.map((one) => ({ ...one })), what: evidence }),
    signal: job.signal,
  })
  return { ...evidence, killed: ended.map((one) => ({ ...one })), gone: true, atTicks }
}

const killedOf = (evidence: Evidence): readonly { pid: number; startTime: string }[] => {
  const parsed = z.array(z.object({ pid: z.number(), startTime: z.string() })).safeParse(evidence['killed'])
  return parsed.success ? parsed.data : []
}

const verify = (job: Job<Parameters>, evidence: Evidence): Verdict => {
  if (evidence['bootId'] !== bootId())
    return { result: 'passed', detail: 'The host has started anew since; the process is gone.', evidence: {} }
  const alive = killedOf(evidence).filter((one) => sameAlive(one) !== null)
  if (alive.length > 0)
    return {
      result: 'failed',
      detail: `Process ${alive.map((one) => one.pid).join(', ')} is still there.`,
      evidence: { alive: alive.map((one) => one.pid) },
    }
  const image = evidence['exe']
  const back = respawned(
    {
      exe: typeof image === 'string' ? image : null,
      exeSha256: typeof evidence['exeSha256'] === 'string' ? evidence['exeSha256'] : null,
      argumentsSha256: typeof evidence['argumentsSha256'] === 'string' ? evidence['argumentsSha256'] : '',
    },
    typeof evidence['atTicks'] === 'number' ? evidence['atTicks'] : 0,
  ).slice(0, 20)
  const first = back[0]
  if (first === undefined)
    return { result: 'passed', detail: `Process ${job.parameters.pid} is gone and did not come back.`, evidence: {} }
  const parent = readStat(first.ppid)
  return {
    result: 'failed',
    detail: `The same executable runs again as process ${first.pid}, started by ${first.ppid}${parent === null ? '' : ` (${parent.name})`}. End what starts it.`,
    evidence: { respawned: back.map((one) => ({ ...one })) },
  }
}

const reconcile = async (job: Job<Parameters>, notes: readonly Evidence[]): Promise<Reconciled> => {
  const last = notes.at(-1)
  const note = endNoteOf(last)
  if (note === null) return { state: 'not_applied', detail: 'The agent ended before it touched the process.' }
  const settled = await settleEnd(job.host, note)
  if (settled.state === 'other_boot')
    return {
      state: 'unknown',
      detail: 'The host started anew: the process is gone, but nobody saw whether the kill or the restart ended it.',
    }
  if (settled.state === 'let_go')
    return { state: 'not_applied', detail: 'The agent ended before the kill; the process goes on.' }
  const what = typeof last?.['what'] === 'object' && last['what'] !== null ? (last['what'] as Evidence) : {}
  return {
    state: 'applied',
    evidence: {
      ...what,
      killed: settled.processes.map(({ pid, startTime }) => ({ pid, startTime })),
      gone: true,
      atTicks: note.ticks,
    },
  }
}

export const linux: Executor<Parameters> = {
  unavailable: (host) =>
    Promise.resolve(unavailableOnLinux(host, 'To end processes of other users', ['CAP_KILL', 'CAP_SYS_PTRACE'])),
  execute,
  verify: (job, evidence) => Promise.resolve(verify(job, evidence)),
  reconcile,
}
