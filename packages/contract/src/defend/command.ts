import * as z from 'zod'
import { canonicalJson } from '../canonical-json.ts'
import { Sha256, Time } from '../route.ts'
import { Envelope } from '../snapshot.ts'
import { FailureReason } from './lifecycle.ts'

/** DSSE payload type of a command to an agent. */
export const commandPayloadType = 'application/vnd.riposte.command+json'
/** DSSE payload type of the answer to a channel probe, and of everything else that a control plane signs for an agent. */
export const noticePayloadType = 'application/vnd.riposte.notice+json'

/** What people consent to: exactly this. Its digest is the SHA-256 of its canonical JSON (RFC 8785), in hex. */
export const ApprovalSubject = z.object({
  requestId: z.uuid(),
  type: z.string().max(64),
  /** Device ids or `person:<id>`, sorted: how many, and the root of the hash tree over them (`targetTree`). */
  targets: z.object({ count: z.int().min(1).max(10_000), root: Sha256 }),
  parameters: z.record(z.string(), z.unknown()),
  /** Of the script that would run; null for everything else. */
  scriptSha256: Sha256.nullable(),
  notAfter: Time,
  justification: z.string(),
  /** Which edit of the request this is: each edit voids the votes. */
  version: z.int().min(1),
  submittedBy: z.string().max(64),
})
export type ApprovalSubject = z.infer<typeof ApprovalSubject>

/** Why a command may run. An agent checks it again by itself. */
export const Authority = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('approved'),
    required: z.int().min(1).max(2),
    approvals: z.array(z.object({ memberId: z.string(), name: z.string(), at: Time, digest: Sha256 })).min(1),
    /** Members who may not approve it: who asked, and who owns the automation that asked. */
    barred: z.array(z.string()),
  }),
  /** The organisation's settings ask for no approval of this. */
  z.object({ kind: z.literal('not_required') }),
  z.object({ kind: z.literal('emergency'), memberId: z.string(), name: z.string(), reason: z.string() }),
  /** A rule of the organisation decided; `ownerId` answers for it. */
  z.object({ kind: z.literal('automation'), ruleId: z.string(), ownerId: z.string() }),
])
export type Authority = z.infer<typeof Authority>

const common = {
  commandId: z.uuid(),
  deviceId: z.uuid(),
  /** Rises with every command of a device; an agent never takes one that is not above the last. */
  sequence: z.int().min(1),
  issuedAt: Time,
  /** Server time; an agent corrects its own clock by what `welcome` said. */
  notBefore: Time,
  notAfter: Time,
}

/** What a control plane signs. Unknown keys are tolerated: an old agent reads a newer server. */
export const Command = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('execute'),
    ...common,
    /** The response's id. */
    actionId: z.uuid(),
    type: z.string().max(64),
    parameters: z.record(z.string(), z.unknown()),
    subject: ApprovalSubject,
    /** Shows that this device is among the subject's targets (`rootFrom`). */
    targetProof: z.array(z.string().max(66)).max(20),
    digest: Sha256,
    authority: Authority,
    /** What the action needs from the server and nobody consents to: content of a script by its hash, keys, budgets. */
    context: z.record(z.string(), z.unknown()),
  }),
  /** Look whether the effect is (still) there. */
  z.object({ kind: z.literal('verify'), ...common, actionId: z.uuid(), type: z.string().max(64) }),
  /** Leave it if it has not begun; the agent's answer decides. */
  z.object({ kind: z.literal('cancel'), ...common, actionId: z.uuid() }),
])
export type Command = z.infer<typeof Command>
export type ExecuteCommand = Extract<Command, { kind: 'execute' }>

/** What an agent tells of one action. Kept in its outbox until the server has it for good. */
export const AgentReport = z.object({
  reportId: z.uuid(),
  /** Server time as far as the agent knows it. */
  at: Time,
  actionId: z.uuid().nullable(),
  commandId: z.uuid().nullable(),
  event: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('started') }),
    z.object({ kind: z.literal('completed'), evidence: z.record(z.string(), z.unknown()) }),
    z.object({
      kind: z.literal('failed'),
      reason: FailureReason,
      detail: z.string().max(4_000),
      evidence: z.record(z.string(), z.unknown()),
    }),
    z.object({ kind: z.literal('cancelled'), detail: z.string().max(4_000) }),
    /** It was too late: what happened is told by its own report. */
    z.object({ kind: z.literal('cancel_refused'), detail: z.string().max(4_000) }),
    z.object({
      kind: z.literal('verified'),
      result: z.enum(['passed', 'failed', 'inconclusive']),
      detail: z.string().max(4_000),
      evidence: z.record(z.string(), z.unknown()),
    }),
    /** A containment is not as it was left. `repaired`: put back by the agent. */
    z.object({
      kind: z.literal('containment'),
      state: z.enum(['in_force', 'drifted', 'ended']),
      repaired: z.boolean(),
      detail: z.string().max(4_000),
    }),
    z.object({
      kind: z.literal('output'),
      stream: z.enum(['stdout', 'stderr', 'progress']),
      text: z.string().max(64_000),
    }),
    /** Something about the agent itself, such as a release by break-glass code. */
    z.object({ kind: z.literal('notice'), code: z.string().max(64), detail: z.string().max(4_000) }),
  ]),
  /** The agent's own hash chain: each hash covers the one before and this report. */
  chain: z.object({ sequence: z.int().min(1), previousHash: Sha256, hash: Sha256 }),
})
export type AgentReport = z.infer<typeof AgentReport>

/**
 * What an agent's chain hashes: SHA-256 in hex of this text, UTF-8. The first report follows sixty-four zeros. It covers the report as
 * it goes over the wire, with everything that this version does not know, and without its `chain`.
 */
export function reportChainText(
  report: object,
  chain: { readonly sequence: number; readonly previousHash: string },
): string {
  const covered = Object.fromEntries(Object.entries(report).filter(([key]) => key !== 'chain'))
  return canonicalJson({ report: covered, sequence: chain.sequence, previousHash: chain.previousHash })
}

/** Addresses and names that a host needs to live: what a response must not cut. From the agent, and so only a hint to the server. */
export const HostFacts = z.object({
  hostname: z.string().max(255),
  os: z.object({
    platform: z.enum(['linux', 'windows', 'other']),
    name: z.string().max(200),
    kernel: z.string().max(200),
  }),
  architecture: z.string().max(32),
  machineId: z.string().max(128),
  bootId: z.string().max(64),
  addresses: z.array(z.string().max(64)).max(256),
  gateways: z.array(z.string().max(64)).max(64),
  resolvers: z.array(z.string().max(64)).max(64),
  agentPid: z.int(),
  nodeVersion: z.string().max(32),
})
export type HostFacts = z.infer<typeof HostFacts>

/** One capability per response type: whether this host can do it, and if not, why. */
export const Capability = z.object({
  type: z.string().max(64),
  available: z.boolean(),
  why: z.string().max(500).nullable(),
})
export type Capability = z.infer<typeof Capability>

/** First message of an agent on every connection. */
export const Hello = z.object({
  kind: z.literal('hello'),
  /** Absent: 1. */
  protocol: z.int().min(1).optional(),
  agentVersion: z.string().max(32),
  /** Made anew at each start of the agent: two at once with one certificate are a clone. */
  runId: z.uuid(),
  /** Server's counter of hellos that this agent last saw; a clone's does not match. */
  lastHello: z.int().min(0),
  sentAt: Time,
  facts: HostFacts,
  capabilities: z.array(Capability).max(64),
  /** Highest sequence that it has taken. */
  sequence: z.int().min(0),
  chain: z.object({ sequence: z.int().min(0), hash: Sha256 }),
})
export type Hello = z.infer<typeof Hello>

/** Reads of a device while a person waits. Nothing changes on the host. */
export const liveQueries = ['processes', 'sessions', 'connections', 'containment', 'quarantine'] as const
export const LiveQuery = z.enum(liveQueries)
export type LiveQuery = z.infer<typeof LiveQuery>

/** From the agent, over a WebSocket or in the body of a long poll. */
export const AgentMessage = z.discriminatedUnion('kind', [
  Hello,
  z.object({ kind: z.literal('reports'), reports: z.array(AgentReport).min(1).max(200) }),
  z.object({
    kind: z.literal('answer'),
    queryId: z.uuid(),
    rows: z.array(z.record(z.string(), z.unknown())).max(5_000),
    error: z.string().max(500).nullable(),
  }),
  z.object({ kind: z.literal('heartbeat'), sentAt: Time }),
  /** Asks for a signed notice with that nonce: proof that the control plane is reached. Needs no hello before it; a long poll has the notice in its answer. */
  z.object({ kind: z.literal('probe'), nonce: z.string().min(16).max(100) }),
])
export type AgentMessage = z.infer<typeof AgentMessage>

/** To the agent. */
export const ServerMessage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('welcome'),
    serverTime: Time,
    hello: z.int().min(1),
    heartbeatMs: z.int().min(1_000),
    /** Where the control plane can be reached, newest first; what isolation lets through. */
    addresses: z.array(z.object({ host: z.string().max(255), port: z.int().min(1).max(65_535) })).max(32),
    /** Signing keys to trust from now on: `{ keys }` as a notice (SPKI DER, base64), signed by one that is trusted already. */
    keys: Envelope.nullable(),
    policy: z.object({
      neverBlock: z.array(z.string().max(64)).max(1_000),
      protectedProcesses: z.array(z.string().max(255)).max(1_000),
      isolationAllow: z.array(z.string().max(64)).max(100),
    }),
  }),
  z.object({ kind: z.literal('commands'), commands: z.array(Envelope).max(500) }),
  z.object({ kind: z.literal('stored'), reportIds: z.array(z.uuid()).max(500) }),
  z.object({ kind: z.literal('query'), queryId: z.uuid(), query: LiveQuery }),
  z.object({ kind: z.literal('notice'), envelope: Envelope }),
  /** The certificate is not wanted any more: retired or held as a clone. */
  z.object({ kind: z.literal('goodbye'), code: z.string().max(64), detail: z.string().max(500) }),
])
export type ServerMessage = z.infer<typeof ServerMessage>

/** Bytes of one WebSocket message in either direction. */
export const maxChannelMessageBytes = 4 * 1024 * 1024
