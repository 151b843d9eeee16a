import { codeInjection } from './code-injection/index.ts'
import { commandInjection } from './command-injection/index.ts'
import { nosqlInjection } from './nosql-injection/index.ts'
import { pathTraversal } from './path-traversal/index.ts'
import { serverSideRequestForgery } from './server-side-request-forgery/index.ts'
import { crossSiteScripting } from './cross-site-scripting/index.ts'
import { dataExposure } from './data-exposure/index.ts'
import { ldapInjection } from './ldap-injection/index.ts'
import { llmPromptInjection } from './llm-prompt-injection/index.ts'
import { openRedirect } from './open-redirect/index.ts'
import { prototypePollution } from './prototype-pollution/index.ts'
import { templateInjection } from './template-injection/index.ts'
import { xmlExternalEntity } from './xml-external-entity/index.ts'
import { xpathInjection } from './xpath-injection/index.ts'
import { sqlInjection } from './sql-injection/index.ts'

/** Every protection of this version. Config, rules, forms and docs follow from this list. */
export const protections = [
  sqlInjection,
  nosqlInjection,
  commandInjection,
  pathTraversal,
  serverSideRequestForgery,
  codeInjection,
  crossSiteScripting,
  xmlExternalEntity,
  ldapInjection,
  xpathInjection,
  prototypePollution,
  templateInjection,
  openRedirect,
  llmPromptInjection,
  dataExposure,
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
