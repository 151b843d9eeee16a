import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'
import { locate, withSlashes, type Location } from './location.ts'
import { pathForms } from './path-forms.ts'

/** A form of a value that could lead out of a folder: it climbs, or it names a place from the root. */
export interface Lead {
  /** Lower-cased, with slashes only: as it would stand in a path. */
  readonly text: string
  /** Where it leads from the root, when it begins there. */
  readonly absolute: Location | null
  /** Where it leads from a folder; `up` above 0 when it climbs out. */
  readonly relative: Location
  /** It is a part of the value, cut out where an app may cut. */
  readonly piece: boolean
}

/** What a value alone tells. */
export interface Analysis {
  readonly leads: readonly Lead[]
  /** It holds a NUL character in some form. */
  readonly nul: boolean
  /** Forms that end, and forms that begin, with half a `..`: two values may make one. */
  readonly ends: readonly string[]
  readonly begins: readonly string[]
}

const nothing: Analysis = { leads: [], nul: false, ends: [], begins: [] }
const known = new Recent<Analysis>(1_024)

export const analyse = (value: string): Analysis =>
  isPlainName(value) ? nothing : known.get(value, () => analyseForms(pathForms(value)))

/** A short word cannot be more than itself in any form. */
const isPlainName = (value: string): boolean => value.length < 3 && value !== '..' && value !== '.' && value !== '/'

function analyseForms(forms: readonly string[]): Analysis {
  const leads = new Map<string, Lead>()
  const ends: string[] = []
  const begins: string[] = []
  let nul = false
  for (const form of forms) {
    if (form.includes('\0')) nul = true
    const text = withSlashes(form)
    addLead(leads, text, false)
    if (text === '.' || text.endsWith('/.')) ends.push(form)
    if (text === '.' || text.startsWith('./')) begins.push(form)
    if (text.includes('../') && /[\s,;&=?#|"']/.test(text)) {
      for (const piece of text.split(/[\s,;&=?#|"']+/, mostPieces)) addLead(leads, piece, true)
    }
  }
  return { leads: [...leads.values()], nul, ends, begins }
}

const mostPieces = 24

function addLead(leads: Map<string, Lead>, text: string, piece: boolean): void {
  if (!text.includes('..') && !text.startsWith('/') && text.charAt(1) !== ':') return
  const place = locate(text)
  const relative = place.root === '' ? place : locate(text.replace(/^(?:[A-Za-z]:)?\/*/, ''))
  if (relative.up === 0 && place.root === '') return
  const lower = toLowerSameLength(text)
  if (!leads.has(lower)) leads.set(lower, { text: lower, absolute: place.root === '' ? null : place, relative, piece })
}

/** What two values make when an app puts one right after the other. */
export const analyseJoined = (first: string, second: string): Analysis => analyseForms([first + second])
