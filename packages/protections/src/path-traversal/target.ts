import { toLowerSameLength } from '../text/skeleton.ts'
import { goOn, isInside, locate, withSlashes, type Location } from './location.ts'
import { fromFileUrl } from './path-forms.ts'
import { Track } from './track.ts'

/** The path of an operation, read once for all values. */
export interface Target {
  /** With slashes only; `file:` URLs as the path that they name. */
  readonly text: string
  /** The same length as `text`. */
  readonly lower: string
  readonly place: Location
  /** Some of its names are `..`, so that the text tells where the climbing began. */
  readonly climbs: boolean
  /** There where `climbs`. */
  readonly track: Track | null
  /** The names of `place`, lower-cased. */
  readonly names: readonly string[]
  readonly nul: boolean
  /** The folder that the app meant, when it is known and can be compared. */
  readonly base: Location | null
}

/** Longer than any system takes. */
const longestPath = 40_000

export function readTarget(path: string, base: string | undefined): Target | null {
  if (path.length > longestPath) return null
  const text = toText(path)
  const given = locate(text)
  const folder = base === undefined ? null : readBase(toText(base), given)
  const place = folder && given.root === '' && folder.root !== '' ? goOn(folder, text) : given
  const climbs = text.includes('..') && /(?:^|\/)\.\.(?:\/|$)/.test(text)
  const track = climbs ? new Track(text) : null
  const names = place.names.map((name) => name.toLowerCase())
  return { text, lower: toLowerSameLength(text), place, climbs, track, names, nul: path.includes('\0'), base: folder }
}

const toText = (path: string): string => withSlashes(/^file:/i.test(path) ? fromFileUrl(path) : path)

/** A base that is relative where the path is not stands somewhere in the path, or the path has left it. */
function readBase(base: string, given: Location): Location | null {
  const folder = locate(base)
  if (folder.root !== '' || given.root === '') return folder
  if (folder.names.length === 0 || folder.up > 0) return null
  for (let start = 0; start + folder.names.length <= given.names.length; start += 1) {
    if (folder.names.every((name, index) => given.names[start + index] === name)) {
      return { ...given, names: given.names.slice(0, start + folder.names.length) }
    }
  }
  return { ...given, names: [...given.names, ...folder.names] }
}

export const leavesBase = ({ base, place }: Target): boolean => base !== null && !isInside(base, place)
