// What apps see is written once, where their compiler looks for it.
export type { ConfigurationExplained, Explanation, MonitorStatus, StartOptions } from '../../types/index.d.ts'
