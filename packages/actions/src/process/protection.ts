import { readdirSync, readlinkSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Host } from '../host.ts'
import { exePath, readProc, readStat, realUid, type ProcessStat } from './proc.ts'

/** Ends of these take the host, its log, its logins or its management away. Known by where their executable lies, never by their name. */
const vital: Readonly<Record<string, string>> = {
  systemd: 'It starts and ends everything else on this host; stop the service that it runs instead.',
  init: 'It starts and ends everything else on this host; stop the service that it runs instead.',
  'systemd-journald': 'It keeps the journal, which is evidence.',
  'systemd-logind': 'It keeps the sessions of everybody; reset the session of one user instead.',
  'systemd-udevd': 'The kernel needs it for devices.',
  'systemd-networkd': 'It keeps the network up; isolate the device instead.',
  'systemd-resolved': 'It answers names for the whole host; isolate the device instead.',
  networkmanager: 'It keeps the network up; isolate the device instead.',
  'dbus-daemon': 'Services of the whole host speak through it.',
  'dbus-broker': 'Services of the whole host speak through it.',
  'dbus-broker-launch': 'Services of the whole host speak through it.',
  auditd: 'It keeps the audit log, which is evidence.',
  rsyslogd: 'It keeps the log, which is evidence.',
}
const listener = 'It accepts the logins of administrators; kill the session that it opened instead.'

const systemFolders = /^\/(?:usr\/)?(?:s?bin|lib|lib64|libexec)(?:\/|$)/

/** An executable that only root can have put there. */
const isOfTheSystem = (exe: string, pid: number): boolean => {
  if (!systemFolders.test(exe)) return false
  try {
    const stats = statSync(`/proc/${pid}/exe`)
    return stats.uid === 0 && (stats.mode & 0o022) === 0
  } catch {
    return false
  }
}

/** Sockets that wait for connections, by inode. */
const listening = (pid: number): Set<string> => {
  const inodes = new Set<string>()
  for (const table of ['tcp', 'tcp6'])
    for (const line of (readProc(`${pid}/net/${table}`) ?? '').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[3] === '0A' && fields[9] !== undefined) inodes.add(fields[9])
    }
  return inodes
}

const listens = (pid: number): boolean => {
  try {
    const inodes = listening(pid)
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
      return inode !== undefined && inodes.has(inode)
    })
  } catch {
    return false
  }
}

/** The agent's process and all that it came from, nearest first. */
export const agentAndAncestors = (agentPid: number): readonly number[] => {
  const chain: number[] = []
  for (let pid = agentPid; pid > 0 && !chain.includes(pid); pid = readStat(pid)?.ppid ?? 0) chain.push(pid)
  return chain
}

export interface Protector {
  /** Why nobody may end it; null when one may. */
  why(stat: ProcessStat): string | null
}

/** Looked up once for many processes. */
export const protector = (host: Host): Protector => {
  const own = new Set(agentAndAncestors(host.pid))
  const listed = host.policy().protectedProcesses
  return {
    why: (stat) => {
      const { pid } = stat
      if (pid === 1) return 'Process 1 keeps the host running; choose the process that it started.'
      if (pid === 2 || stat.kernelThread) return 'It is a thread of the kernel, which cannot be killed.'
      if (pid === host.pid) return 'That is the agent itself.'
      if (own.has(pid)) return 'The agent runs under it and would end with it.'
      const exe = exePath(pid)
      if (exe === null) return null
      const base = path.basename(exe)
      if (listed.includes(exe) || listed.includes(base))
        return `${base} is on the list of protected processes; take it off the list first.`
      const reason = Object.hasOwn(vital, base.toLowerCase()) ? vital[base.toLowerCase()] : undefined
      if (reason === undefined && base !== 'sshd') return null
      // Anybody may call a program by such a name, and a user's own service manager is no matter of the host.
      const uid = realUid(pid)
      if (!isOfTheSystem(exe, pid) || uid === null || uid >= 1_000) return null
      if (base === 'sshd') return listens(pid) ? listener : null
      return reason ?? null
    },
  }
}
