interface Span {
  readonly start: number
  readonly end: number
}

// Each is linear: no repeated group holds another repetition of what it ends with.
const patterns: readonly RegExp[] = [
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(?:sk|pk|rk|ghp|gho|xox[abp]|rpt|rip1)[_.-][A-Za-z0-9_.-]{16,}/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/g,
]
/** Those that a configuration adds. */
let own: readonly RegExp[] = []

/** @param sources regular expressions, checked already */
export function maskAlso(sources: readonly string[]): void {
  own = sources.map((source) => new RegExp(source, 'g'))
}

const secretAssignment =
  /\b(?:pass(?:word|wd|code)?|pwd|secret|token|api_?key|pin|cvv)["'`]?\s{0,4}[=:]\s{0,4}(["']?)([^"'\s,;)]{1,200})\1/gi
const cardLike = /\b\d(?:[ -]?\d){12,18}\b/g

/**
 * Stars in place of secrets, tokens and card numbers, one for each character, so that positions stay true. What lies in `keep` is
 * left: it is the attack itself.
 */
export function mask(text: string, keep: Span | null): string {
  const spans: Span[] = []
  for (const pattern of [...patterns, ...own])
    for (const match of text.matchAll(pattern)) spans.push({ start: match.index, end: match.index + match[0].length })
  for (const match of text.matchAll(secretAssignment)) {
    const value = match[2] ?? ''
    const start = match.index + match[0].lastIndexOf(value)
    spans.push({ start, end: start + value.length })
  }
  for (const match of text.matchAll(cardLike))
    if (passesLuhn(match[0])) spans.push({ start: match.index, end: match.index + match[0].length })
  return spans.reduce((masked, span) => (overlaps(span, keep) ? masked : starOut(masked, span)), text)
}

const overlaps = (one: Span, other: Span | null): boolean =>
  other !== null && one.start < other.end && other.start < one.end

const starOut = (text: string, { start, end }: Span): string =>
  text.slice(0, start) + '*'.repeat(end - start) + text.slice(end)

function passesLuhn(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  let sum = 0
  for (let at = digits.length - 1, double = false; at >= 0; at -= 1, double = !double) {
    const digit = digits.charCodeAt(at) - 48
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}
