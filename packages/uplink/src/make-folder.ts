import { mkdirSync } from 'node:fs'
import path from 'node:path'

/**
 * Makes a folder and those above it, for the owner alone. Node's own recursive form never returns where the file system refuses a
 * new folder with ENOENT, as /proc does.
 * @throws the file system's error.
 */
export function makeFolder(folder: string): void {
  try {
    makeOne(folder)
  } catch (error) {
    const above = path.dirname(folder)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error
    makeFolder(above)
    makeOne(folder)
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
