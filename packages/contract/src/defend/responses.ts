import * as z from 'zod'
import { DeviceId, PersonId, RequestId, ResponseId } from '../ids.ts'
import { list, Sha256, Time } from '../route.ts'
import { ContainmentState, ResponseReason, ResponseStatus, VerificationState } from './lifecycle.ts'

export const Parameters = z.record(z.string().max(64), z.unknown())
export const Justification = z.string().trim().min(3).max(2_000)
const Who = z.object({ id: z.string(), name: z.string() })

/** What set it off: a detection, an alert, an incident of Monitor, an investigation. */
export const ResponseTrigger = z.object({
  kind: z.enum(['detection', 'incident', 'investigation', 'automation', 'other']),
  id: z.string().max(200),
  title: z.string().max(300),
})
export type ResponseTrigger = z.infer<typeof ResponseTrigger>

export const ApprovalRequirement = z.object({
  type: z.string(),
  title: z.string(),
  destructive: z.boolean(),
  /** Takes a containment away. */
  release: z.boolean(),
  /** People other than who asks: 0, 1 or 2. */
  approvers: z.int().min(0).max(2),
  /** What holds when nobody changes it. */
  standard: z.int().min(0).max(2),
})
export type ApprovalRequirement = z.infer<typeof ApprovalRequirement>

/** A response action as a form, a command line and an audit label need it. Drawn from its spec. */
export const ResponseActionInfo = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  /** Verb and object for buttons: "Isolate", "Kill process". */
  verb: z.string(),
  destructive: z.union([z.boolean(), z.literal('by_script')]),
  release: z.boolean(),
  targets: z.enum(['device', 'person', 'device_or_person']),
  lane: z.string(),
  ttlMinutes: z.int(),
  containment: z.boolean(),
  undo: z.object({ type: z.string().nullable(), words: z.string() }),
  verification: z.string(),
  /** What breaks and what cannot be taken back, one sentence each. */
  effects: z.array(z.string()),
  /** JSON Schema of `parameters`. */
  parameters: z.record(z.string(), z.unknown()),
  approvers: z.int(),
})
export type ResponseActionInfo = z.infer<typeof ResponseActionInfo>

export const Submission = z.strictObject({
  type: z.string().max(64),
  deviceIds: z.array(DeviceId).max(5_000).default([]),
  personIds: z.array(PersonId).max(1_000).default([]),
  parameters: Parameters.default({}),
  justification: Justification,
  /** Minutes until it may not begin any more; the action's own TTL is the most. */
  ttlMinutes: z.int().min(1).max(4_320).optional(),
  trigger: ResponseTrigger.nullable().default(null),
  /** Runs now without approval; somebody else must look at it within 24 hours. */
  emergency: z.strictObject({ reason: Justification }).nullable().default(null),
  /** The same key again answers with what it made the first time. */
  idempotencyKey: z.string().min(8).max(100).optional(),
})
export type Submission = z.infer<typeof Submission>

/** Why one target is left out: offline is no reason, protected and unsupported are. */
export const TargetRefusal = z.object({ targetId: z.string(), name: z.string(), code: z.string(), message: z.string() })
export const Preview = z.object({
  /** "Isolate web-3 and 4 more devices". */
  sentence: z.string(),
  effects: z.array(z.string()),
  approvers: z.int(),
  affected: z.array(z.object({ targetId: z.string(), name: z.string(), online: z.boolean(), alreadySo: z.boolean() })),
  refused: z.array(TargetRefusal),
})
export type Preview = z.infer<typeof Preview>

export const Vote = z.object({
  member: Who,
  decision: z.enum(['approve', 'reject']),
  at: Time,
  reason: z.string(),
  version: z.int(),
  /** False: an edit voided it. */
  counts: z.boolean(),
})

export const ResponseRequest = z.object({
  id: RequestId,
  type: z.string(),
  title: z.string(),
  sentence: z.string(),
  effects: z.array(z.string()),
  parameters: Parameters,
  justification: z.string(),
  targets: z.array(
    z.object({ kind: z.enum(['device', 'person']), id: z.string(), name: z.string(), online: z.boolean().nullable() }),
  ),
  targetCount: z.int(),
  scriptSha256: Sha256.nullable(),
  version: z.int(),
  digest: Sha256,
  submittedBy: Who,
  submittedAt: Time,
  via: z.enum(['console', 'api', 'automation']),
  trigger: ResponseTrigger.nullable(),
  requiredApprovals: z.int(),
  votes: z.array(Vote),
  approvalExpiresAt: Time.nullable(),
  notAfter: Time,
  /** Earlier versions: what was asked before it was edited. */
  edits: z.array(
    z.object({ version: z.int(), at: Time, by: z.string(), parameters: Parameters, justification: z.string() }),
  ),
  emergency: z
    .object({
      reason: z.string(),
      reviewBy: Time,
      reviewedBy: Who.nullable(),
      reviewedAt: Time.nullable(),
      note: z.string(),
    })
    .nullable(),
  undoOf: ResponseId.nullable(),
  /** How many of its responses have which status. */
  counts: z.record(z.string(), z.int()),
  /** May whoever asks vote on it, and if not, why. */
  mine: z.object({ mayApprove: z.boolean(), why: z.string().nullable() }),
})
export type ResponseRequest = z.infer<typeof ResponseRequest>

export const ResponseSummary = z.object({
  id: ResponseId,
  requestId: RequestId,
  type: z.string(),
  title: z.string(),
  sentence: z.string(),
  target: z.object({ kind: z.enum(['device', 'person']), id: z.string(), name: z.string() }),
  status: ResponseStatus,
  reason: ResponseReason.nullable(),
  detail: z.string().nullable(),
  submittedBy: Who,
  submittedAt: Time,
  approvedBy: z.array(Who),
  approvedAt: Time.nullable(),
  queuedAt: Time.nullable(),
  leasedAt: Time.nullable(),
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  verification: z
    .object({ state: VerificationState, dueAt: Time.nullable(), at: Time.nullable(), detail: z.string().nullable() })
    .nullable(),
  containment: z.object({ state: ContainmentState, until: Time.nullable(), checkedAt: Time.nullable() }).nullable(),
  trigger: ResponseTrigger.nullable(),
  emergency: z.boolean(),
  undoOf: ResponseId.nullable(),
  undoneBy: ResponseId.nullable(),
})
export type ResponseSummary = z.infer<typeof ResponseSummary>

export const ResponseDetail = ResponseSummary.extend({
  parameters: Parameters,
  justification: z.string(),
  notAfter: Time,
  evidence: z.record(z.string(), z.unknown()).nullable(),
  verificationEvidence: z.record(z.string(), z.unknown()).nullable(),
  cancelRequested: z.object({ by: Who, at: Time, reason: z.string() }).nullable(),
  /** Everything that happened to it, oldest first. */
  events: z.array(z.object({ at: Time, kind: z.string(), actor: z.string(), detail: z.string() })),
  output: z.array(z.object({ at: Time, stream: z.string(), text: z.string() })),
  evidenceIds: z.array(z.uuid()),
  request: ResponseRequest,
  /** What can be done with it now, and why not where it cannot. */
  may: z.object({
    cancel: z.object({ allowed: z.boolean(), why: z.string().nullable() }),
    undo: z.object({
      allowed: z.boolean(),
      why: z.string().nullable(),
      type: z.string().nullable(),
      words: z.string(),
    }),
    verify: z.object({ allowed: z.boolean(), why: z.string().nullable() }),
  }),
})
export type ResponseDetail = z.infer<typeof ResponseDetail>

export const ResponseFilter = z.object({
  status: list(ResponseStatus).optional(),
  type: list(z.string().max(64)).optional(),
  verification: list(VerificationState).optional(),
  containment: list(ContainmentState).optional(),
  deviceId: DeviceId.optional(),
  personId: PersonId.optional(),
  requestId: RequestId.optional(),
  submittedBy: z.string().max(64).optional(),
  approvedBy: z.string().max(64).optional(),
  from: Time.optional(),
  to: Time.optional(),
  /** Looks in target names, justification, detail, ids, trigger. */
  text: z.string().max(200).optional(),
})
export type ResponseFilter = z.infer<typeof ResponseFilter>

/** An undo that sticks: automation leaves this alone until then. */
export const Suppression = z.object({
  id: z.uuid(),
  type: z.string(),
  target: z.string(),
  subject: z.string(),
  reason: z.string(),
  until: Time,
  by: z.string(),
})
