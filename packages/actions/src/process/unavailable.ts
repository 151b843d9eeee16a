import { accessSync } from 'node:fs'
import type { Host } from '../host.ts'

/** Why this agent cannot act on the processes and files of everybody; null when it can. */
export const unavailableOnLinux = (host: Host, purpose: string): string | null => {
  if (host.platform !== 'linux' || process.platform !== 'linux') return 'This is not Linux.'
  if (process.geteuid?.() !== 0) return `${purpose} the agent must run as root.`
  try {
    accessSync('/proc/self/stat')
    return null
  } catch {
    return '/proc is not mounted.'
  }
}
