export { protections, type ProtectionId } from './catalog.ts'
export { watches, type AnyProtection, type Finding, type Protection, type ProtectionSpec } from './define.ts'
export { idOf, inspect, type InspectError, type InspectErrorCode } from './inspect.ts'
export { plannedProtections, type PlannedProtectionId } from './planned.ts'
