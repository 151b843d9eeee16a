import { actionIds, incidentStates, severities, type IncidentFilter } from '@riposte/contract'
import { readTokens, type TokenKeys } from '../../ui/filter-tokens.ts'

/** What can be typed before a colon. */
const keys: TokenKeys = {
  severity: { many: true, choices: severities },
  protection: { many: true },
  action: { many: true, choices: actionIds },
  state: { many: true, choices: incidentStates },
  address: {},
  route: {},
  '-route': { to: 'notRoute' },
  from: { form: 'time' },
  to: { form: 'time' },
}

/** Reads `severity:critical protection:SqlInjection -route:/health words`. */
export const readFilter = (typed: string): { filter: IncidentFilter; mistakes: readonly string[] } =>
  readTokens(typed, keys)
