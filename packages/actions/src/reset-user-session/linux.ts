import * as z from 'zod'
import { ActionFailure, type Evidence, type Executor, type Job, type Reconciled, type Verdict } from '../executor.ts'
import { ProgramMissing, type Host } from '../host.ts'
import { signalSame } from '../process/end-processes.ts'
import { allStats, bootId, isDead, readProc, realUid, ticksNow, type ProcessStat } from '../process/proc.ts'
import { agentAndAncestors } from '../process/protection.ts'
import { unavailableOnLinux } from '../process/unavailable.ts'
import { readSessions, sessionOfCgroup, type Session } from '../sessions/linux-sessions.ts'
import type { resetUserSession } from './spec.ts'

type Parameters = z.output<(typeof resetUserSession)['parameters']>

const EndedSession = z.object({
  id: z.string(),
  source: z.enum(['logind', 'processes']),
  tty: z.string().nullable(),
  /** Kernel session numbers of its processes. */
  kernelSessions: z.array(z.number()),
  members: z.array(z.object({ pid: z.number(), startTime: z.string() })),
})
type EndedSession = z.infer<typeof EndedSession>

/** How long each signal is given before the next, harder one. */
const grace = [
  ['SIGHUP', 1_500],
  ['SIGTERM', 1_500],
  ['SIGKILL', 5_000],
] as const

const findUser = async (host: Host, name: string): Promise<{ name: string; uid: number }> => {
  const parse = (text: string) => {
    const [found, , uid] = text.trim().split(':')
    return found === undefined || uid === undefined || uid === '' ? null : { name: found, uid: Number(uid) }
  }
  let user: { name: string; uid: number } | null = null
  if (!/[\0\n:]/.test(name)) {
    try {
      // It asks directory services too, where the host has them.
      const run = await host.run('getent', ['passwd', '--', name])
      user = run.code === 0 ? parse(run.stdout.split('\n')[0] ?? '') : null
    } catch (error) {
      if (!(error instanceof ProgramMissing)) throw error
      user = parse((readProc('1/root/etc/passwd') ?? '').split('\n').find((line) => line.startsWith(`${name}:`)) ?? '')
    }
  }
  if (user === null) throw new ActionFailure('does_not_exist', `This host knows no user ${JSON.stringify(name)}.`)
  return user
}

const choose = (sessions: readonly Session[], user: { name: string; uid: number }, id: string | null): Session[] => {
  const own = sessions.filter((session) => session.uid === user.uid)
  if (own.length === 0) throw new ActionFailure('does_not_exist', `${user.name} has no session on this host.`)
  if (id === null) return own
  const one = own.find((session) => session.id === id)
  if (one !== undefined) return [one]
  const other = sessions.some((session) => session.id === id)
  throw new ActionFailure(
    'does_not_exist',
    other
      ? `Session ${id} is not of ${user.name}, whose sessions are ${own.map((session) => session.id).join(', ')}.`
      : `There is no session ${id}; ${user.name} has ${own.map((session) => session.id).join(', ')}.`,
  )
}

const remember = (session: Session): EndedSession => ({
  id: session.id,
  source: session.source,
  tty: session.tty,
  kernelSessions: [...new Set(session.processes.map((stat) => stat.session))],
  members: session.processes.map(({ pid, startTime }) => ({ pid, startTime })),
})

/** Who is in those sessions right now: known members, and whom they started since. */
const inside = (sessions: readonly EndedSession[], beforeTicks: number): ProcessStat[] => {
  const members = new Map(
    sessions.flatMap((session) => session.members.map((one) => [one.pid, one.startTime] as const)),
  )
  const logind = new Set(sessions.flatMap((session) => (session.source === 'logind' ? [session.id] : [])))
  // A number of the kernel may be given away once all of its processes are gone: only what began in time counts.
  const numbers = new Set(sessions.flatMap((session) => (session.source === 'processes' ? session.kernelSessions : [])))
  return allStats().filter((stat) => {
    if (isDead(stat) || stat.kernelThread) return false
    if (members.get(stat.pid) === stat.startTime) return true
    if (Number(stat.startTime) > beforeTicks) return false
    if (numbers.has(stat.session)) return true
    if (logind.size === 0) return false
    const id = sessionOfCgroup(readProc(`${stat.pid}/cgroup`) ?? '')
    return id !== null && logind.has(id)
  })
}

const endAll = async (host: Host, sessions: readonly EndedSession[]): Promise<ProcessStat[]> => {
  let left = inside(sessions, Number.POSITIVE_INFINITY)
  for (const [name, ms] of grace) {
    const end = performance.now() + ms
    const told = new Set<string>()
    while (left.length > 0) {
      for (const stat of left) {
        const key = `${stat.pid}:${stat.startTime}`
        // Once each, and again for whom they start meanwhile.
        if (told.has(key)) continue
        told.add(key)
        signalSame(stat, name)
        // What is stopped would hear it only when it goes on.
        if (name !== 'SIGKILL') signalSame(stat, 'SIGCONT')
      }
      if (performance.now() >= end) break
      await host.sleep(20)
      left = inside(sessions, Number.POSITIVE_INFINITY)
    }
    if (left.length === 0) break
  }
  return left
}

const refuseOwn = (host: Host, sessions: readonly Session[]): void => {
  const own = agentAndAncestors(host.pid).filter((pid) => pid > 1)
  const session = sessions.find((one) => one.processes.some((stat) => own.includes(stat.pid)))
  if (session !== undefined)
    throw new ActionFailure(
      'protected_target',
      `The agent itself runs in session ${session.id}, and would end with it. Run it as a service, or name another session.`,
    )
}

const execute = async (job: Job<Parameters>): Promise<Evidence> => {
  const { host, parameters } = job
  const user = await findUser(host, parameters.user)
  const chosen = choose(await readSessions(host), user, parameters.session)
  refuseOwn(host, chosen)
  const sessions = chosen.map(remember)
  const began = ticksNow()
  const note = { bootId: bootId(), began, user: user.name, uid: user.uid, sessions: plain(sessions) }
  await job.note({ stage: 'chosen', ...note })
  if (job.signal.aborted) throw new ActionFailure('timed_out', 'There was not enough time; no process was told to end.')
  await job.note({ stage: 'ending', ...note })
  // logind ends what it began, with its own records; whoever is left after that is ended by hand.
  for (const session of sessions)
    if (session.source === 'logind')
      await host.run('loginctl', ['terminate-session', session.id]).catch(() => undefined)
  const left = await endAll(host, sessions)
  if (left.length > 0)
    throw new ActionFailure('partial', `${left.length} processes of the session did not end, even killed.`, {
      left: left.slice(0, 20).map((stat) => ({ pid: stat.pid, name: stat.name, state: stat.state })),
    })
  return evidenceOf(user, sessions)
}

const plain = (sessions: readonly EndedSession[]) =>
  sessions.map((session) => ({
    ...session,
    kernelSessions: [...session.kernelSessions],
    members: session.members.slice(0, 1_000).map((one) => ({ ...one })),
  }))

const evidenceOf = (user: { name: string; uid: number }, sessions: readonly EndedSession[]): Evidence => ({
  user: user.name,
  uid: user.uid,
  bootId: bootId(),
  sessions: plain(sessions),
  processesLeft: 0,
  endedTicks: ticksNow(),
})

const sessionsOf = (evidence: Evidence): EndedSession[] => {
  const parsed = z.array(EndedSession).safeParse(evidence['sessions'])
  return parsed.success ? parsed.data : []
}

const verify = async (job: Job<Parameters>, evidence: Evidence): Promise<Verdict> => {
  if (evidence['bootId'] !== bootId())
    return { result: 'passed', detail: 'The host has started anew since; the session is gone.', evidence: {} }
  const ended = typeof evidence['endedTicks'] === 'number' ? evidence['endedTicks'] : 0
  const left = inside(sessionsOf(evidence), ended)
  const say = (stats: readonly ProcessStat[]) => stats.slice(0, 20).map((stat) => ({ pid: stat.pid, name: stat.name }))
  if (left.length > 0)
    return {
      result: 'failed',
      detail: `${left.length} processes of the session are there.`,
      evidence: { left: say(left) },
    }
  const now = (await readSessions(job.host)).filter((session) => session.uid === evidence['uid'])
  const signedIn = now.filter(
    (session) => (session.source === 'logind' && !session.id.startsWith('user@')) || session.tty !== null,
  )
  const known = new Set(signedIn.flatMap((session) => session.processes.map((stat) => stat.pid)))
  // Those of one session were not asked about the others, which go on.
  const back = allStats().filter(
    (stat) =>
      Number(stat.startTime) >= ended && !isDead(stat) && !known.has(stat.pid) && realUid(stat.pid) === evidence['uid'],
  )
  if (back.length > 0 && job.parameters.session === null)
    return {
      result: 'failed',
      detail: `${back.length} processes of the user began since without a login: ${back[0]?.name ?? ''} (${back[0]?.pid ?? 0}).`,
      evidence: { back: say(back) },
    }
  const fresh = signedIn.filter((session) => session.processes.every((stat) => Number(stat.startTime) >= ended))
  return {
    result: 'passed',
    detail:
      fresh.length === 0
        ? 'No process of it is left, and the user did not sign in again.'
        : `No process of it is left. The user signed in again: session ${fresh.map((session) => session.id).join(', ')}.`,
    evidence: { newSessions: fresh.map((session) => session.id) },
  }
}

const reconcile = async (job: Job<Parameters>, notes: readonly Evidence[]): Promise<Reconciled> => {
  const note = notes.at(-1)
  if (note === undefined) return { state: 'not_applied', detail: 'The agent ended before it touched a session.' }
  if (note['bootId'] !== bootId())
    return { state: 'unknown', detail: 'The host started anew: the sessions are gone, by us or by the restart.' }
  const sessions = sessionsOf(note)
  if (note['stage'] !== 'ending')
    return { state: 'not_applied', detail: 'The agent ended before it told any process to end; the session goes on.' }
  // A session is not left in halves. Who is in it is known by start times, so that nobody who came since is met.
  const left = await endAll(job.host, sessions)
  if (left.length > 0) return { state: 'unknown', detail: `${left.length} processes of the session did not end.` }
  const user = z.object({ user: z.string(), uid: z.number() }).parse(note)
  return { state: 'applied', evidence: evidenceOf({ name: user.user, uid: user.uid }, sessions) }
}

export const linux: Executor<Parameters> = {
  unavailable: (host) => Promise.resolve(unavailableOnLinux(host, 'To end sessions of other users', ['CAP_KILL'])),
  execute,
  verify,
  reconcile,
}
