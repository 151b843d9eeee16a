import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The lines of `postmaster.pid` that tell who runs on a data folder and where it listens. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly socketDir: string
}

/** @returns null when no server runs there: no file, an unreadable one, or one whose process is gone. */
export function readPostmaster(clusterDir: string): Postmaster | null {
  let lines: string[]
  try {
    lines = readFileSync(path.join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return null
  }
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0 || !isPostgres(pid)) return null
  return { pid, port: Number(lines[3]), socketDir: lines[4] ?? '' }
}

/** A pid that was given to some other program since must not pass for a database. */
function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  if (process.platform !== 'linux') return true
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')
  } catch {
    return false
  }
}
