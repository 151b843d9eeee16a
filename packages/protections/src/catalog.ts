import { sqlInjection } from './sql-injection/index.ts'

/** Every protection of this version. Config, rules, forms and docs follow from this list. */
export const protections = [sqlInjection] as const

export type ProtectionId = (typeof protections)[number]['spec']['id']
