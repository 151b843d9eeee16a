/** Where a path leads by its text alone, as `path.resolve` reads it. */
export interface Location {
  /** `/`, a drive such as `c:`, or nothing for a path that goes on from the folder where the app runs. */
  readonly root: string
  /** How many folders a relative path climbs before it goes down. */
  readonly up: number
  readonly names: readonly string[]
}

/** Windows takes both separators; what is meant for one system is judged as if it could reach the other. */
export const withSlashes = (path: string): string => (path.includes('\\') ? path.replaceAll('\\', '/') : path)

/** @param path with slashes only */
export function locate(path: string): Location {
  const drive = /^(?:\/\/[?.]\/)?([A-Za-z]:)/.exec(path)
  const rest = drive ? path.slice(drive[0].length) : path
  const root = drive ? (drive[1] as string).toLowerCase() : rest.startsWith('/') ? '/' : ''
  return goOn({ root, up: 0, names: [] }, rest)
}

/** Where a relative path leads from a folder. */
export function goOn(from: Location, relative: string): Location {
  const names = [...from.names]
  let { up } = from
  for (const name of relative.split('/')) {
    if (name === '' || name === '.') continue
    if (name !== '..') names.push(name)
    else if (names.length > 0) names.pop()
    else if (from.root === '') up += 1
  }
  return { root: from.root, up, names }
}

/** A path without a drive is on whichever drive the app runs. */
const shareRoot = (one: string, other: string): boolean =>
  one === other || (one === '/' && other.endsWith(':')) || (other === '/' && one.endsWith(':'))

export function isInside(folder: Location, place: Location): boolean {
  if (!shareRoot(folder.root, place.root) || folder.up !== place.up) return false
  const sameName = folder.root.endsWith(':') || place.root.endsWith(':') ? sameOnWindows : sameToTheLetter
  return folder.names.every((name, index) => sameName(name, place.names[index]))
}

const sameToTheLetter = (one: string, other: string | undefined): boolean => one === other
const sameOnWindows = (one: string, other: string | undefined): boolean => one.toLowerCase() === other?.toLowerCase()
