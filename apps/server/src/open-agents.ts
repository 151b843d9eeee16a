import { agentRoutes } from '@riposte/contract'
import {
  ChannelHub,
  createDeviceGatekeeper,
  createLongPoll,
  createWebSockets,
  Gateway,
  isOnline,
  type AgentAddress,
  type GatewayOptions,
  type HubParts,
} from './features/channel/index.ts'
import { enrolmentRoutes, type ReleaseSecrets } from './features/devices/index.ts'
import type { Bus } from './platform/bus/postgres-bus.ts'
import type { Clock } from './platform/clock.ts'
import type { Authority } from './platform/crypto/authority.ts'
import { newId } from './platform/crypto/secrets.ts'
import type { SigningKey } from './platform/crypto/signing-key.ts'
import type { Database, Row } from './platform/db/database.ts'
import type { CommandSource, LiveDevices } from './platform/device-link.ts'
import { createHttp } from './platform/http/create-http.ts'
import type { AgentHandlers } from './platform/http/handler.ts'
import { registerRoutes } from './platform/http/register-routes.ts'

export interface AgentsOptions extends GatewayOptions {
  readonly heartbeatMs?: number
}

export interface AgentsParts {
  readonly options: AgentsOptions
  readonly logLevel: string
  readonly db: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly authority: Authority
  readonly signingKey: SigningKey
  readonly releaseSecrets: ReleaseSecrets
  readonly policy: HubParts['policy']
  readonly onError: (error: unknown) => void
}

/** What the features give to agents: commands, and routes beside the channel. */
export interface ForAgents {
  /** Absent: no device is due anything. */
  readonly source?: CommandSource
  readonly handlers: Omit<AgentHandlers, 'agentEnrol' | 'agentRenew' | 'agentPoll'>
}

export interface Agents {
  readonly live: LiveDevices
  addresses(): readonly AgentAddress[]
  counts(): { connected: number; commandsSent: number }
  /** Messages of the bus were lost. */
  catchUp(): void
  /** Once, before `listen`: the features that serve agents are made after this and need it themselves. */
  serve(features: ForAgents): void
  listen(): Promise<void>
  close(): Promise<void>
}

const standardHeartbeatMs = 15_000

/** The agents' side of the control plane: its listener, routes and channel. */
export async function openAgents(parts: AgentsParts): Promise<Agents> {
  const { db, signingKey, authority, clock, releaseSecrets, onError, policy } = parts
  const heartbeatMs = parts.options.heartbeatMs ?? standardHeartbeatMs
  const http = await createHttp(parts.logLevel, true)
  const addresses = (): readonly AgentAddress[] => gateway.addresses()
  const hub = new ChannelHub({ db, serverId: newId(), signingKey, addresses, policy, heartbeatMs, onError })
  const gateway: Gateway = new Gateway(parts.options, {
    http,
    authority,
    upgrade: createWebSockets({ db, hub, onError }),
  })
  parts.bus.subscribe(hub.hear)
  return {
    live: {
      online: async (deviceIds) => {
        const rows = await db.query<Row & { id: string }>(
          `select d.id from device d where d.id = any($1::uuid[]) and d.state = 'active' and ${isOnline}`,
          [deviceIds],
        )
        return new Set(rows.map(({ id }) => id))
      },
      ask: (deviceId, query) => hub.ask(deviceId, query),
    },
    addresses,
    counts: () => hub.counts,
    catchUp: () => hub.catchUp(),
    serve: ({ source, handlers }) => {
      if (source) hub.use(source)
      registerRoutes(
        http,
        agentRoutes,
        {
          ...handlers,
          ...enrolmentRoutes({ db, clock, authority, signingKey, releaseSecrets, addresses }),
          ...createLongPoll(hub, heartbeatMs),
        },
        createDeviceGatekeeper(db),
      )
    },
    listen: async () => {
      await hub.start()
      await gateway.listen()
    },
    close: async () => {
      await hub.close()
      await gateway.close()
    },
  }
}
