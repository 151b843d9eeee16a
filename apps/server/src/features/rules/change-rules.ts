import type { ProjectType, RuleDraft } from '@riposte/contract'
import { newId } from '../../platform/crypto/secrets.ts'
import type { Database, Row, Transaction } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'
import { checkDraft, ruleSentence } from './rule-policy.ts'

interface ProjectRow extends Row {
  revision: number
  type: ProjectType
}

interface Change {
  readonly actor: MemberActor
  readonly projectId: string
  readonly expectedRevision?: number | undefined
  readonly reason: string
}

/** One numbered revision, its audit entry and its wake-up, in one transaction. @returns the new revision and what `edit` returned */
function changeRules<T extends { summary: string; action: string; ruleId: string }>(
  db: Database,
  change: Change,
  edit: (tx: Transaction, project: ProjectRow) => Promise<T>,
): Promise<T & { revision: number }> {
  const { actor, projectId, expectedRevision, reason } = change
  return db.transaction(async (tx) => {
    // Changes of one project's rules wait for each other.
    const [project] = await tx.query<ProjectRow>(
      'select revision, type from project where id = $1 and organisation_id = $2 for update',
      [projectId, actor.organisationId],
    )
    if (!project) throw new Refusal('project.not_found')
    if (expectedRevision !== undefined && expectedRevision !== project.revision) {
      throw new Refusal(
        'rule.revision_conflict',
        `You were looking at revision ${expectedRevision}; it is ${project.revision} now`,
      )
    }
    const edited = await edit(tx, project)
    const revision = project.revision + 1
    await tx.query('update project set revision = $2 where id = $1', [projectId, revision])
    await tx.query(
      `insert into revision (project_id, revision, author, reason, summary, rules)
       select $1, $2, $3, $4, $5, coalesce((select jsonb_agg(draft || jsonb_build_object('id', id, 'position', position) order by position, id) from rule where project_id = $1 and deleted_at is null), '[]')`,
      [projectId, revision, actor.name, reason, edited.summary],
    )
    await record(tx, {
      ...byMember(actor),
      action: edited.action,
      subject: { kind: 'rule', id: edited.ruleId },
      details: { projectId, revision, summary: edited.summary, ...(reason ? { reason } : {}) },
    })
    await tx.notify({ kind: 'rules', projectId, revision })
    return { ...edited, revision }
  })
}

export const createRule = (db: Database, change: Change, draft: RuleDraft) =>
  changeRules(db, change, async (tx, project) => {
    checkDraft(draft, project.type)
    const ruleId = newId()
    await tx.query(
      `insert into rule (id, project_id, position, draft, updated_by)
       select $1, $2, coalesce(max(position) + 1, 0), $3, $4 from rule where project_id = $2`,
      [ruleId, change.projectId, draft, change.actor.name],
    )
    return { ruleId, action: 'rule.created', summary: `Added: ${ruleSentence(draft)}` }
  })

export const updateRule = (db: Database, change: Change & { ruleId: string }, draft: RuleDraft) =>
  changeRules(db, change, async (tx, project) => {
    checkDraft(draft, project.type)
    const rows = await tx.query(
      'update rule set draft = $3, updated_at = now(), updated_by = $4 where id = $1 and project_id = $2 and deleted_at is null returning id',
      [change.ruleId, change.projectId, draft, change.actor.name],
    )
    if (rows.length === 0) throw new Refusal('rule.not_found')
    return { ruleId: change.ruleId, action: 'rule.updated', summary: `Changed: ${ruleSentence(draft)}` }
  })

export const deleteRule = (db: Database, change: Change & { ruleId: string }) =>
  changeRules(db, change, async (tx) => {
    const [row] = await tx.query<Row & { draft: RuleDraft }>(
      'update rule set deleted_at = now() where id = $1 and project_id = $2 and deleted_at is null returning draft',
      [change.ruleId, change.projectId],
    )
    if (!row) throw new Refusal('rule.not_found')
    return { ruleId: change.ruleId, action: 'rule.deleted', summary: `Deleted: ${ruleSentence(row.draft)}` }
  })

export const restoreRule = (db: Database, change: Change & { ruleId: string }) =>
  changeRules(db, change, async (tx) => {
    const [row] = await tx.query<Row & { draft: RuleDraft }>(
      'update rule set deleted_at = null where id = $1 and project_id = $2 and deleted_at is not null returning draft',
      [change.ruleId, change.projectId],
    )
    if (!row) throw new Refusal('rule.not_found')
    return { ruleId: change.ruleId, action: 'rule.restored', summary: `Restored: ${ruleSentence(row.draft)}` }
  })
