import { sqlInjection } from './sql-injection/index.ts'

/** Every protection of this version. Config, rules, forms and docs follow from this list. */
export const protections = [sqlInjection] as const

export type ProtectionId = (typeof protections)[number]['spec']['id']

// The door for programs that carry detectors and not the request schemas of `inspect`.
export { watches, type Finding, type Protection, type ProtectionSpec } from './define.ts'
export { plannedProtections, type PlannedProtectionId } from './planned.ts'
