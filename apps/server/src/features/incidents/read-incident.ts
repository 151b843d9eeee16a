import type { Explanation, IncidentReport, RuleDraft } from '@riposte/contract'
import { protectionSpecs } from '@riposte/protections/specs'
import type { Queryable, Row } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { ruleSentence } from '../rules/index.ts'
import { summaryColumns, toSummary, type SummaryRow } from './queries.ts'

interface DetailRow extends SummaryRow {
  report: IncidentReport
  fingerprint: string
  rule_ids: string[]
  similar: number
  instance: { hostname: string; pid: number; sdkVersion: string } | null
}

/** Everything known of one incident, with the words of its protection and of the rules that decided. */
export async function readIncident(db: Queryable, organisationId: string, incidentId: string) {
  const [row] = await db.query<DetailRow>(
    `select ${summaryColumns}, report, fingerprint, rule_ids,
       (select count(*)::int from incident o where o.project_id = incident.project_id and o.fingerprint = incident.fingerprint) as similar,
       (select i.report from instance i where i.project_id = incident.project_id and i.id = incident.instance_id) as instance
     from incident where id = $1 and project_id in (select id from project where organisation_id = $2)`,
    [incidentId, organisationId],
  )
  if (!row) throw new Refusal('incident.not_found')
  const rules = await db.query<Row & { id: string; draft: RuleDraft; deleted: boolean }>(
    'select id, draft, deleted_at is not null as deleted from rule where project_id = $1 and id::text = any($2)',
    [row.project_id, row.rule_ids],
  )
  return {
    ...row.report,
    ...toSummaryIdentity(row),
    state: row.state,
    count: row.count,
    fingerprint: row.fingerprint,
    similar: row.similar,
    rules: rules.map((rule) => ({ id: rule.id, sentence: ruleSentence(rule.draft), deleted: rule.deleted })),
    instance: row.instance
      ? { hostname: row.instance.hostname, pid: row.instance.pid, sdkVersion: row.instance.sdkVersion }
      : null,
    explanation: explain(row.report),
  }
}

const toSummaryIdentity = (row: SummaryRow) => {
  const { id, projectId, instanceId, at, receivedAt } = toSummary(row)
  return { id, projectId, instanceId, at, receivedAt }
}

function explain(report: IncidentReport): Explanation | null {
  const spec = protectionSpecs.find((spec) => spec.id === report.protection)
  return spec ? { ...spec.explanation, title: spec.title, whyFlagged: report.reason } : null
}
