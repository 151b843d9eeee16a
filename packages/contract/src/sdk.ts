import * as z from 'zod'
import { InstanceId } from './ids.ts'
import { Environment } from './project-type.ts'

/** What one running process says of itself: at start, after each applied revision, and every `heartbeatMs`. */
export const InstanceReport = z.object({
  instanceId: InstanceId,
  startedAt: z.iso.datetime(),
  /** The app's clock, so that a wrong one is noticed. */
  sentAt: z.iso.datetime(),
  app: z.object({ name: z.string().max(200), version: z.string().max(64).nullable() }),
  environment: Environment,
  sdkVersion: z.string().max(32),
  nodeVersion: z.string().max(32),
  hostname: z.string().max(255),
  pid: z.int().min(0),
  /** null: no console configuration applied yet. */
  appliedRevision: z.int().min(0).nullable(),
  /** Each hook that was tried, and whether it took. */
  hooks: z
    .array(
      z.object({
        name: z.string().max(64),
        state: z.enum(['active', 'waiting', 'failed', 'late']),
        detail: z.string().max(500).nullable(),
      }),
    )
    .max(200),
  warnings: z.array(z.string().max(1_000)).max(100),
  counters: z.record(z.string().max(64), z.number()),
  /** The last report of a process that ends in good order. */
  stopping: z.boolean().optional(),
})
export type InstanceReport = z.infer<typeof InstanceReport>

export const InstanceReportAnswer = z.object({
  /** The newest revision there is. */
  revision: z.int().min(0),
  serverTime: z.iso.datetime(),
  heartbeatMs: z.int().min(1_000),
})
export type InstanceReportAnswer = z.infer<typeof InstanceReportAnswer>

export const maxIncidentsPerBatch = 500
export const maxIncidentBatchBytes = 4 * 1024 * 1024

/** Incidents stay unread here, so that one bad one costs only itself. */
export const IncidentBatch = z.object({
  instanceId: InstanceId,
  incidents: z.array(z.unknown()).min(1).max(maxIncidentsPerBatch),
})
export type IncidentBatch = z.infer<typeof IncidentBatch>

export const IncidentBatchAnswer = z.object({
  accepted: z.array(z.string()),
  /** Known already; sending again did no harm. */
  duplicates: z.array(z.string()),
  /** Never worth sending again. */
  rejected: z.array(z.object({ index: z.int(), id: z.string().nullable(), path: z.string(), message: z.string() })),
})
export type IncidentBatchAnswer = z.infer<typeof IncidentBatchAnswer>
