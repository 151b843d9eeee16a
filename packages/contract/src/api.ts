import * as z from 'zod'
import { ActionId } from './action.ts'
import { auditLogApi } from './defend/audit-log.ts'
import { deviceApi } from './defend/devices.ts'
import { evidenceApi } from './defend/evidence.ts'
import { memberApi } from './defend/members.ts'
import { peopleApi } from './defend/people.ts'
import { responseApi } from './defend/response-api.ts'
import { scriptApi } from './defend/scripts.ts'
import { IncidentId, InstanceId, MemberId, ProjectId, RuleId } from './ids.ts'
import { Incident, IncidentState, IncidentSummary } from './incident.ts'
import { ProjectType } from './project-type.ts'
import { Role } from './roles.ts'
import { anyone, app, list, member, page, Paging, Time, type RouteDefinition } from './route.ts'
import { Rule, RuleDraft } from './rule.ts'
import { IncidentBatch, IncidentBatchAnswer, InstanceReport, InstanceReportAnswer } from './sdk.ts'
import { Severity } from './severity.ts'
import { SignedSnapshot } from './snapshot.ts'

const ProjectParams = z.object({ projectId: ProjectId })
const RuleParams = ProjectParams.extend({ ruleId: RuleId })

export const Me = z.object({
  id: MemberId,
  email: z.email(),
  name: z.string(),
  role: Role,
  permissions: z.array(z.string()),
  organisation: z.object({ id: z.uuid(), name: z.string() }),
  /** True until the one-time link's owner has chosen e-mail and password. */
  mustSetPassword: z.boolean(),
})
export type Me = z.infer<typeof Me>

export const Password = z.string().min(12).max(200)

export const Project = z.object({
  id: ProjectId,
  name: z.string(),
  type: ProjectType,
  revision: z.int(),
  createdAt: Time,
})
export type Project = z.infer<typeof Project>

export const ProjectToken = z.object({
  id: z.uuid(),
  /** The first characters, so that a person can tell tokens apart. */
  prefix: z.string(),
  note: z.string(),
  createdAt: Time,
  expiresAt: Time.nullable(),
  lastUsedAt: Time.nullable(),
})
export type ProjectToken = z.infer<typeof ProjectToken>

export const Instance = InstanceReport.omit({ sentAt: true }).extend({
  instanceId: InstanceId,
  lastSeenAt: Time,
  /** connected: its stream is open. silent: nothing for three heartbeats. stopped: it said goodbye or was silent for an hour. */
  health: z.enum(['connected', 'silent', 'stopped']),
  /** Milliseconds that the app's clock is ahead of ours. */
  clockSkewMs: z.number(),
  upToDate: z.boolean(),
})
export type Instance = z.infer<typeof Instance>

const Count = z.object({ key: z.string(), count: z.int() })
export const ProjectOverview = z.object({
  project: Project,
  instances: z.object({ connected: z.int(), upToDate: z.int(), total: z.int() }),
  totals: z.object({ incidents: z.int(), critical: z.int(), blocked: z.int(), open: z.int() }),
  /** Buckets in time order; `counts` by protection. */
  timeline: z.array(z.object({ at: Time, counts: z.record(z.string(), z.int()) })),
  topProtections: z.array(Count),
  topRoutes: z.array(Count),
  topAddresses: z.array(Count),
  latest: z.array(IncidentSummary),
})
export type ProjectOverview = z.infer<typeof ProjectOverview>

export const checklistSteps = [
  'owner_account',
  'app_connected',
  'attack_seen',
  'attack_blocked',
  'rule_changed',
  'own_project',
  'first_device',
  'second_member',
  'first_response',
] as const
export const Checklist = z.object({
  steps: z.array(z.object({ id: z.enum(checklistSteps), title: z.string(), how: z.string(), doneAt: Time.nullable() })),
})
export type Checklist = z.infer<typeof Checklist>

export const IncidentFilter = z.object({
  from: Time.optional(),
  to: Time.optional(),
  severity: list(Severity).optional(),
  protection: list(z.string().max(64)).optional(),
  action: list(ActionId).optional(),
  state: list(IncidentState).optional(),
  address: z.string().max(64).optional(),
  route: z.string().max(500).optional(),
  notRoute: z.string().max(500).optional(),
  /** Looks in id, path, reason and value. */
  text: z.string().max(200).optional(),
})
export type IncidentFilter = z.infer<typeof IncidentFilter>

/** What a rule did in the last 24 hours. */
export const RuleWithEffect = Rule.extend({
  sentence: z.string(),
  updatedAt: Time,
  updatedBy: z.string().nullable(),
  lastDay: z.object({ matched: z.int(), blocked: z.int() }),
})
export type RuleWithEffect = z.infer<typeof RuleWithEffect>

export const RuleList = z.object({
  revision: z.int(),
  rules: z.array(RuleWithEffect),
  rollout: z.object({
    connected: z.int(),
    upToDate: z.int(),
    revisions: z.array(z.object({ revision: z.int().nullable(), instances: z.int() })),
  }),
})
export type RuleList = z.infer<typeof RuleList>

/** `revision`, if given, is the one the author was looking at; a newer one is a conflict. */
const Change = z.object({ revision: z.int().min(0).optional(), reason: z.string().max(500).default('') })
const Changed = z.object({ revision: z.int(), rule: RuleWithEffect })

export const Revision = z.object({
  revision: z.int(),
  at: Time,
  author: z.string(),
  reason: z.string(),
  summary: z.string(),
})
export type Revision = z.infer<typeof Revision>

export const ProtectionInfo = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  severity: Severity,
  defaultAction: ActionId,
  kinds: z.array(z.string()),
  /** False: off until a rule or a configuration names it. */
  onByDefault: z.boolean(),
  /** False: known by name, not in this version. */
  available: z.boolean(),
})
export type ProtectionInfo = z.infer<typeof ProtectionInfo>

export const Catalog = z.object({
  protections: z.array(ProtectionInfo),
  actions: z.array(z.object({ id: ActionId, title: z.string(), summary: z.string() })),
  /** Per project type: which actions a rule may have, and why not. */
  ruleActions: z.record(
    ProjectType,
    z.array(z.object({ action: ActionId, allowed: z.boolean(), why: z.string().nullable() })),
  ),
  /** JSON Schema of a rule draft, for forms. */
  ruleSchema: z.record(z.string(), z.unknown()),
})
export type Catalog = z.infer<typeof Catalog>

export const AuditEntry = z.object({
  sequence: z.int(),
  at: Time,
  actor: z.object({
    kind: z.enum(['member', 'token', 'project', 'system']),
    id: z.string().nullable(),
    name: z.string(),
  }),
  action: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  details: z.record(z.string(), z.unknown()),
})
export type AuditEntry = z.infer<typeof AuditEntry>

export const ApiToken = z.object({
  id: z.uuid(),
  prefix: z.string(),
  name: z.string(),
  createdAt: Time,
  expiresAt: Time.nullable(),
  lastUsedAt: Time.nullable(),
})
export const MemberSession = z.object({
  id: z.uuid(),
  createdAt: Time,
  lastSeenAt: Time,
  userAgent: z.string().nullable(),
  ip: z.string().nullable(),
  current: z.boolean(),
})

/** Every HTTP route of the control plane. The server registers them from here, the clients call them from here, OpenAPI is drawn from here. */
export const api = {
  signIn: {
    method: 'POST',
    path: '/api/v1/sign-in',
    auth: anyone,
    summary: 'Sign in with e-mail and password',
    body: z.strictObject({ email: z.email().max(254), password: z.string().max(200) }),
    response: Me,
  },
  signInByLink: {
    method: 'POST',
    path: '/api/v1/sign-in/link',
    auth: anyone,
    summary: 'Sign in with a one-time link',
    body: z.strictObject({ token: z.string().max(200) }),
    response: Me,
  },
  signOut: { method: 'POST', path: '/api/v1/sign-out', auth: member('self'), summary: 'End this session' },
  me: { method: 'GET', path: '/api/v1/me', auth: member('self'), summary: 'Who am I', response: Me },
  setUpMe: {
    method: 'PUT',
    path: '/api/v1/me',
    auth: member('self'),
    summary: 'Choose name, e-mail and password; the current password is asked for once one is set',
    body: z.strictObject({
      name: z.string().min(1).max(100),
      email: z.email().max(254),
      password: Password.optional(),
      currentPassword: z.string().max(200).optional(),
    }),
    response: Me,
  },
  listSessions: {
    method: 'GET',
    path: '/api/v1/me/sessions',
    auth: member('self'),
    summary: 'My sessions',
    response: z.object({ items: z.array(MemberSession) }),
  },
  revokeSession: {
    method: 'DELETE',
    path: '/api/v1/me/sessions/:sessionId',
    auth: member('self'),
    summary: 'End one of my sessions',
    params: z.object({ sessionId: z.uuid() }),
  },
  listApiTokens: {
    method: 'GET',
    path: '/api/v1/me/api-tokens',
    auth: member('self'),
    summary: 'My API tokens',
    response: z.object({ items: z.array(ApiToken) }),
  },
  createApiToken: {
    method: 'POST',
    path: '/api/v1/me/api-tokens',
    auth: member('self'),
    summary: 'Make an API token; it is shown once',
    body: z.strictObject({ name: z.string().min(1).max(100), expiresAt: Time.nullable().default(null) }),
    response: z.object({ token: z.string(), item: ApiToken }),
    status: 201,
  },
  revokeApiToken: {
    method: 'DELETE',
    path: '/api/v1/me/api-tokens/:tokenId',
    auth: member('self'),
    summary: 'Revoke an API token',
    params: z.object({ tokenId: z.uuid() }),
  },

  catalog: {
    method: 'GET',
    path: '/api/v1/catalog',
    auth: member('read'),
    summary: 'Protections, actions, and what a rule may hold',
    response: Catalog,
  },
  checklist: {
    method: 'GET',
    path: '/api/v1/checklist',
    auth: member('read'),
    summary: 'First steps, ticked as they really happen',
    response: Checklist,
  },
  stream: {
    method: 'GET',
    path: '/api/v1/stream',
    auth: member('read'),
    summary: 'Live events for the console',
    answers: 'sse',
  },
  audit: {
    method: 'GET',
    path: '/api/v1/audit',
    auth: member('audit.read'),
    summary: 'The audit log, newest first',
    query: Paging,
    response: page(AuditEntry),
  },

  listProjects: {
    method: 'GET',
    path: '/api/v1/projects',
    auth: member('read'),
    summary: 'All projects',
    response: z.object({ items: z.array(Project) }),
  },
  createProject: {
    method: 'POST',
    path: '/api/v1/projects',
    auth: member('project.write'),
    summary: 'Make a project; its first token is shown once',
    body: z.strictObject({ name: z.string().min(1).max(100), type: ProjectType }),
    response: z.object({ project: Project, token: z.string() }),
    status: 201,
  },
  getProject: {
    method: 'GET',
    path: '/api/v1/projects/:projectId',
    auth: member('read'),
    summary: 'One project',
    params: ProjectParams,
    response: Project,
  },
  renameProject: {
    method: 'PATCH',
    path: '/api/v1/projects/:projectId',
    auth: member('project.write'),
    summary: 'Rename a project',
    params: ProjectParams,
    body: z.strictObject({ name: z.string().min(1).max(100) }),
    response: Project,
  },
  projectOverview: {
    method: 'GET',
    path: '/api/v1/projects/:projectId/overview',
    auth: member('read'),
    summary: 'Instances, incidents over time, tops',
    params: ProjectParams,
    query: z.object({ hours: z.coerce.number().int().min(1).max(720).default(24) }),
    response: ProjectOverview,
  },
  listInstances: {
    method: 'GET',
    path: '/api/v1/projects/:projectId/instances',
    auth: member('read'),
    summary: 'Running processes of a project',
    params: ProjectParams,
    response: z.object({ items: z.array(Instance) }),
  },
  listProjectTokens: {
    method: 'GET',
    path: '/api/v1/projects/:projectId/tokens',
    auth: member('project.write'),
    summary: "A project's tokens, without their secrets",
    params: ProjectParams,
    response: z.object({ items: z.array(ProjectToken) }),
  },
  createProjectToken: {
    method: 'POST',
    path: '/api/v1/projects/:projectId/tokens',
    auth: member('project.write'),
    summary: 'Make another token; older ones end after `overlapHours`, if given',
    params: ProjectParams,
    body: z.strictObject({ note: z.string().max(200).default(''), overlapHours: z.int().min(0).max(720).optional() }),
    response: z.object({ token: z.string(), item: ProjectToken }),
    status: 201,
  },
  revokeProjectToken: {
    method: 'DELETE',
    path: '/api/v1/projects/:projectId/tokens/:tokenId',
    auth: member('project.write'),
    summary: 'End a token now',
    params: ProjectParams.extend({ tokenId: z.uuid() }),
  },

  listIncidents: {
    method: 'GET',
    path: '/api/v1/projects/:projectId/incidents',
    auth: member('read'),
    summary: 'Incidents, newest first',
    params: ProjectParams,
    query: IncidentFilter.extend(Paging.shape),
    response: page(IncidentSummary),
  },
  exportIncidents: {
    method: 'GET',
    path: '/api/v1/projects/:projectId/incidents/export',
    auth: member('read'),
    summary: 'The filtered incidents as a file',
    params: ProjectParams,
    query: IncidentFilter.extend({ format: z.enum(['csv', 'json']) }),
    answers: 'file',
  },
  getIncident: {
    method: 'GET',
    path: '/api/v1/incidents/:incidentId',
    auth: member('read'),
    summary: 'One incident, by the reference that the blocked user saw',
    params: z.object({ incidentId: IncidentId }),
    response: Incident,
  },
  setIncidentState: {
    method: 'POST',
    path: '/api/v1/projects/:projectId/incidents/state',
    auth: member('incident.write'),
    summary: 'Set the state of several incidents',
    params: ProjectParams,
    body: z.strictObject({ ids: z.array(IncidentId).min(1).max(500), state: IncidentState }),
    response: z.object({ changed: z.int() }),
  },

  listRules: {
    method: 'GET',
    path: '/api/v1/projects/:projectId/rules',
    auth: member('read'),
    summary: 'Rules in order, what each did, and who runs which revision',
    params: ProjectParams,
    response: RuleList,
  },
  createRule: {
    method: 'POST',
    path: '/api/v1/projects/:projectId/rules',
    auth: member('rule.write'),
    summary: 'Add a rule',
    params: ProjectParams,
    body: Change.extend({ rule: RuleDraft }).strict(),
    response: Changed,
    status: 201,
  },
  updateRule: {
    method: 'PUT',
    path: '/api/v1/projects/:projectId/rules/:ruleId',
    auth: member('rule.write'),
    summary: 'Change a rule',
    params: RuleParams,
    body: Change.extend({ rule: RuleDraft }).strict(),
    response: Changed,
  },
  deleteRule: {
    method: 'DELETE',
    path: '/api/v1/projects/:projectId/rules/:ruleId',
    auth: member('rule.write'),
    summary: 'Delete a rule; it can be restored',
    params: RuleParams,
    response: z.object({ revision: z.int() }),
  },
  restoreRule: {
    method: 'POST',
    path: '/api/v1/projects/:projectId/rules/:ruleId/restore',
    auth: member('rule.write'),
    summary: 'Bring a deleted rule back',
    params: RuleParams,
    response: Changed,
  },
  listRevisions: {
    method: 'GET',
    path: '/api/v1/projects/:projectId/revisions',
    auth: member('read'),
    summary: 'Every change of the rules',
    params: ProjectParams,
    query: Paging,
    response: page(Revision),
  },
  exportConfig: {
    method: 'GET',
    path: '/api/v1/projects/:projectId/config/export',
    auth: member('read'),
    summary: 'The rules as a monitor.config.json',
    params: ProjectParams,
    answers: 'file',
  },

  sdkConfig: {
    method: 'GET',
    path: '/api/v1/sdk/config',
    auth: app,
    summary: 'The signed configuration; answers 304 to a matching If-None-Match',
    response: SignedSnapshot,
  },
  sdkStream: {
    method: 'GET',
    path: '/api/v1/sdk/stream',
    auth: app,
    summary: 'Says when there is a newer revision',
    query: z.object({ instanceId: InstanceId }),
    answers: 'sse',
  },
  sdkReport: {
    method: 'POST',
    path: '/api/v1/sdk/report',
    auth: app,
    summary: 'What a running app says of itself',
    body: InstanceReport,
    response: InstanceReportAnswer,
  },
  sdkIncidents: {
    method: 'POST',
    path: '/api/v1/sdk/incidents',
    auth: app,
    summary: 'A batch of incidents; sending one again does no harm',
    body: IncidentBatch,
    response: IncidentBatchAnswer,
  },

  ...memberApi,
  ...deviceApi,
  ...responseApi,
  ...peopleApi,
  ...scriptApi,
  ...evidenceApi,
  ...auditLogApi,
} as const satisfies Record<string, RouteDefinition>

export type Api = typeof api
export type RouteId = keyof Api
