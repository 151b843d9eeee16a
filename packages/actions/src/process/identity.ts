import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { statSync, type BigIntStats } from 'node:fs'
import type * as z from 'zod'
import type { ProcessIdentity } from '../kill-process/spec.ts'
import { bootId, type ProcessStat } from './proc.ts'

export type Identity = z.output<typeof ProcessIdentity>

/** Which bytes run: by device, inode and the times that an owner of the file cannot set back. */
const versionOf = (stats: BigIntStats): string =>
  [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':')

/** What a process runs right now, without reading it all; null for kernel threads and dead ones. */
export const exeVersion = (pid: number): string | null => {
  try {
    return versionOf(statSync(`/proc/${pid}/exe`, { bigint: true }))
  } catch {
    return null
  }
}

const known = new Map<string, string>()
const mostKnown = 4_096
const chunk = Buffer.allocUnsafe(1 << 20)

/**
 * SHA-256 of the executable through the kernel's own handle on it, so that a file put in its place does not count.
 * @returns null where it cannot be read
 */
export const exeSha256 = (pid: number): string | null => {
  let file: number
  try {
    file = openSync(`/proc/${pid}/exe`, constants.O_RDONLY)
  } catch {
    return null
  }
  try {
    const version = versionOf(fstatSync(file, { bigint: true }))
    const before = known.get(version)
    if (before !== undefined) return before
    const hash = createHash('sha256')
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) hash.update(chunk.subarray(0, read))
    const sha256 = hash.digest('hex')
    if (known.size >= mostKnown) known.clear()
    known.set(version, sha256)
    return sha256
  } catch {
    return null
  } finally {
    closeSync(file)
  }
}

/** The hash when these bytes were read before; for lists, which have no time to read. */
export const knownSha256 = (pid: number): string | null => known.get(exeVersion(pid) ?? '') ?? null

export const identityOf = (stat: ProcessStat): Identity => ({
  bootId: bootId(),
  startTime: stat.startTime,
  exeSha256: exeSha256(stat.pid),
})

export type Difference = 'gone' | 'reused' | 'other_boot' | 'other_executable'

/** Whether what is there is what was meant; null when it is. A hash that was not known when it was pinned is not compared. */
export const differenceOf = (meant: Identity, found: Identity | null): Difference | null => {
  if (found === null) return 'gone'
  if (meant.bootId !== found.bootId) return 'other_boot'
  if (meant.startTime !== found.startTime) return 'reused'
  return meant.exeSha256 !== null && meant.exeSha256 !== found.exeSha256 ? 'other_executable' : null
}
