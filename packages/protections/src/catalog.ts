import { codeInjection } from './code-injection/index.ts'
import { commandInjection } from './command-injection/index.ts'
import { nosqlInjection } from './nosql-injection/index.ts'
import { pathTraversal } from './path-traversal/index.ts'
import { serverSideRequestForgery } from './server-side-request-forgery/index.ts'
import { sqlInjection } from './sql-injection/index.ts'

/** Every protection of this version. Config, rules, forms and docs follow from this list. */
export const protections = [
  sqlInjection,
  nosqlInjection,
  commandInjection,
  pathTraversal,
  serverSideRequestForgery,
  codeInjection,
] as const

export type ProtectionId = (typeof protections)[number]['spec']['id']

// The door for programs that carry detectors and not the request schemas of `inspect`.
export {
  defaultSettings,
  watches,
  type Finding,
  type Protection,
  type ProtectionSpec,
  type SettingSpec,
  type SettingSpecs,
} from './define.ts'
export { plannedProtections, type PlannedProtectionId } from './planned.ts'
