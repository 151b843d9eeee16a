import { Monitor } from './core/monitor.ts'

export { BlockedError } from './core/blocked-error.ts'
export type { Explanation, Monitor, MonitorStatus, StartOptions } from './core/monitor.ts'

export const monitor = new Monitor()
