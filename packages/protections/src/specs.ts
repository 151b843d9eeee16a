import { spec as codeInjection } from './code-injection/spec.ts'
import { spec as commandInjection } from './command-injection/spec.ts'
import { spec as nosqlInjection } from './nosql-injection/spec.ts'
import { spec as pathTraversal } from './path-traversal/spec.ts'
import { spec as serverSideRequestForgery } from './server-side-request-forgery/spec.ts'
import { spec as crossSiteScripting } from './cross-site-scripting/spec.ts'
import { spec as dataExposure } from './data-exposure/spec.ts'
import { spec as ldapInjection } from './ldap-injection/spec.ts'
import { spec as llmPromptInjection } from './llm-prompt-injection/spec.ts'
import { spec as openRedirect } from './open-redirect/spec.ts'
import { spec as prototypePollution } from './prototype-pollution/spec.ts'
import { spec as templateInjection } from './template-injection/spec.ts'
import { spec as xmlExternalEntity } from './xml-external-entity/spec.ts'
import { spec as xpathInjection } from './xpath-injection/spec.ts'
import { spec as sqlInjection } from './sql-injection/spec.ts'
import type { ProtectionSpec } from './define.ts'

/** What the control plane may know of the protections: data, no detectors. A test holds it against the catalog. */
export const protectionSpecs: readonly ProtectionSpec[] = [
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
]
export type { ProtectionSpec } from './define.ts'
export { plannedProtections, type PlannedProtectionId } from './planned.ts'
