import * as z from 'zod'
import { ActionId } from './action.ts'
import { IncidentId, InstanceId, ProjectId, RuleId } from './ids.ts'
import { Environment } from './project-type.ts'
import { Severity } from './severity.ts'

/** Where the answer to a threat came from, strongest first; `default` is what the protection ships with. */
export const configSources = ['console', 'file', 'code', 'default'] as const
export const ConfigSource = z.enum(configSources)
export type ConfigSource = z.infer<typeof ConfigSource>

/** A half-open range of UTF-16 code units in the text beside it. */
export const Span = z.object({ start: z.int().min(0), end: z.int().min(0) })
export type Span = z.infer<typeof Span>

export const IncidentRequest = z.object({
  method: z.string().max(32),
  route: z.string().max(500).nullable(),
  path: z.string().max(4_000),
  ip: z.string().max(64).nullable(),
  userAgent: z.string().max(1_000).nullable(),
  sessionHash: z.string().max(128).nullable(),
  userId: z.string().max(256).nullable(),
})
export type IncidentRequest = z.infer<typeof IncidentRequest>

/** What a running app reports of one threat. Values are masked and cut to these lengths before they leave the app. */
export const IncidentReport = z.object({
  id: IncidentId,
  at: z.iso.datetime(),
  /** How often the same finding came within a second, this one included; a later report of the same id may only raise it. */
  count: z.int().min(1).max(1_000_000_000).default(1),
  protection: z.string().min(1).max(64),
  severity: Severity,
  confidence: z.number().min(0).max(1),
  environment: Environment,
  appVersion: z.string().max(64).nullable().default(null),
  reason: z.string().max(1_000),
  outcome: z.object({
    /** Carried out, in order. `none` alone: shadow mode. */
    actions: z.array(ActionId).max(8),
    /** What would have been carried out, had it been enforced. */
    wouldHave: z.array(ActionId).max(8).default([]),
    decidedBy: z.object({
      source: ConfigSource,
      ruleIds: z.array(z.string().max(64)).max(64).default([]),
      revision: z.int().min(0).nullable().default(null),
    }),
    shadowRuleIds: z.array(z.string().max(64)).max(64).default([]),
  }),
  request: IncidentRequest.nullable(),
  input: z
    .object({
      source: z.string().max(64),
      path: z.string().max(1_000),
      value: z.string().max(4_000),
      span: Span.nullable().default(null),
    })
    .nullable(),
  operation: z.object({
    kind: z.string().max(32),
    dialect: z.string().max(32).nullable().default(null),
    text: z.string().max(8_000),
    /** The part of `text` that the input injected. */
    span: Span.nullable().default(null),
  }),
  stack: z.array(z.string().max(1_000)).max(64).default([]),
  metadata: z.record(z.string().max(64), z.unknown()).default({}),
})
export type IncidentReport = z.infer<typeof IncidentReport>

export const incidentStates = ['new', 'acknowledged', 'resolved', 'false_positive'] as const
export const IncidentState = z.enum(incidentStates)
export type IncidentState = z.infer<typeof IncidentState>

/** A row of a list. */
export const IncidentSummary = z.object({
  id: IncidentId,
  projectId: ProjectId,
  instanceId: InstanceId,
  at: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
  count: z.int(),
  protection: z.string(),
  severity: Severity,
  confidence: z.number(),
  environment: Environment,
  actions: z.array(ActionId),
  wouldHave: z.array(ActionId),
  method: z.string().nullable(),
  route: z.string().nullable(),
  path: z.string().nullable(),
  ip: z.string().nullable(),
  state: IncidentState,
})
export type IncidentSummary = z.infer<typeof IncidentSummary>

/** What a protection says of its own kind of finding. */
export const ExplanationText = z.object({
  what: z.string(),
  whatToDo: z.string(),
  references: z.array(
    z.object({ scheme: z.enum(['CWE', 'OWASP', 'ATT&CK']), id: z.string(), title: z.string(), url: z.url() }),
  ),
})
export type ExplanationText = z.infer<typeof ExplanationText>

export const Explanation = ExplanationText.extend({ title: z.string(), whyFlagged: z.string() })
export type Explanation = z.infer<typeof Explanation>

export const Incident = IncidentReport.extend({
  projectId: ProjectId,
  instanceId: InstanceId,
  receivedAt: z.iso.datetime(),
  state: IncidentState,
  fingerprint: z.string(),
  /** Incidents of this project with the same fingerprint. */
  similar: z.int(),
  rules: z.array(z.object({ id: RuleId, sentence: z.string(), deleted: z.boolean() })),
  instance: z.object({ hostname: z.string(), pid: z.int(), sdkVersion: z.string() }).nullable(),
  explanation: Explanation.nullable(),
})
export type Incident = z.infer<typeof Incident>
