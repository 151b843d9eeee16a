import type { AgentMessage, Envelope, Hello, LiveQuery, ServerMessage } from '@riposte/contract'
import type { Resolve } from './address-book.ts'
import type { ChannelTimings } from './channel-timings.ts'
import type { DeviceHttp } from './device-http.ts'
import type { DeviceIdentity, Endpoint, KnownAddress } from './identity.ts'

export type HostRules = Extract<ServerMessage, { kind: 'welcome' }>['policy']

/** What must outlive the process, and changes. */
export interface ChannelMemory {
  readonly endpoints: readonly Endpoint[]
  readonly known: readonly KnownAddress[]
  readonly lastHello: number
  /** Unix milliseconds. */
  readonly newestTime: number
  readonly keys: readonly string[]
  readonly keysIssuedAt: string | null
  readonly certificate: string
  readonly policy: HostRules
}

export const newChannelMemory = (identity: DeviceIdentity, endpoints: readonly Endpoint[]): ChannelMemory => ({
  endpoints,
  known: [],
  lastHello: 0,
  newestTime: 0,
  keys: identity.keys,
  keysIssuedAt: null,
  certificate: identity.certificate,
  policy: { neverBlock: [], protectedProcesses: [], isolationAllow: [] },
})

export interface ChannelOptions {
  readonly identity: DeviceIdentity
  readonly memory: ChannelMemory
  readonly save: (memory: ChannelMemory) => void
  readonly hello: () => Pick<Hello, 'agentVersion' | 'runId' | 'facts' | 'capabilities' | 'sequence' | 'chain'>
  /** Unchecked: their signatures are for whoever carries them out. */
  readonly onCommands?: (commands: readonly Envelope[]) => void
  readonly onStored?: (reportIds: readonly string[]) => void
  readonly onQuery?: (queryId: string, query: LiveQuery) => void
  /** Connected, known and with the right time: what waits can be sent. */
  readonly onReady?: () => void
  readonly onProblem?: (problem: string) => void
  readonly timings?: Partial<ChannelTimings>
  readonly resolve?: Resolve
  readonly random?: () => number
  readonly wall?: () => number
  /** `long_poll`: never tries a WebSocket. */
  readonly only?: 'long_poll'
}

export interface ChannelStatus {
  readonly connected: boolean
  readonly by: 'websocket' | 'long_poll' | null
  readonly address: KnownAddress | null
  /** Unix milliseconds of the control plane. */
  readonly since: number | null
  readonly lastContactAt: number | null
  readonly clockSkewMs: number | null
  /** Why the control plane does not want this identity; the agent waits quietly. */
  readonly unwanted: { readonly code: string; readonly detail: string } | null
  readonly lastProblem: string | null
}

export interface DeviceChannel {
  start(): void
  /** @returns false when nobody is there to hear it */
  send(message: AgentMessage): boolean
  status(): ChannelStatus
  /** Unix milliseconds of the control plane, as well as they are known. */
  now(): number
  addresses(): readonly KnownAddress[]
  keys(): readonly string[]
  policy(): HostRules
  /** A signed answer over a connection opened now. */
  roundTrip(timeoutMs: number): Promise<boolean>
  /** For what does not go through the channel, such as uploads. */
  readonly http: DeviceHttp
  stop(): void
}
