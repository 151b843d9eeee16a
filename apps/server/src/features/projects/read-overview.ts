import type { Queryable, Row } from '../../platform/db/database.ts'
import { readSummaries } from '../incidents/index.ts'
import type { toProject } from './manage-projects.ts'

interface Options {
  readonly hours: number
  readonly isConnected: (instanceId: string) => boolean
}

type Count = Row & { key: string; count: number }

const buckets = 48

export async function readOverview(
  db: Queryable,
  project: ReturnType<typeof toProject>,
  { hours, isConnected }: Options,
) {
  const inRange = `project_id = $1 and sort_at > now() - make_interval(hours => $2)`
  const values = [project.id, hours]
  const top = (column: string) =>
    db.query<Count>(
      `select ${column} as key, sum(count)::float8 as count from incident where ${inRange} and ${column} is not null group by 1 order by 2 desc, 1 limit 5`,
      values,
    )
  const [instances, totals, timeline, topProtections, topRoutes, topAddresses, latest] = await Promise.all([
    db.query<Row & { id: string; applied_revision: number | null }>(
      `select id, applied_revision from instance where project_id = $1 and last_seen_at > now() - interval '1 hour'`,
      [project.id],
    ),
    db.query<Row & { incidents: number; critical: number; blocked: number; open: number }>(
      `select coalesce(sum(count), 0)::float8 as incidents, coalesce(sum(count) filter (where severity in ('critical', 'high')), 0)::float8 as critical,
              coalesce(sum(count) filter (where 'block' = any(actions)), 0)::float8 as blocked, count(*) filter (where state = 'new')::int as open
       from incident where ${inRange}`,
      values,
    ),
    db.query<Row & { bucket: number; protection: string; count: number }>(
      `select least(floor(extract(epoch from sort_at - (now() - make_interval(hours => $2))) / ($2 * 3600.0 / ${buckets})), ${buckets - 1})::int as bucket,
              protection, sum(count)::float8 as count from incident where ${inRange} group by 1, 2`,
      values,
    ),
    top('protection'),
    top('coalesce(route, path)'),
    top('host(ip)'),
    readSummaries(db, { projectId: project.id, limit: 8 }),
  ])
  const connected = instances.filter((instance) => isConnected(instance.id))
  const start = Date.now() - hours * 3_600_000
  const points = Array.from({ length: buckets }, (_, index) => ({
    at: new Date(start + (index * hours * 3_600_000) / buckets).toISOString(),
    counts: Object.fromEntries<number>([]),
  }))
  for (const { bucket, protection, count } of timeline) {
    const point = points[Math.max(0, bucket)]
    if (point) point.counts[protection] = count
  }
  return {
    project,
    instances: {
      connected: connected.length,
      upToDate: connected.filter((instance) => instance.applied_revision === project.revision).length,
      total: instances.length,
    },
    totals: totals[0] ?? { incidents: 0, critical: 0, blocked: 0, open: 0 },
    timeline: points,
    topProtections,
    topRoutes,
    topAddresses,
    latest: latest.items,
  }
}
