import * as z from 'zod'
import { anyone, device, type RouteDefinition } from '../route.ts'
import { Capability, HostFacts, ServerMessage } from './command.ts'
import { evidenceAgentRoutes } from './evidence.ts'

/** Versions of the agent's protocol that a server takes; an older agent is told so by code. */
export const agentProtocol = 1

/** Port of agents, unless it is set: production uses 443. */
export const defaultAgentPort = 7476

/** The name in the control plane's certificate, whatever address an agent dials. */
export const gatewayServerName = 'control-plane.riposte.internal'

/** WebSocket of agents, on the agents' listener, with a client certificate. Text messages of JSON: `AgentMessage` up, `ServerMessage` down. */
export const channelPath = '/agent/v1/channel'

export const Enrolment = z.strictObject({
  protocol: z.int(),
  token: z.string().max(300),
  /** Ed25519, SPKI DER in base64. */
  publicKey: z.string().max(200),
  /** Over `riposte-enrol:<token>:<publicKey>`, by that key, base64: whoever asks holds the key. */
  proof: z.string().max(200),
  name: z.string().min(1).max(100),
  agentVersion: z.string().max(32),
  facts: HostFacts,
  capabilities: z.array(Capability).max(64),
})
export type Enrolment = z.infer<typeof Enrolment>

export const EnrolmentAnswer = z.object({
  deviceId: z.uuid(),
  organisationId: z.uuid(),
  /** PEM. */
  certificate: z.string(),
  authority: z.string(),
  /** Signing keys of commands, SPKI DER in base64. */
  keys: z.array(z.string()).min(1),
  /** 32 bytes in base64, known to this device and the server alone: break-glass codes are keyed hashes by it, short enough to be read over a telephone. */
  releaseSecret: z.string(),
  addresses: z.array(z.object({ host: z.string(), port: z.int() })),
  serverTime: z.string(),
})
export type EnrolmentAnswer = z.infer<typeof EnrolmentAnswer>

/** HTTP routes of agents, on their own listener (TLS). Everything but enrolment asks for the device's certificate. */
export const agentRoutes = {
  agentEnrol: {
    method: 'POST',
    path: '/agent/v1/enrol',
    auth: anyone,
    summary: 'A one-time token becomes a certificate',
    body: Enrolment,
    response: EnrolmentAnswer,
    status: 201,
  },
  agentRenew: {
    method: 'POST',
    path: '/agent/v1/renew',
    auth: device,
    summary: 'A new certificate for the same key, before the old one ends',
    response: z.object({ certificate: z.string() }),
  },
  /** The fallback where WebSockets do not pass: the same messages, the answer held for up to `waitMs`. */
  agentPoll: {
    method: 'POST',
    path: '/agent/v1/poll',
    auth: device,
    summary: 'Long poll: messages up, messages down',
    /** Each message is an `AgentMessage`, read one by one as over a WebSocket: what is wrong with one is said of that one. */
    body: z.object({ session: z.uuid(), waitMs: z.int().min(0).max(60_000), messages: z.array(z.unknown()).max(200) }),
    response: z.object({ messages: z.array(ServerMessage) }),
  },
  ...evidenceAgentRoutes,
} as const satisfies Record<string, RouteDefinition>
