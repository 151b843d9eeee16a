import type { Instance, InstanceReport } from '@riposte/contract'
import type { Database, Row } from '../../platform/db/database.ts'

export const heartbeatMs = 30_000
/** Of PostgreSQL's int: no project has had more revisions. */
const highestRevision = 2_147_483_647

interface InstanceRow extends Row {
  id: string
  report: InstanceReport
  applied_revision: number | null
  clock_skew_ms: number
  last_seen_at: Date
}

/** Processes that have a stream open on this server. */
export class ConnectedInstances {
  readonly #streams = new Map<string, number>()

  opened(instanceId: string): void {
    this.#streams.set(instanceId, (this.#streams.get(instanceId) ?? 0) + 1)
  }

  closed(instanceId: string): void {
    const left = (this.#streams.get(instanceId) ?? 1) - 1
    if (left > 0) this.#streams.set(instanceId, left)
    else this.#streams.delete(instanceId)
  }

  has = (instanceId: string): boolean => this.#streams.has(instanceId)
}

export function saveReport(db: Database, projectId: string, report: InstanceReport): Promise<void> {
  const skew = new Date(report.sentAt).getTime() - Date.now()
  return db.transaction(async (tx) => {
    await tx.query(
      `insert into instance (project_id, id, report, applied_revision, clock_skew_ms) values ($1, $2, $3, $4, $5)
       on conflict (project_id, id) do update set report = excluded.report, applied_revision = excluded.applied_revision, clock_skew_ms = excluded.clock_skew_ms, last_seen_at = now()`,
      [projectId, report.instanceId, report, knownRevision(report.appliedRevision), skew],
    )
    await tx.notify({ kind: 'instances', projectId })
  })
}

const knownRevision = (revision: number | null): number | null =>
  revision !== null && revision > highestRevision ? null : revision

export async function readInstances(
  db: Database,
  projectId: string,
  context: { revision: number; isConnected: (id: string) => boolean },
): Promise<Instance[]> {
  const rows = await db.query<InstanceRow>(
    `select id, report, applied_revision, clock_skew_ms, last_seen_at from instance where project_id = $1 and last_seen_at > now() - interval '7 days' order by last_seen_at desc limit 500`,
    [projectId],
  )
  return rows.map((row) => {
    const report = withoutSentAt(row.report)
    const quietMs = Date.now() - row.last_seen_at.getTime()
    const health = healthOf({ connected: context.isConnected(row.id), stopping: row.report.stopping ?? false, quietMs })
    return {
      ...report,
      appliedRevision: row.applied_revision,
      lastSeenAt: row.last_seen_at.toISOString(),
      health,
      clockSkewMs: row.clock_skew_ms,
      upToDate: row.applied_revision === context.revision,
    }
  })
}

/** When it was sent says nothing of the process; the skew was worked out from it. */
function withoutSentAt(report: InstanceReport): Omit<InstanceReport, 'sentAt'> {
  const { sentAt, ...rest } = report
  return rest
}

/** An hour of silence counts as a goodbye. */
function healthOf(seen: { connected: boolean; stopping: boolean; quietMs: number }): Instance['health'] {
  if (seen.stopping) return 'stopped'
  if (seen.connected) return 'connected'
  return seen.quietMs > 3_600_000 ? 'stopped' : 'silent'
}
