import type { Input } from '@riposte/contract'
import { splitPieces } from '../text/decodings.ts'
import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'

/** One form of a value that could do harm somewhere in a page, made ready to be looked for. */
export interface Candidate {
  readonly form: string
  /** What is looked for: a part of the form that begins with a sign that pages seldom have, and where it stands in the form. */
  readonly probe: string
  readonly offset: number
  /** What a filter that takes something away would leave of the value. */
  readonly isFiltered: boolean
  /** It may stand there with signs escaped or taken away: the probe has none of these. */
  readonly isAnchored: boolean
  /** It may stand there in small or capital letters. */
  readonly changesCase: boolean
}

const known = new Recent<readonly Candidate[]>(1_024)

export const candidatesOf = ({ value }: Input): readonly Candidate[] => known.get(value, () => makeAll(value))

/** Neither the markup nor the scripts and styles of a page take these for more than a part of a word. */
const inert = /^(?:[\w.,:@+~%?#$*|^!-]|\/(?![/*])|[^\0-\x7f\s])*$/

function makeAll(value: string): Candidate[] {
  const all = new Set<string>()
  const less = new Set<string>()
  for (const form of wholeForms(value)) {
    const trimmed = form.trim()
    if (isInert(trimmed) || (form !== value && !form.includes('<') && isSqueezed(form, value))) continue
    all.add(trimmed)
    if (trimmed.includes('<') || /script/i.test(trimmed)) for (const rest of filtered(trimmed)) less.add(rest)
  }
  const made = [...all].map((form) => make(form, false))
  for (const form of less) if (!all.has(form)) made.push(make(form, true))
  return made
}

/** Without its white space a text that opens nothing does less than with it. */
const isSqueezed = (form: string, value: string): boolean =>
  form.length < value.length && !/\s/.test(form) && form === value.replace(/\s+/g, '')

const isInert = (form: string): boolean => inert.test(form) && !/(?:script|data)\s*:/i.test(form)

/** A page is not cut at commas: pieces of a value are pieces of somebody's markup. */
function wholeForms(value: string): readonly string[] {
  const all = forms(value)
  if (all.length === 1) return all
  const pieces = new Set(all.flatMap((form) => splitPieces(form)))
  pieces.delete(value)
  return pieces.size === 0 ? all : all.filter((form) => !pieces.has(form))
}

/** What filters that take something away, once, leave of a value. */
const filters: readonly RegExp[] = [
  /<[^<>]*>/g,
  /<\/?script[^<>]*>/gi,
  /<\/?script>?/gi,
  /script/gi,
  /javascript:?/gi,
  /\bon[a-z]+\s*=/gi,
  /\0/g,
]

function* filtered(form: string): Generator<string> {
  for (const filter of filters) {
    const less = form.replace(filter, '').trim()
    if (less !== form && !isInert(less)) yield less
  }
}

/** How seldom a character stands in pages, roughly. */
const rareness = new Uint8Array(128).fill(15)
const rank = (characters: string, as: number): void => {
  for (const character of characters) rareness[character.charCodeAt(0)] = as
}
rank('etain os', 0)
rank('rl</>"=d', 2)
rank('cpmuh-\n', 4)
rank('bfgvwy01.:', 6)
rank('23456789', 5)
rank('kx;,', 8)
rank('jqz', 11)
rank('()', 5)
rank("#{}'", 10)

const rarenessOf = (code: number): number => (code > 127 ? 30 : (rareness[code] as number))

/** The index of the character from which on a text is found soonest. */
function rarestIn(text: string, first: number, last: number): number {
  let best = first
  let rare = -1
  for (let at = first; at <= last; at += 1) {
    const found = rarenessOf(text.charCodeAt(at))
    if (found > rare) {
      rare = found
      best = at
    }
  }
  return best
}

/** Characters looked at for a good beginning, and longest text looked for as a whole. */
const longestProbe = 256

function make(form: string, isFiltered: boolean): Candidate {
  const anchorAt = isEscaped.test(form) ? findAnchor(form) : -1
  const isAnchored = anchorAt !== -1
  const offset = isAnchored
    ? anchorAt
    : rarestIn(form, 0, Math.min(form.length - Math.min(3, form.length), longestProbe))
  const probe = isAnchored ? runAt(form, anchorAt) : form.slice(offset, offset + longestProbe)
  return { form, probe, offset, isFiltered, isAnchored, changesCase: isAnchored && mayGrowWorse.test(form) }
}

/** Signs that apps escape or take away. */
const isEscaped = /[<>&"'`\\]/

/** Markup, handlers, and addresses that run: the same in another case. */
const mayGrowWorse = /<|&[#a-z]|\bon[a-z]{3,}\s*=|(?:script|data)\s*:/i

/** Characters that no escaping of markup or scripts touches. */
const run = /[A-Za-z0-9\u0080-\uffff().:;,!?#%@$*+[\]{}|~^_ -]{3,}/g

const runAt = (form: string, at: number): string =>
  /^[A-Za-z0-9\u0080-\uffff().:;,!?#%@$*+[\]{}|~^_ -]{1,32}/.exec(form.slice(at, at + 32))?.[0] ?? ''

/** Where the part begins by which a form is found whose signs were escaped; -1 where there is none. */
function findAnchor(form: string): number {
  // What is cut off keeps its beginning.
  const early = form.length > 64 ? findAnchorIn(form.slice(0, 48)) : -1
  return early === -1 ? findAnchorIn(form.slice(0, 1_024)) : early
}

function findAnchorIn(form: string): number {
  let best = -1
  let rare = -1
  for (const found of form.matchAll(run)) {
    if (!/[A-Za-z0-9\u0080-\uffff]/.test(found[0])) continue
    const last = found.index + found[0].length - 3
    const at = rarestIn(form, found.index, Math.min(last, found.index + 64))
    const length = Math.min(8, found.index + found[0].length - at)
    const rank = rarenessOf(form.charCodeAt(at)) + (isCommon.test(form.slice(at, at + 12)) ? -20 : length)
    if (best === -1 || rank > rare) {
      rare = rank
      best = at
    }
  }
  return best
}

/** Words that every page has. */
const isCommon = /^(?:script|javascript|style|class|href|https?|html|text|div|span|body|input|value|name)$/i
