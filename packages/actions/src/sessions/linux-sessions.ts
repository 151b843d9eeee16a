import { readFileSync, readlinkSync, readdirSync } from 'node:fs'
import type { Host } from '../host.ts'
import { ProgramMissing } from '../host.ts'
import {
  allStats,
  bootedAt,
  isDead,
  loginUid,
  readProc,
  realUid,
  ticksPerSecond,
  type ProcessStat,
} from '../process/proc.ts'

export interface Session {
  /** As logind names it; without logind the kernel's session number. */
  readonly id: string
  readonly source: 'logind' | 'processes'
  readonly uid: number
  readonly tty: string | null
  /** Address that it came from, where somebody wrote it down. */
  readonly remote: string | null
  readonly since: string | null
  readonly processes: readonly ProcessStat[]
}

/** Terminal by its device number: 136-143 are pseudo terminals, 4 the console's. */
export const ttyName = (device: number): string | null => {
  if (device === 0) return null
  const [major, minor] = [(device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00)]
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`
  return `${major}:${minor}`
}

const utmpRecord = 384
const userProcess = 7

export interface UtmpEntry {
  readonly pid: number
  readonly tty: string
  readonly user: string
  readonly remote: string | null
}

/** Who is signed in by the old record, where a host still keeps it; 64-bit Linux layout. */
export const parseUtmp = (bytes: Buffer): UtmpEntry[] => {
  const entries: UtmpEntry[] = []
  const text = (start: number, length: number): string => {
    const field = bytes.subarray(start, start + length)
    const end = field.indexOf(0)
    return field.subarray(0, end < 0 ? length : end).toString('utf8')
  }
  for (let at = 0; at + utmpRecord <= bytes.length && entries.length < 10_000; at += utmpRecord) {
    if (bytes.readInt16LE(at) !== userProcess) continue
    const remote = text(at + 76, 256)
    entries.push({
      pid: bytes.readInt32LE(at + 4),
      tty: text(at + 8, 32),
      user: text(at + 44, 32),
      remote: remote === '' ? null : remote,
    })
  }
  return entries
}

const utmp = (): UtmpEntry[] => {
  try {
    return parseUtmp(readFileSync('/run/utmp'))
  } catch {
    return []
  }
}

/** First three columns of `loginctl list-sessions --no-legend`; later ones differ between versions. */
export const parseLogindSessions = (text: string): { id: string; uid: number }[] =>
  text.split('\n').flatMap((line) => {
    const [, id, uid] = /^\s*([A-Za-z0-9_-]{1,64})\s+(\d{1,10})\s+\S/.exec(line) ?? []
    return id === undefined || uid === undefined ? [] : [{ id, uid: Number(uid) }]
  })

const properties = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
    }),
  )

/**
 * The session that a process was put into, from /proc/PID/cgroup in both of its forms; what a user's own service manager runs, with or
 * without a login, goes by the name of its service. A name inside of that service is the user's own choice and counts for nothing.
 */
export const sessionOfCgroup = (text: string): string | null => {
  for (const line of text.split('\n', 64)) {
    const [, manager, session] =
      /^\d+:[^:]*:\/user\.slice\/user-\d+\.slice\/(?:(user@\d+\.service)|session-([^/]+)\.scope)(?:\/|$)/.exec(line) ??
      []
    if (manager !== undefined || session !== undefined) return manager ?? session ?? null
  }
  return null
}

export interface CgroupMember {
  readonly stat: ProcessStat
  readonly cgroup: string
}

const members = (): CgroupMember[] =>
  allStats()
    .filter((stat) => !isDead(stat))
    .map((stat) => ({ stat, cgroup: readProc(`${stat.pid}/cgroup`) ?? '' }))

/** null when this host has no logind that answers. */
export const logindSessions = async (host: Host, look: () => readonly CgroupMember[]): Promise<Session[] | null> => {
  try {
    const listed = await host.run('loginctl', ['list-sessions', '--no-legend', '--no-pager'], { timeoutMs: 5_000 })
    if (listed.code !== 0) return null
    const all = look()
    const scopes = new Map<string, ProcessStat[]>()
    for (const { stat, cgroup } of all) {
      const id = sessionOfCgroup(cgroup)
      if (id !== null) scopes.set(id, [...(scopes.get(id) ?? []), stat])
    }
    const sessions: Session[] = []
    for (const { id, uid } of parseLogindSessions(listed.stdout).slice(0, 500)) {
      const shown = await host.run('loginctl', [
        'show-session',
        id,
        '--property=TTY',
        '--property=RemoteHost',
        '--property=Timestamp',
        '--property=Leader',
      ])
      const of = properties(shown.stdout)
      sessions.push({
        id,
        source: 'logind',
        uid,
        tty: of['TTY'] === '' ? null : (of['TTY'] ?? null),
        remote: of['RemoteHost'] === '' ? null : (of['RemoteHost'] ?? null),
        since: of['Timestamp'] ?? null,
        processes: scopes.get(id) ?? all.flatMap(({ stat }) => (String(stat.pid) === of['Leader'] ? [stat] : [])),
      })
    }
    // What a user has running without a login is no session for logind, and the first thing that an intruder leaves behind.
    for (const [id, processes] of scopes) {
      const uid = /^user@(\d+)\.service$/.exec(id)?.[1]
      if (uid !== undefined)
        sessions.push({ id, source: 'logind', uid: Number(uid), tty: null, remote: null, since: null, processes })
    }
    return sessions
  } catch (error) {
    if (error instanceof ProgramMissing) return null
    throw error
  }
}

/** Lowest number of a person's account, as login.defs has it. */
const firstPerson = 1_000

/**
 * Sessions by what the kernel knows: processes with one session number. A service has one too; a login shows by its terminal, by the
 * login user that the audit system keeps, or by the old record, and everything of a person's account counts, terminal or not: what an
 * intruder left in the background is in no terminal.
 */
export const sessionsByProcesses = (now: number): Session[] => {
  const groups = new Map<number, ProcessStat[]>()
  for (const stat of allStats()) {
    if (isDead(stat) || stat.kernelThread || stat.session === 0) continue
    groups.set(stat.session, [...(groups.get(stat.session) ?? []), stat])
  }
  const signedIn = utmp()
  const sessions: Session[] = []
  for (const [sid, processes] of groups) {
    const first = processes.find((stat) => stat.pid === sid) ?? processes[0]
    if (first === undefined) continue
    const tty = processes.find((stat) => stat.tty !== 0)?.tty ?? 0
    const login = loginUid(first.pid)
    const record = signedIn.find((entry) => entry.pid === sid || (tty !== 0 && entry.tty === ttyName(tty)))
    const uid = login ?? realUid(first.pid)
    if (uid === null) continue
    if (tty === 0 && login === null && record === undefined && (uid < firstPerson || uid === 65_534)) continue
    sessions.push({
      id: String(sid),
      source: 'processes',
      uid,
      tty: ttyName(tty),
      remote: record?.remote ?? null,
      since: new Date(bootedAt(now) + (Number(first.startTime) * 1_000) / ticksPerSecond).toISOString(),
      processes,
    })
  }
  return sessions
}

export const readSessions = async (host: Host): Promise<Session[]> =>
  (await logindSessions(host, members)) ?? sessionsByProcesses(host.now())

/** Sockets of a process by inode. */
export const socketsOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
        return inode === undefined ? [] : [inode]
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}
