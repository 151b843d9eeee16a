import type { Span } from '@riposte/contract'
import { isInside, type Location } from './location.ts'
import type { Lead } from './lead.ts'
import { leavesBase, type Target } from './target.ts'

export interface Verdict {
  readonly confidence: number
  readonly reason: string
  readonly span: Span | null
}

const climbed = 'A value from the request climbs out of the folder that the app meant.'
const fromRoot = 'A value from the request names a file from the root of the file system.'

export interface Circumstances {
  /** The source of the value says nothing of paths: a match of one name is chance. */
  readonly byChance: boolean
  /** Where in the path forms of the value stand from end to end: what others make of it by cleaning and cutting says nothing there. */
  readonly covered: readonly Span[]
}

/** Whether a value leads the path to where the app did not mean it to go. */
export function judge(target: Target, lead: Lead, { byChance, covered }: Circumstances): Verdict | null {
  const others = lead.made === 'whole' && covered.some((span) => spanText(target, span) === lead.text) ? [] : covered
  if (lead.relative.up > 0) {
    const standing = target.climbs ? judgeStanding(target, lead, others) : 'absent'
    if (standing !== 'absent') return standing
    const atEnd = others.some(({ end }) => end + longestEnding >= target.text.length)
    const verdict = atEnd ? null : judgeResolved(target, lead)
    if (verdict) return verdict
  }
  return lead.absolute && lead.made !== 'piece' ? judgeAbsolute(target, lead.absolute, byChance) : null
}

/** What an app adds behind a value, at most, for the value to be the end of the path. */
const longestEnding = 32

const spanText = ({ lower }: Target, { start, end }: Span): string => lower.slice(start, end)

/** The path still holds the climbing as text: then where the value stands tells which folder came before it. */
function judgeStanding(target: Target, lead: Lead, covered: readonly Span[]): Verdict | null | 'absent' {
  const { lower } = target
  for (const needle of [lead.text, core(lead.text)]) {
    const regions = occurrences(lower, needle)
    if (regions.length > 0) return judgeRegions(target, regions, covered)
  }
  for (const anchor of anchors(lead.text)) {
    const regions = occurrences(lower, anchor.text).map((found) => widen(lower, lead.text, anchor.at, found))
    if (regions.length > 0) return judgeRegions(target, regions, covered)
  }
  return 'absent'
}

function judgeRegions(target: Target, regions: readonly Span[], covered: readonly Span[]): Verdict | null {
  const region = regions.find(
    (span) =>
      !covered.some(({ start, end }) => start <= span.start && span.end <= end) &&
      (target.base ? leavesBase(target) : target.track?.leaves(span)),
  )
  return region ? { confidence: 0.95, reason: climbed, span: region } : null
}

const mostOccurrences = 16

export function occurrences(text: string, needle: string): Span[] {
  const found: Span[] = []
  if (needle === '') return found
  const short = needle.length > longestNeedle ? needle.slice(0, longestNeedle) : needle
  let at = text.indexOf(short)
  while (at !== -1 && found.length < mostOccurrences) {
    if (short === needle || text.startsWith(needle, at)) found.push({ start: at, end: at + needle.length })
    at = text.indexOf(short, at + 1)
  }
  return found
}

const longestNeedle = 256

/** From the first `..` on: what an app may have kept of a URL or a longer path. */
function core(text: string): string {
  const at = /(?:^|\/)\.\.(?=\/|$)/.exec(text)
  return at === null ? '' : text.slice(text.indexOf('..', at.index))
}

/** The first climbing with the name that follows, and the last: what clean-ups of either end leave. */
function anchors(text: string): { readonly at: number; readonly text: string }[] {
  const start = text.length - core(text).length
  const head = /^(?:\.{0,2}\/)*\.\.\/+[^/.]{2,}/.exec(text.slice(start))?.[0]
  const last = text.lastIndexOf('../')
  const tail = last !== -1 && last + 4 < text.length ? text.slice(last) : undefined
  return [
    ...(head === undefined ? [] : [{ at: start, text: head }]),
    ...(tail === undefined ? [] : [{ at: last, text: tail }]),
  ]
}

/** As far to both sides as path and value agree. */
function widen(path: string, value: string, at: number, { start, end }: Span): Span {
  let before = 0
  while (before < start && before < at && path.charCodeAt(start - 1 - before) === value.charCodeAt(at - 1 - before))
    before += 1
  let after = end
  while (after < path.length && path.charCodeAt(after) === value.charCodeAt(at + after - start)) after += 1
  return { start: start - before, end: after }
}

/** The path was resolved before it came here: what is left of the value must be what is left of the path. */
function judgeResolved(target: Target, { relative, text, made }: Lead): Verdict | null {
  const rest = relative.names
  const { names } = target
  if (target.base) {
    if (!leavesBase(target)) return null
    const stands = rest.length === 0 || namesStandIn(names, rest)
    return stands ? { confidence: 0.95, reason: climbed, span: null } : null
  }
  if (made === 'piece') return null
  const atRoot = target.place.root !== ''
  if (rest.length === 0) return atRoot && names.length === 0 ? { confidence: 0.8, reason: climbed, span: null } : null
  const fromStart = names.length - rest.length
  if (fromStart === 0 && standAt(names, rest, 0, isSuffixed)) return { confidence: 0.9, reason: climbed, span: null }
  if (atRoot && fromStart > 0 && rest.length > 1 && standAt(names, rest, 0, isSame))
    return { confidence: 0.8, reason: climbed, span: null }
  // A URL path that climbs is cut off at the served folder by servers that resolve it first: `/../a` is then `/a` below that folder.
  if (made === 'cleaned' || text.trimStart().startsWith('/') || fromStart < 0) return null
  if (standAt(names, rest, fromStart, isSuffixed)) return { confidence: 0.6, reason: climbed, span: null }
  // An app may add a name or two of its own.
  const mostAdded = rest.length > 1 ? 2 : 1
  for (let at = fromStart - 1; at >= 0 && at >= fromStart - mostAdded; at -= 1) {
    if (standAt(names, rest, at, isSame)) return { confidence: 0.55, reason: climbed, span: null }
  }
  return null
}

type SameLast = (name: string, wanted: string) => boolean
const isSame: SameLast = (name, wanted) => name === wanted
/** An app may add an ending. */
const isSuffixed: SameLast = (name, wanted) =>
  name.startsWith(wanted) && (name.length === wanted.length || !/[\p{L}\p{N}]/u.test(name.charAt(wanted.length)))
const isBeginning: SameLast = (name, wanted) => name.startsWith(wanted)

function standAt(names: readonly string[], wanted: readonly string[], at: number, sameLast: SameLast): boolean {
  return wanted.every((name, index) => {
    const there = names[at + index]
    if (there === undefined) return false
    const lower = name.toLowerCase()
    return index === wanted.length - 1 ? sameLast(there, lower) : there === lower
  })
}

function namesStandIn(names: readonly string[], wanted: readonly string[]): boolean {
  const first = wanted[0]?.toLowerCase()
  for (let at = 0, tries = 0; at + wanted.length <= names.length && tries < 64; at += 1) {
    if (wanted.length > 1 && names[at] !== first) continue
    tries += 1
    if (standAt(names, wanted, at, isBeginning)) return true
  }
  return false
}

/** The value names the file from the root, and the path begins with it. */
function judgeAbsolute(target: Target, absolute: Location, byChance: boolean): Verdict | null {
  const { place, base } = target
  if (place.root === '' || absolute.up > 0) return null
  if (absolute.root.endsWith(':') && absolute.root !== place.root) return null
  const { names } = target
  const wanted = absolute.names
  const whole = names.length === wanted.length && standAt(names, wanted, 0, isSame)
  if (base) {
    if (!leavesBase(target)) return null
    return whole || (!isInside(absolute, base) && standAt(names, wanted, 0, isSuffixed))
      ? { confidence: 0.95, reason: fromRoot, span: null }
      : null
  }
  if (whole && wanted.length > (byChance ? 1 : 0)) return { confidence: 0.9, reason: fromRoot, span: null }
  // One name may be a route of the app that is called as a folder of the machine is.
  return wanted.length > 1 && standAt(names, wanted, 0, isSuffixed)
    ? { confidence: 0.75, reason: fromRoot, span: null }
    : null
}
