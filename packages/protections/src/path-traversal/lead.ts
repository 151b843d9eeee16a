import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'
import { locate, withSlashes, type Location } from './location.ts'
import { pathForms, type PathForm } from './path-forms.ts'

/** A form of a value that could lead out of a folder: it climbs, or it names a place from the root. */
export interface Lead {
  /** Lower-cased, with slashes only: as it would stand in a path. */
  readonly text: string
  /** Where it leads from the root, when it begins there. */
  readonly absolute: Location | null
  /** Where it leads from a folder; `up` above 0 when it climbs out. */
  readonly relative: Location
  readonly made: PathForm['made']
}

/** What a value alone tells. */
export interface Analysis {
  readonly leads: readonly Lead[]
  /** The whole forms with dots: where one of them stands, nothing was cleaned or cut. */
  readonly dotted: readonly string[]
  /** It holds a NUL character in some form. */
  readonly nul: boolean
  /** It comes back to where it began, as `a/..` does. */
  readonly returns: boolean
  /** Forms that end, and forms that begin, with half a `..`: two values may make one. */
  readonly ends: readonly string[]
  readonly begins: readonly string[]
}

const nothing: Analysis = { leads: [], dotted: [], nul: false, returns: false, ends: [], begins: [] }
const known = new Recent<Analysis>(1_024)

export const analyse = (value: string): Analysis =>
  isPlainName(value) ? nothing : known.get(value, () => analyseForms(pathForms(value)))

/** A short word cannot be more than itself in any form. */
const isPlainName = (value: string): boolean => value.length < 3 && /^[A-Za-z0-9_-]*$/.test(value)

function analyseForms(forms: readonly PathForm[]): Analysis {
  const leads = new Map<string, Lead>()
  const ends: string[] = []
  const begins: string[] = []
  const dotted: string[] = []
  let nul = false
  let returns = false
  for (const { text: form, made } of forms) {
    if (form.includes('\0')) nul = true
    const text = withSlashes(form)
    addLead(leads, text, made)
    if (made === 'whole' && text.includes('..')) dotted.push(toLowerSameLength(text))
    if (text.includes('..') && isHere(locate(text.replace(/^\/+/, '')))) returns = true
    if (text === '.' || text.endsWith('/.')) ends.push(form)
    if (text === '.' || text.startsWith('./')) begins.push(form)
    if (text.includes('../') && /[\s,;&=?#|"']/.test(text)) {
      for (const piece of text.split(/[\s,;&=?#|"']+/, mostPieces)) addLead(leads, piece, 'piece')
    }
  }
  return { leads: [...leads.values()], dotted, nul, returns, ends, begins }
}

const isHere = ({ root, up, names }: Location): boolean => root === '' && up === 0 && names.length === 0

const mostPieces = 24

function addLead(leads: Map<string, Lead>, text: string, made: Lead['made']): void {
  if (!text.includes('..') && !text.startsWith('/') && text.charAt(1) !== ':') return
  const place = locate(text)
  const relative = place.root === '' ? place : locate(text.replace(/^(?:[A-Za-z]:)?\/*/, ''))
  if (relative.up === 0 && place.root === '') return
  const lower = toLowerSameLength(text)
  if (made === 'whole' || !leads.has(lower))
    leads.set(lower, { text: lower, absolute: place.root === '' ? null : place, relative, made })
}

/** What two values make when an app puts one right after the other. */
export const analyseJoined = (first: string, second: string): Analysis =>
  analyseForms([{ text: first + second, made: 'whole' }])
