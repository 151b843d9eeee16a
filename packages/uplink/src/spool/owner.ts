import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

/** Who writes a spool folder, as its name says: `<hostname>-<pid>-<start>n<namespace>t<thread>.<number>`, `.left` behind it once given up. */
export interface FolderOwner {
  readonly host: string
  readonly pid: number
  /** Clock ticks from boot to the start of the process; 0 where the platform does not tell. */
  readonly start: string
  /** The process id namespace; 0 where there is none. */
  readonly namespace: string
  readonly left: boolean
}

const pattern = /^(.+)-(\d+)-(\d+)n(\d+)t\d+\.\d+(\.left)?$/

export function parseFolderName(name: string): FolderOwner | null {
  const match = pattern.exec(name)
  if (!match) return null
  const [, host, pid, start, namespace, left] = match as unknown as [string, string, string, string, string, string?]
  return { host, pid: Number(pid), start, namespace, left: left !== undefined }
}

/** The name of this thread's folders, without the number. */
export function ownFolderName(): string {
  const { host, pid, start, namespace } = ownIdentity()
  return `${host}-${pid}-${start}n${namespace}t${threadId}`
}

let identity: Omit<FolderOwner, 'left'> | null = null

function ownIdentity(): Omit<FolderOwner, 'left'> {
  identity ??= {
    host:
      hostname()
        .replace(/[^A-Za-z0-9.-]/g, '_')
        .slice(0, 100) || 'host',
    pid: process.pid,
    start: startOf(process.pid) ?? '0',
    namespace: ownNamespace(),
  }
  return identity
}

/**
 * Whether the process that writes the folder is gone. `unknown`: it ran on another machine or in another process id namespace,
 * where only time tells.
 */
export function isGone(owner: FolderOwner): 'gone' | 'alive' | 'unknown' {
  if (owner.left) return 'gone'
  const self = ownIdentity()
  if (owner.host !== self.host || owner.namespace !== self.namespace) return 'unknown'
  if (!isRunning(owner.pid)) return 'gone'
  const start = startOf(owner.pid)
  return start === null || owner.start === '0' || start === owner.start ? 'alive' : 'gone'
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Field 22 of /proc/pid/stat; the command in field 2 may hold anything, so it is counted from its closing parenthesis. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended, though its id is still taken.
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended'
    return fields[19] ?? null
  } catch {
    return null
  }
}

function ownNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0'
  } catch {
    return '0'
  }
}
