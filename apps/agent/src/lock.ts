import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { AgentProblem, stateFiles } from './state-folder.ts'

/** Field 22 of /proc/PID/stat with the boot: one process and no later one of the same number. null: there is none. */
function identityOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19] ?? ''}`
  } catch {
    return null
  }
}

function isHeld(content: string): boolean {
  const [pid = '', ...identity] = content.trim().split(' ')
  if (process.platform === 'linux') return identityOf(Number(pid)) === identity.join(' ')
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** One agent per state folder. A lock whose process is gone counts for nothing. @returns what gives it back @throws AgentProblem */
export function lockState(folder: string): () => void {
  const file = path.join(folder, stateFiles.lock)
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${process.pid} ${identityOf(process.pid) ?? ''}\n`, { mode: 0o600 })
  try {
    for (let tries = 0; tries < 5; tries += 1) {
      try {
        // Appears with its content, or not at all.
        linkSync(own, file)
        return () => rmSync(file, { force: true })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const seen = tryRead(file)
      if (seen === null) continue
      if (isHeld(seen))
        throw new AgentProblem(
          `Another agent (process ${seen.split(' ')[0] ?? '?'}) works with ${folder}; stop it first.`,
        )
      const stale = `${file}.stale.${process.pid}`
      try {
        renameSync(file, stale)
        // Somebody may have taken the lock between the look and the move: it is theirs.
        if (tryRead(stale) !== seen) linkSync(stale, file)
        unlinkSync(stale)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
    throw new AgentProblem(`The lock ${file} could not be taken; try again.`)
  } finally {
    rmSync(own, { force: true })
  }
}

function tryRead(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** The process that works with the folder; null: none. */
export function lockHolder(folder: string): number | null {
  const seen = tryRead(path.join(folder, stateFiles.lock))
  return seen !== null && isHeld(seen) ? Number(seen.split(' ')[0]) : null
}
