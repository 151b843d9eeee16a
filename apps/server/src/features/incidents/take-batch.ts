import { IncidentReport, type IncidentBatchAnswer } from '@riposte/contract'
import { isIP } from 'node:net'
import type { Database, Row } from '../../platform/db/database.ts'
import type { ProjectActor } from '../../platform/http/handler.ts'
import { formatPath } from '../../platform/http/validate.ts'
import { fingerprint } from './fingerprint.ts'
import { isDeeperThan, storable } from '../../platform/http/storable.ts'

/** A notification holds 8,000 bytes. */
const idsPerNotice = 150
/** Levels of lists and objects in one incident. */
const deepest = 32

/**
 * Stores the good incidents of a batch and names the bad ones. Sending a batch again does no harm: an incident is known by its id,
 * and a second report of it can only raise its count.
 */
export async function takeBatch(
  db: Database,
  actor: ProjectActor,
  batch: { instanceId: string; incidents: unknown[] },
): Promise<IncidentBatchAnswer> {
  const good: IncidentReport[] = []
  const rejected: IncidentBatchAnswer['rejected'] = []
  batch.incidents.forEach((item, index) => {
    const refuse = (path: string, message: string): void => {
      rejected.push({ index, id: idOf(item), path, message })
    }
    if (isDeeperThan(item, deepest)) {
      refuse('', `nested deeper than ${deepest} levels`)
      return
    }
    const parsed = IncidentReport.safeParse(storable(item))
    if (parsed.success && parsed.data.at < '0001') refuse('at', 'before the year 1')
    else if (parsed.success) good.push({ ...parsed.data, id: parsed.data.id.toLowerCase() as IncidentReport['id'] })
    else {
      const issue = parsed.error.issues[0]
      refuse(formatPath(issue?.path ?? []), issue?.message ?? 'not an incident')
    }
  })
  const unique = highestCountOfEach(good)
  if (unique.length === 0) return { accepted: [], duplicates: [], rejected }
  const stored = await db.transaction(async (tx) => {
    const rows = await tx.query<Row & { id: string; fresh: boolean }>(insert, [
      actor.projectId,
      batch.instanceId,
      JSON.stringify(
        unique.map((report) => ({ ...report, fingerprint: fingerprint(report), ip: validAddress(report.request?.ip) })),
      ),
    ])
    const ids = rows.map((row) => row.id)
    for (let from = 0; from < ids.length; from += idsPerNotice) {
      await tx.notify({ kind: 'incidents', projectId: actor.projectId, ids: ids.slice(from, from + idsPerNotice) })
    }
    return rows
  })
  const fresh = new Set(stored.filter((row) => row.fresh).map((row) => row.id))
  return {
    accepted: unique.filter((report) => fresh.has(report.id)).map((report) => report.id),
    duplicates: unique.filter((report) => !fresh.has(report.id)).map((report) => report.id),
    rejected,
  }
}

// Another project's incident of the same id is left alone: ids are random, so that is no accident.
const insert = `
  insert into incident as known (id, project_id, instance_id, at, sort_at, count, protection, severity, confidence, environment,
    actions, would_have, method, route, path, ip, rule_ids, fingerprint, report)
  select (r->>'id')::uuid, $1, $2, (r->>'at')::timestamptz, least((r->>'at')::timestamptz, now()), (r->>'count')::int, r->>'protection', r->>'severity',
    (r->>'confidence')::float8, r->>'environment',
    array(select jsonb_array_elements_text(r->'outcome'->'actions')), array(select jsonb_array_elements_text(r->'outcome'->'wouldHave')),
    r->'request'->>'method', r->'request'->>'route', r->'request'->>'path', (r->>'ip')::inet,
    array(select jsonb_array_elements_text(r->'outcome'->'decidedBy'->'ruleIds') union select jsonb_array_elements_text(r->'outcome'->'shadowRuleIds')),
    r->>'fingerprint', r - 'fingerprint' - 'ip'
  from jsonb_array_elements($3::jsonb) as r
  on conflict (id) do update set count = excluded.count, report = jsonb_set(known.report, '{count}', to_jsonb(excluded.count))
    where known.project_id = excluded.project_id and known.count < excluded.count
  returning id, xmax = 0 as fresh`

const validAddress = (ip: string | null | undefined): string | null =>
  ip && isIP(ip) !== 0 && !ip.includes('%') ? ip : null

function highestCountOfEach(reports: readonly IncidentReport[]): IncidentReport[] {
  const byId = new Map<string, IncidentReport>()
  for (const report of reports) {
    if ((byId.get(report.id)?.count ?? 0) < report.count) byId.set(report.id, report)
  }
  return [...byId.values()]
}

const idOf = (item: unknown): string | null =>
  typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' ? item.id.slice(0, 64) : null
