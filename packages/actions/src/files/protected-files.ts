import { realpathSync, statSync, type BigIntStats } from 'node:fs'
import path from 'node:path'
import type { Host } from '../host.ts'
import { readProc } from '../process/proc.ts'

/** Without these nobody signs in and nothing starts. Configuration that only adds something, such as a cron table or ld.so.preload, is not among them. */
const vitalFiles = new Set([
  '/etc/passwd',
  '/etc/shadow',
  '/etc/group',
  '/etc/gshadow',
  '/etc/nsswitch.conf',
  '/etc/fstab',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ssh/sshd_config',
  '/etc/sudoers',
])
const vitalFolders = ['/boot', '/etc/pam.d', '/lib/modules', '/usr/lib/modules', '/usr/lib/security']
/** Programs by which an administrator gets back in, wherever the links lead. */
const vitalPrograms = [
  '/bin/sh',
  '/bin/bash',
  '/sbin/init',
  '/usr/sbin/sshd',
  '/bin/login',
  '/usr/bin/sudo',
  '/bin/su',
  '/bin/systemctl',
]

const key = (device: bigint, inode: bigint): string => `${device}:${inode}`

/** Every file that a process has mapped to run: its executable, the loader, its libraries. */
const mappedBy = (pid: number): Set<string> => {
  const files = new Set<string>()
  for (const line of (readProc(`${pid}/maps`) ?? '').split('\n')) {
    const file = /^\S+ ..x. \S+ \S+ \d+ +(\/.*)$/.exec(line)?.[1]
    if (file !== undefined) files.add(file)
  }
  const found = new Set<string>()
  for (const file of files)
    try {
      const stats = statSync(file, { bigint: true })
      found.add(key(stats.dev, stats.ino))
    } catch {
      // Replaced or removed since it was mapped: the name is another file now.
    }
  return found
}

const under = (file: string, folder: string): boolean => file.startsWith(`${folder.replace(/\/$/, '')}/`)

/** Why a file may not leave its place; null when it may. */
export const whyProtected = (host: Host, file: string, stats: BigIntStats): string | null => {
  const real = (folder: string): string => {
    try {
      return realpathSync(folder)
    } catch {
      return path.resolve(folder)
    }
  }
  if (under(file, real(host.stateDir))) return 'It belongs to the agent; uninstall the agent instead.'
  if (vitalFiles.has(file)) return 'Nobody could sign in without it; change it by a script instead.'
  const folder = vitalFolders.find((one) => under(file, one))
  if (folder !== undefined) return `The host would not start or let anybody in without what is in ${folder}.`
  const id = key(stats.dev, stats.ino)
  for (const program of vitalPrograms)
    try {
      const one = statSync(program, { bigint: true })
      if (key(one.dev, one.ino) === id) return `It is ${program}, without which nobody gets in or nothing starts.`
    } catch {
      // This host does without it.
    }
  if (mappedBy(1).has(id)) return 'Process 1 runs from it: the host would not start again.'
  if (mappedBy(host.pid).has(id)) return 'The agent runs from it: it could not put the file back.'
  return null
}
