import { Monitor } from './core/monitor.ts'

export { explainConfiguration } from './config/explain-configuration.ts'
export { BlockedError } from './core/blocked-error.ts'
export type { Monitor } from './core/monitor.ts'
export type { ConfigurationExplained, Explanation, MonitorStatus, StartOptions } from './core/monitor-types.ts'
export type { ActionOptions, Threat, ThreatHandler, ThreatTools } from './respond/custom.ts'

export const monitor = new Monitor()
