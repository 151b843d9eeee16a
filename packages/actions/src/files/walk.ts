import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, type BigIntStats } from 'node:fs'
import { ActionFailure } from '../executor.ts'

/** Opens what a name stands for without opening it for anything: no device is woken, no pipe waits. Linux only; Node does not name it. */
const O_PATH = 0o10_000_000

/** Reading leaves the time of access as it is: it is evidence, and a file that stays is not touched. */
export const readUnseen = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOATIME

/** A handle's own name under /proc, which leads to the very thing that was opened, wherever it is moved. */
export const byHandle = (fd: number, name?: string): string =>
  name === undefined ? `/proc/self/fd/${fd}` : `/proc/self/fd/${fd}/${name}`
/** The same for another program that this one starts. */
export const byHandleOf = (fd: number): string => `/proc/${process.pid}/fd/${fd}`

export interface Place {
  /** The folder, held open: renamed or replaced on the way, it stays the one that was walked to. */
  readonly parent: number
  readonly name: string
  readonly path: string
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

const refuseLink = (fd: number, part: string, shown: string): ActionFailure => {
  let target = ''
  try {
    target = readlinkSync(byHandle(fd, part))
  } catch {
    // It changes under our eyes; the refusal stands.
  }
  return new ActionFailure(
    'unsupported',
    `${shown} is a link${target === '' ? '' : ` to ${target}`}. Links are not followed; name the path that it leads to.`,
  )
}

/**
 * Walks to a file's folder, one name at a time, each relative to the handle of the one before, and follows no link: nobody can swap
 * a part of the path for another between the check and the use. Close `parent` when done.
 */
export const walkToParent = (path: string): Place => {
  const parts = path.slice(1).split('/')
  const name = parts.pop() ?? ''
  let fd = openSync('/', O_PATH | constants.O_DIRECTORY)
  let shown = ''
  for (const part of parts) {
    shown += `/${part}`
    try {
      const next = openSync(byHandle(fd, part), O_PATH | constants.O_NOFOLLOW)
      const stats = fstatSync(next)
      if (!stats.isDirectory()) {
        closeSync(next)
        if (stats.isSymbolicLink()) throw refuseLink(fd, part, shown)
        throw new ActionFailure('does_not_exist', `${shown} is not a folder, so there is nothing in it.`)
      }
      closeSync(fd)
      fd = next
    } catch (error) {
      closeSync(fd)
      throw asFailure(error, shown)
    }
  }
  return { parent: fd, name, path }
}

export const asFailure = (error: unknown, shown: string): ActionFailure => {
  if (error instanceof ActionFailure) return error
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ActionFailure('does_not_exist', `There is nothing at ${shown}.`)
    case 'ENAMETOOLONG':
      return new ActionFailure('does_not_exist', `A name in ${shown} is longer than this file system's names can be.`)
    case 'EACCES':
    case 'EPERM':
      return new ActionFailure(
        'permission_denied',
        `The agent may not touch ${shown}: it lacks a right, or the file is marked immutable (see lsattr).`,
      )
    case 'EROFS':
      return new ActionFailure(
        'permission_denied',
        `${shown} lies on a file system that is mounted read-only; mount it writable, then ask again.`,
      )
    case 'ENOSPC':
    case 'EDQUOT':
      return new ActionFailure('execution_error', `There is no space left for ${shown}; nothing was changed.`)
    case 'EBUSY':
      return new ActionFailure('execution_error', `${shown} is in use as a mount point; unmount it first.`)
    default:
      return new ActionFailure(
        'execution_error',
        `${shown}: ${error instanceof Error ? error.message : 'it went wrong for an unknown reason'}`,
      )
  }
}

/** What stands at a place, itself and not what it links to; null when nothing does. */
export const look = (place: Place): BigIntStats | null => {
  try {
    return lstatSync(byHandle(place.parent, place.name), { bigint: true })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw asFailure(error, place.path)
  }
}

const kindOf = (stats: BigIntStats): string => {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isBlockDevice() || stats.isCharacterDevice()) return 'a device'
  if (stats.isFIFO()) return 'a named pipe'
  return 'a socket'
}

/** Opens the regular file at a place for reading. Nothing but a regular file is ever opened. */
export const openRegular = (place: Place): { readonly fd: number; readonly stats: BigIntStats } => {
  let handle: number
  try {
    handle = openSync(byHandle(place.parent, place.name), O_PATH | constants.O_NOFOLLOW)
  } catch (error) {
    throw asFailure(error, place.path)
  }
  try {
    const stats = fstatSync(handle, { bigint: true })
    if (stats.isSymbolicLink()) throw refuseLink(place.parent, place.name, place.path)
    if (!stats.isFile())
      throw new ActionFailure(
        'unsupported',
        `${place.path} is ${kindOf(stats)}; only regular files can be quarantined.`,
      )
    return { fd: openSync(byHandle(handle), readUnseen), stats }
  } catch (error) {
    throw asFailure(error, place.path)
  } finally {
    closeSync(handle)
  }
}
