import type { UplinkStatus } from '@riposte/uplink'
import type { ConfigIssue } from '../config/shape.ts'
import type { HookState } from '../sinks/install-sinks.ts'
import type { ActionName } from './policy.ts'

/** What a `monitor.config.json` may hold, as code. */
export interface StartOptions {
  readonly name?: string
  readonly enabled?: boolean
  readonly projectToken?: string
  readonly controlPlane?: string
  readonly environment?: 'development' | 'staging' | 'production'
  readonly projectType?: 'cloud' | 'on_premise'
  readonly preset?: 'cloud' | 'desktop' | 'shadow'
  readonly dataDir?: string
  readonly protections?: Record<
    string,
    { readonly enabled?: boolean; readonly action?: string | readonly string[]; readonly config?: unknown }
  >
  readonly rules?: readonly unknown[]
  readonly trustedProxies?: readonly string[]
  readonly limits?: {
    readonly bodyBytes?: number
    readonly values?: number
    readonly valueLength?: number
    readonly depth?: number
  }
  readonly logging?: {
    readonly level?: string
    readonly console?: boolean
    readonly file?: { readonly path: string; readonly maxBytes?: number; readonly keep?: number }
    /** Regular expressions of further secrets. */
    readonly mask?: readonly string[]
  }
  readonly session?: {
    readonly cookies?: readonly string[]
    readonly header?: string
    readonly blockSeconds?: number
  }
  readonly firewall?: {
    readonly allow?: readonly string[]
    readonly blockSeconds?: number
    readonly ipv6Bits?: number
  }
  readonly erase?: { readonly roots?: readonly string[]; readonly paths?: readonly string[] }
  readonly throwOnFailure?: boolean
  readonly debug?: boolean
}

export interface MonitorStatus {
  readonly state: 'stopped' | 'running' | 'disabled'
  readonly version: string
  readonly instanceId: string | null
  readonly configFile: string | null
  readonly environment: string | null
  readonly issues: readonly ConfigIssue[]
  readonly hooks: readonly HookState[]
  readonly uplink: UplinkStatus | null
  readonly counters: Readonly<Record<string, number>>
  /** How many are refused at this moment. */
  readonly blocked: { readonly addresses: number; readonly sessions: number }
}

/** The effective answer of one protection, and where it came from. */
export interface Explanation {
  readonly protection: string
  readonly enabled: boolean
  readonly actions: readonly ActionName[]
  readonly source: string
  /** Its own settings, with what nobody changed. */
  readonly config: Readonly<Record<string, unknown>>
}
