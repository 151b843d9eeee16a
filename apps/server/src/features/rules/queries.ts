import type { RuleDraft } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'
import { ruleSentence } from './rule-policy.ts'

interface RuleRow extends Row {
  id: string
  position: number
  draft: RuleDraft
  updated_at: Date
  updated_by: string | null
  matched: number
  blocked: number
}

/** The rules in order, each with what it did in the last 24 hours. */
export async function readRules(db: Queryable, projectId: string) {
  const rows = await db.query<RuleRow>(
    `select r.id, r.position, r.draft, r.updated_at, r.updated_by, coalesce(d.matched, 0)::float8 as matched, coalesce(d.blocked, 0)::float8 as blocked
     from rule r
     left join (
       select rule_id, sum(count) as matched, sum(count) filter (where 'block' = any(actions)) as blocked
       from incident, unnest(rule_ids) as rule_id
       where project_id = $1 and sort_at > now() - interval '24 hours' group by rule_id
     ) d on d.rule_id = r.id::text
     where r.project_id = $1 and r.deleted_at is null order by r.position, r.id`,
    [projectId],
  )
  return rows.map((row) => ({
    ...row.draft,
    id: row.id,
    position: row.position,
    sentence: ruleSentence(row.draft),
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
    lastDay: { matched: row.matched, blocked: row.blocked },
  }))
}
