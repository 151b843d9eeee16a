export * from './catalog.ts'
export { idOf, inspect, type InspectError, type InspectErrorCode } from './inspect.ts'
