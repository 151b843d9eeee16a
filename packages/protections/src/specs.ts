import { spec as sqlInjection } from './sql-injection/spec.ts'
import type { ProtectionSpec } from './define.ts'

/** What the control plane may know of the protections: data, no detectors. A test holds it against the catalog. */
export const protectionSpecs: readonly ProtectionSpec[] = [sqlInjection]
export type { ProtectionSpec } from './define.ts'
export { plannedProtections, type PlannedProtectionId } from './planned.ts'
