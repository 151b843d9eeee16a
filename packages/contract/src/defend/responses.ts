import * as z from 'zod'
import { DeviceId, PersonId, RequestId, ResponseId } from '../ids.ts'
import { list, member, page, Paging, Sha256, Time, type RouteDefinition } from '../route.ts'
import { ContainmentState, ResponseReason, ResponseStatus, VerificationState } from './lifecycle.ts'

const Parameters = z.record(z.string().max(64), z.unknown())
const Justification = z.string().trim().min(3).max(2_000)
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

const ResponseParams = z.object({ responseId: ResponseId })
const RequestParams = z.object({ requestId: RequestId })
/** Compare and set: the version and digest that the voter was looking at. */
const Seen = { version: z.int().min(1), digest: Sha256 }

export const responseApi = {
  listResponseActions: {
    method: 'GET',
    path: '/api/v1/response-actions',
    auth: member('read'),
    summary: 'What can be done to a device or person, with forms and approval requirements',
    response: z.object({ items: z.array(ResponseActionInfo) }),
  },
  previewResponse: {
    method: 'POST',
    path: '/api/v1/responses/preview',
    auth: member('response.submit'),
    summary: 'What would happen, to whom, and who is left out',
    body: Submission.partial({ justification: true }),
    response: Preview,
  },
  submitResponse: {
    method: 'POST',
    path: '/api/v1/responses',
    auth: member('response.submit'),
    summary: 'Ask for a response action on one or many targets',
    body: Submission,
    response: z.object({ request: ResponseRequest, responseIds: z.array(ResponseId), refused: z.array(TargetRefusal) }),
    status: 201,
  },
  listResponses: {
    method: 'GET',
    path: '/api/v1/responses',
    auth: member('read'),
    summary: 'History: every response with who, when, approval, verification and trigger; newest first',
    query: ResponseFilter.extend(Paging.shape),
    response: page(ResponseSummary),
  },
  exportResponses: {
    method: 'GET',
    path: '/api/v1/responses/export',
    auth: member('audit.read'),
    summary: 'The filtered history as a file',
    query: ResponseFilter.extend({ format: z.enum(['csv', 'json']) }),
    answers: 'file',
  },
  getResponse: {
    method: 'GET',
    path: '/api/v1/responses/:responseId',
    auth: member('read'),
    summary: 'One response, whole',
    params: ResponseParams,
    response: ResponseDetail,
  },
  cancelResponse: {
    method: 'POST',
    path: '/api/v1/responses/:responseId/cancel',
    auth: member('response.submit'),
    summary: 'Withdraw it; once an agent has it this is a request and its answer decides',
    params: ResponseParams,
    body: z.strictObject({ reason: Justification }),
    response: ResponseDetail,
  },
  undoResponse: {
    method: 'POST',
    path: '/api/v1/responses/:responseId/undo',
    auth: member('response.release'),
    summary: 'Ask for what takes it back',
    params: ResponseParams,
    body: z.strictObject({ justification: Justification, suppressMinutes: z.int().min(0).max(43_200).default(1_440) }),
    response: z.object({ request: ResponseRequest, responseIds: z.array(ResponseId) }),
    status: 201,
  },
  verifyResponse: {
    method: 'POST',
    path: '/api/v1/responses/:responseId/verify',
    auth: member('response.submit'),
    summary: 'Look again whether the effect is there',
    params: ResponseParams,
    response: ResponseDetail,
  },
  listRequests: {
    method: 'GET',
    path: '/api/v1/requests',
    auth: member('read'),
    summary: 'The approvals inbox: what waits for consent or for review, the most pressing first',
    query: z.object({ state: z.enum(['waiting', 'review', 'all']).default('waiting') }).extend(Paging.shape),
    response: page(ResponseRequest).extend({ waitingForMe: z.int() }),
  },
  getRequest: {
    method: 'GET',
    path: '/api/v1/requests/:requestId',
    auth: member('read'),
    summary: 'One request: exactly what consent covers',
    params: RequestParams,
    response: ResponseRequest,
  },
  editRequest: {
    method: 'PUT',
    path: '/api/v1/requests/:requestId',
    auth: member('response.submit'),
    summary: 'Change what is asked, by whoever asked; every vote is void',
    params: RequestParams,
    body: z.strictObject({ ...Seen, parameters: Parameters, justification: Justification }),
    response: ResponseRequest,
  },
  approveRequest: {
    method: 'POST',
    path: '/api/v1/requests/:requestId/approve',
    auth: member('response.approve'),
    summary: 'Consent to exactly this version',
    params: RequestParams,
    body: z.strictObject({ ...Seen, reason: z.string().max(2_000).default('') }),
    response: ResponseRequest,
  },
  rejectRequest: {
    method: 'POST',
    path: '/api/v1/requests/:requestId/reject',
    auth: member('response.approve'),
    summary: 'Refuse it; one refusal is enough',
    params: RequestParams,
    body: z.strictObject({ ...Seen, reason: Justification }),
    response: ResponseRequest,
  },
  cancelRequest: {
    method: 'POST',
    path: '/api/v1/requests/:requestId/cancel',
    auth: member('response.submit'),
    summary: 'Withdraw what is left of a request',
    params: RequestParams,
    body: z.strictObject({ reason: Justification }),
    response: ResponseRequest,
  },
  reviewRequest: {
    method: 'POST',
    path: '/api/v1/requests/:requestId/review',
    auth: member('response.approve'),
    summary: 'Say that an emergency response was looked at by a second person',
    params: RequestParams,
    body: z.strictObject({ note: Justification }),
    response: ResponseRequest,
  },
  readApprovalRequirements: {
    method: 'GET',
    path: '/api/v1/settings/approval-requirements',
    auth: member('read'),
    summary: 'Which response types wait for how many people',
    response: z.object({
      items: z.array(ApprovalRequirement),
      approvalHours: z.int(),
      neverBlock: z.array(z.string()),
      protectedProcesses: z.array(z.string()),
      isolationAllow: z.array(z.string()),
      updatedAt: Time.nullable(),
      updatedBy: z.string().nullable(),
    }),
  },
  setApprovalRequirements: {
    method: 'PUT',
    path: '/api/v1/settings/approval-requirements',
    auth: member('settings.write'),
    summary: 'Change them; loud in the audit log',
    body: z.strictObject({
      approvers: z.record(z.string().max(64), z.int().min(0).max(2)),
      /** Hours that a request waits before it counts as rejected. */
      approvalHours: z.int().min(1).max(168).default(24),
      /** Addresses and networks that no response may block. */
      neverBlock: z.array(z.string().max(64)).max(1_000).default([]),
      /** Names of executables that no response may kill. */
      protectedProcesses: z.array(z.string().max(255)).max(1_000).default([]),
      /** Addresses and networks that every isolated device may still reach. */
      isolationAllow: z.array(z.string().max(64)).max(100).default([]),
    }),
    response: z.object({ items: z.array(ApprovalRequirement) }),
  },
  listSuppressions: {
    method: 'GET',
    path: '/api/v1/suppressions',
    auth: member('read'),
    summary: 'What automation leaves alone, because a person undid it',
    response: z.object({ items: z.array(Suppression) }),
  },
  endSuppression: {
    method: 'DELETE',
    path: '/api/v1/suppressions/:suppressionId',
    auth: member('response.submit'),
    summary: 'Let automation act on it again',
    params: z.object({ suppressionId: z.uuid() }),
  },
} as const satisfies Record<string, RouteDefinition>
