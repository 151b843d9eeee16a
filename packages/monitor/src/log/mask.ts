import { findSpans } from '@riposte/protections/secrets'

interface Span {
  readonly start: number
  readonly end: number
}

// What tells itself is in the list of secrets; these are told by what stands around them, or are milder than a finding may be. Each is
// linear: no repeated group holds another repetition of what it ends with.
const patterns: readonly RegExp[] = [
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g,
  /\beyJ[A-Za-z0-9_-]{8,1000}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /\b(?:sk|pk|rk|ghp|gho|xox[abp]|rpt|rip1)[_.-][A-Za-z0-9_.-]{16,}/g,
]
/** Those that a configuration adds. */
let own: readonly RegExp[] = []

/** @param sources regular expressions, checked already */
export function maskAlso(sources: readonly string[]): void {
  own = sources.map((source) => new RegExp(source, 'g'))
}

const secretAssignment =
  /\b(?:pass(?:word|wd|code)?|pwd|secret|token|api_?key|pin|cvv)["'`]?\s{0,4}[=:]\s{0,4}(["']?)([^"'\s,;)]{1,200})\1/gi

/**
 * Stars in place of secrets, tokens and card numbers, one for each character, so that positions stay true. What lies in `keep` is
 * left: it is the attack itself.
 */
export function mask(text: string, keep: Span | null): string {
  const spans: Span[] = findSpans(text)
  for (const pattern of [...patterns, ...own])
    for (const match of text.matchAll(pattern)) spans.push({ start: match.index, end: match.index + match[0].length })
  for (const match of text.matchAll(secretAssignment)) {
    const value = match[2] ?? ''
    const start = match.index + match[0].lastIndexOf(value)
    spans.push({ start, end: start + value.length })
  }
  return spans.reduce((masked, span) => (overlaps(span, keep) ? masked : starOut(masked, span)), text)
}

const overlaps = (one: Span, other: Span | null): boolean =>
  other !== null && one.start < other.end && other.start < one.end

const starOut = (text: string, { start, end }: Span): string =>
  text.slice(0, start) + '*'.repeat(end - start) + text.slice(end)
