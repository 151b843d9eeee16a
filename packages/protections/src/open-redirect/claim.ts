import type { Input, Span } from '@riposte/contract'
import { forms } from '../text/forms.ts'
import { Recent } from '../text/recent.ts'
import { toLowerSameLength } from '../text/skeleton.ts'
import { clean, parse, type Target } from './target.ts'

/** A value that chose where a redirect leads. */
export interface Claim {
  readonly input: Input
  readonly span: Span | null
  readonly confidence: number
}

/** Headers that say how the app itself was reached; no link makes a browser send others than its own. */
const connectionHeaders =
  /(?:^|\.)(?:host|:authority|origin|referer|referrer|forwarded|via|x-forwarded-[\w-]+|x-original-[\w-]+|x-host|x-real-ip)$/i

const longestValue = 8_192
const mostOccurrences = 16

/** Finds the value that is the location, or gives the end of its host, where names are decided. */
export function claimTarget(target: Target, inputs: readonly Input[]): Claim | null {
  const candidates = inputs.filter(
    ({ source, path, value }) =>
      value !== '' && value.length <= longestValue && !(source === 'headers' && connectionHeaders.test(path)),
  )
  for (const input of candidates) {
    for (const form of formsOf(input)) {
      const span = target.host === '' ? standsAtStart(target, form) : standsAtHost(target, form)
      if (span) return { input, span, confidence: 0.95 }
      if (target.host !== '' && namesTarget(target, form) && !isExplained(target.text, target.end, form))
        return { input, span: null, confidence: 0.85 }
    }
  }
  return joinedClaim(target, candidates)
}

const known = new Recent<readonly string[]>(1_024)

const formsOf = ({ value }: Input): readonly string[] =>
  known.get(value, () =>
    forms(value)
      .map((form) => toLowerSameLength(clean(form)))
      .filter((form) => form.length > 1),
  )

/** `javascript:`, `mailto:`, `app:`: the scheme decides. */
function standsAtStart({ text, scheme }: Target, form: string): Span | null {
  const isBeginning = text.startsWith(form) && form.length >= scheme.length
  return isBeginning || form.startsWith(text) ? { start: 0, end: Math.min(form.length, text.length) } : null
}

/** A dot, as browsers read host names. */
const dot = /[.\u3002\uff0e\uff61]|%2e|%e3%80%82|%ef%bc%8e|%ef%bd%a1/

function standsAtHost({ text, start, end }: Target, form: string): Span | null {
  let at = text.indexOf(form)
  for (let seen = 0; at !== -1 && at < end && seen < mostOccurrences; seen += 1) {
    const behind = at + form.length
    if (behind >= end) {
      const part = text.slice(Math.max(at, start), end)
      const isName = dot.test(part) || part.startsWith('[') || /^(?:\d{8,}|0x[0-9a-f]{6,})$/.test(part)
      // One word is also what a request is about, unless it came with what makes a host of it.
      const isMarked = at <= start && /[/\\:@]/.test(form)
      if ((isName || isMarked) && !isExplained(text, end, form)) return { start: at, end: behind }
    }
    at = text.indexOf(form, at + 1)
  }
  return null
}

/** A bare name that stands in the path or the query too is there because the app put it there. */
function isExplained(text: string, end: number, form: string): boolean {
  if (/[/\\@:]/.test(form) || form.startsWith('.')) return false
  const at = text.indexOf(form, end)
  return at !== -1 && /[/?&=#,]/.test(text.charAt(at - 1))
}

/** Written otherwise, the same host: `http://%65vil.com`, full-width letters, or encoded by the app on the way. */
function namesTarget({ host, port }: Target, form: string): boolean {
  const hasAuthority = /^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}|^https?:/.test(form)
  if (!hasAuthority && !dot.test(form)) return false
  const url = parse(hasAuthority ? form : `http://${form}`, 'http://own.invalid/')
  return url !== null && url.hostname.replace(/\.$/, '') === host && url.port === port
}

/** Several values of which the host is put together: every letter of it is one's. */
function joinedClaim({ text, start, end }: Target, inputs: readonly Input[]): Claim | null {
  if (end <= start || end - start > 255) return null
  const covered = new Set<number>()
  const givers = new Set<Input>()
  let last: Input | null = null
  for (const input of inputs) {
    for (const form of formsOf(input)) {
      let at = text.indexOf(form)
      for (let seen = 0; at !== -1 && at < end && seen < mostOccurrences; seen += 1) {
        for (let index = Math.max(at, start); index < Math.min(at + form.length, end); index += 1) covered.add(index)
        if (at + form.length > start) givers.add(input)
        if (at + form.length >= end) last = input
        at = text.indexOf(form, at + 1)
      }
    }
  }
  for (let index = start; index < end; index += 1) if (!covered.has(index) && text.charAt(index) !== '.') return null
  const isName = givers.size > 1 && dot.test(text.slice(start, end))
  return isName && last ? { input: last, span: { start, end }, confidence: 0.8 } : null
}
