import { accessSync, readFileSync } from 'node:fs'
import type { Host } from '../host.ts'

/** Numbers of capabilities, as the kernel has them. */
const capabilities = {
  CAP_CHOWN: 0n,
  CAP_DAC_OVERRIDE: 1n,
  CAP_FOWNER: 3n,
  CAP_KILL: 5n,
  CAP_SYS_PTRACE: 19n,
} as const
export type CapabilityName = keyof typeof capabilities

/** Root in a service or a container may lack what root elsewhere has. @param status text of /proc/self/status */
export const lackingCapabilities = (status: string, needed: readonly CapabilityName[]): CapabilityName[] => {
  const effective = /^CapEff:\s+([0-9a-f]{1,16})$/m.exec(status)?.[1]
  if (effective === undefined) return []
  return needed.filter((name) => ((BigInt(`0x${effective}`) >> capabilities[name]) & 1n) === 0n)
}

/** Why this agent cannot act on the processes and files of everybody; null when it can. */
export const unavailableOnLinux = (
  host: Host,
  purpose: string,
  needed: readonly CapabilityName[] = [],
): string | null => {
  if (host.platform !== 'linux' || process.platform !== 'linux') return 'This is not Linux.'
  if (process.geteuid?.() !== 0) return `${purpose} the agent must run as root.`
  try {
    accessSync('/proc/self/stat')
    const lacking = lackingCapabilities(readFileSync('/proc/self/status', 'utf8'), needed)
    return lacking.length === 0
      ? null
      : `${purpose} the agent needs ${lacking.join(' and ')}, which it was started without.`
  } catch {
    return '/proc is not mounted.'
  }
}
