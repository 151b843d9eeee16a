import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

export interface Erased {
  readonly files: number
  readonly bytes: number
  readonly failed: readonly { readonly path: string; readonly why: string }[]
}

const chunk = 1_048_576
const mostFiles = 1_000_000

/**
 * Overwrites, syncs, renames and unlinks each file; folders from the inside out. A link is removed and never followed. What cannot be
 * erased is told and does not stop the rest. What was not there is done already: an interrupted run can be repeated.
 */
export function eraseFiles(targets: readonly string[]): Erased {
  const failed: { path: string; why: string }[] = []
  let files = 0
  let bytes = 0
  const attempt = (file: string, work: () => void): void => {
    try {
      work()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT') failed.push({ path: file, why: message })
    }
  }
  const rest = [...targets].reverse()
  /** Seen once already: what is in it is erased. */
  const opened = new Set<string>()
  for (let next = rest.pop(); next !== undefined && files < mostFiles; next = rest.pop()) {
    const file = next
    attempt(file, () => {
      const stat = lstatSync(file)
      if (!stat.isDirectory()) {
        bytes += stat.isFile() ? overwrite(file) : 0
        unlinkSync(hideName(file))
        files += 1
      } else if (opened.has(file)) rmdirSync(hideName(file))
      else {
        opened.add(file)
        rest.push(file, ...readdirSync(file).map((name) => path.join(file, name)))
      }
    })
  }
  return { files, bytes, failed }
}

/** The file that is opened is the one that was looked at, or nothing: a link that took its place in between is not followed. */
function overwrite(file: string): number {
  const descriptor = openSync(file, constants.O_WRONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0))
  try {
    const { size } = fstatSync(descriptor)
    const noise = randomBytes(Math.min(chunk, Math.max(1, size)))
    for (let at = 0; at < size; at += noise.length)
      writeSync(descriptor, noise, 0, Math.min(noise.length, size - at), at)
    fsyncSync(descriptor)
    return size
  } finally {
    closeSync(descriptor)
  }
}

/** A name can be a secret too. */
function hideName(file: string): string {
  const hidden = path.join(path.dirname(file), randomBytes(8).toString('hex'))
  renameSync(file, hidden)
  return hidden
}
