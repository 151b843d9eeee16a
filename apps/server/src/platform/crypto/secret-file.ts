import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

/** Reads a secret of the data folder, or makes it: whole, synced and 0600 before anything depends on it. */
export function readOrMakeSecret(folder: string, name: string, make: () => string): string {
  const kept = readSecret(folder, name)
  if (kept !== null) return kept
  const content = make()
  writeSecret(folder, name, content)
  return content
}

/** @returns null when there is none yet */
export function readSecret(folder: string, name: string): string | null {
  try {
    return readFileSync(path.join(folder, name), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return null
  }
}

export function writeSecret(folder: string, name: string, content: string): void {
  makeFolder(folder)
  const file = path.join(folder, name)
  const handle = openSync(`${file}.new`, 'w', 0o600)
  writeSync(handle, content)
  fsyncSync(handle)
  closeSync(handle)
  renameSync(`${file}.new`, file)
}

/** Node's own recursive form never returns where the file system refuses a new folder with ENOENT, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const above = path.dirname(folder)
  if (above !== folder) makeFolder(above)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

export const removeSecret = (folder: string, name: string): void => rmSync(path.join(folder, name), { force: true })
