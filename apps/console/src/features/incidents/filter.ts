import { actionIds, incidentStates, severities, type IncidentFilter } from '@riposte/contract'

export interface FilterReading {
  readonly filter: IncidentFilter
  /** Tokens that could not be used, with what is allowed. */
  readonly mistakes: readonly string[]
}

const choices: Readonly<Record<string, readonly string[]>> = {
  severity: severities,
  action: actionIds,
  state: incidentStates,
}

/** What can be typed before a colon. */
export const filterKeys = [
  'severity',
  'protection',
  'action',
  'state',
  'address',
  'route',
  '-route',
  'from',
  'to',
] as const

const unquote = (value: string): string => value.replace(/^"(.*)"$/, '$1')

/** Reads `severity:critical protection:SqlInjection -route:/health words`. Repeated list tokens add up; the rest is searched as text. */
export function readFilter(typed: string): FilterReading {
  const found: Record<string, unknown> = {}
  const mistakes: string[] = []
  const words: string[] = []
  for (const token of typed.match(/-?\w+:"[^"]*"|"[^"]*"|\S+/g) ?? []) {
    const colon = token.indexOf(':')
    const key = token.slice(0, colon)
    if (colon < 1 || !(filterKeys as readonly string[]).includes(key)) {
      words.push(unquote(token))
      continue
    }
    const value = unquote(token.slice(colon + 1))
    if (value === '') continue
    const allowed = choices[key]
    if (allowed && !allowed.includes(value)) mistakes.push(`${key} is one of ${allowed.join(', ')}; given ${value}`)
    else if (allowed || key === 'protection') found[key] = [...((found[key] as string[] | undefined) ?? []), value]
    else if (key === 'from' || key === 'to') {
      const time = new Date(value)
      if (Number.isNaN(time.getTime())) mistakes.push(`${key} is a date such as 2026-01-31; given ${value}`)
      else found[key] = time.toISOString()
    } else found[key === '-route' ? 'notRoute' : key] = value
  }
  if (words.length > 0) found['text'] = words.join(' ')
  return { filter: found, mistakes }
}
