import { closeSync, existsSync, openSync, readdirSync, renameSync, statSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { isGone, ownFolderName, parseFolderName } from './owner.ts'

/** A folder name of this thread that is not taken. */
export function freeFolder(spoolDir: string): string {
  for (let number = 1; ; number++) {
    const folder = path.join(spoolDir, `${ownFolderName()}.${number}`)
    if (!existsSync(folder) && !existsSync(`${folder}.left`)) return folder
  }
}

/**
 * Takes over the folders of processes that are gone. The rename is the claim: of two processes only one succeeds, and the folder
 * then bears the new owner's name, so that it is adopted again should that one die too.
 * @param now the file system's own clock, since the program's may be wrong
 * @throws the file system's error when the spool cannot be listed
 */
export function adoptFolders(
  spoolDir: string,
  { abandonedMs, now }: { abandonedMs: number; now: () => number },
): string[] {
  return readdirSync(spoolDir).flatMap((name) => {
    const owner = parseFolderName(name)
    if (!owner) return []
    const folder = path.join(spoolDir, name)
    try {
      const state = isGone(owner)
      if (state === 'alive') return []
      if (state === 'unknown' && now() - lastTouched(folder) < abandonedMs) return []
      const claimed = freeFolder(spoolDir)
      renameSync(folder, claimed)
      return [claimed]
    } catch {
      // Another process was quicker, or it is not ours to take.
      return []
    }
  })
}

function lastTouched(folder: string): number {
  const times = readdirSync(folder).map((name) => statSync(path.join(folder, name)).mtimeMs)
  return Math.max(statSync(folder).mtimeMs, ...times)
}

/** Proves that the folder can be written. @returns the file system's time in Unix milliseconds. @throws the file system's error. */
export function probeFolder(folder: string): number {
  const file = path.join(folder, `.probe-${ownFolderName()}`)
  const fd = openSync(file, 'w', 0o600)
  closeSync(fd)
  const { mtimeMs } = statSync(file)
  unlinkSync(file)
  return mtimeMs
}
