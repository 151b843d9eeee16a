import type { RuleDraft } from '@riposte/contract'
import type { Database, Row } from '../../platform/db/database.ts'
import type { Handlers, MemberActor } from '../../platform/http/handler.ts'
import { readNumberCursor } from '../../platform/http/number-cursor.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { createRule, deleteRule, restoreRule, updateRule } from './change-rules.ts'
import { readRules } from './queries.ts'

type RuleHandlers = Pick<
  Handlers,
  'listRules' | 'createRule' | 'updateRule' | 'deleteRule' | 'restoreRule' | 'listRevisions' | 'exportConfig'
>

interface RevisionRow extends Row {
  revision: number
  at: Date
  author: string
  reason: string
  summary: string
}

export interface RolloutReader {
  (projectId: string): Promise<{ applied: number | null; connected: boolean }[]>
}

export function ruleRoutes(db: Database, readRollout: RolloutReader): RuleHandlers {
  const projectOf = async (
    actor: MemberActor,
    projectId: string,
  ): Promise<{ revision: number; name: string; type: string }> => {
    const [row] = await db.query<Row & { revision: number; name: string; type: string }>(
      'select revision, name, type from project where id = $1 and organisation_id = $2',
      [projectId, actor.organisationId],
    )
    if (!row) throw new Refusal('project.not_found')
    return row
  }
  const changed = async (projectId: string, result: { revision: number; ruleId: string }) => {
    const rule = (await readRules(db, projectId)).find((rule) => rule.id === result.ruleId)
    if (!rule) throw new Refusal('rule.not_found')
    return { revision: result.revision, rule }
  }

  return {
    listRules: async ({ actor, params }) => {
      const project = await projectOf(actor, params.projectId)
      const [rules, rollout] = await Promise.all([readRules(db, params.projectId), readRollout(params.projectId)])
      const connected = rollout.filter((instance) => instance.connected)
      const byRevision = new Map<number | null, number>()
      for (const { applied } of connected) byRevision.set(applied, (byRevision.get(applied) ?? 0) + 1)
      return {
        revision: project.revision,
        rules,
        rollout: {
          connected: connected.length,
          upToDate: connected.filter((instance) => instance.applied === project.revision).length,
          revisions: [...byRevision].map(([revision, instances]) => ({ revision, instances })),
        },
      }
    },
    createRule: async ({ actor, params, body }) =>
      changed(
        params.projectId,
        await createRule(
          db,
          { actor, projectId: params.projectId, expectedRevision: body.revision, reason: body.reason },
          body.rule,
        ),
      ),
    updateRule: async ({ actor, params, body }) =>
      changed(
        params.projectId,
        await updateRule(db, { actor, ...params, expectedRevision: body.revision, reason: body.reason }, body.rule),
      ),
    deleteRule: async ({ actor, params }) => ({
      revision: (await deleteRule(db, { actor, ...params, reason: '' })).revision,
    }),
    restoreRule: async ({ actor, params }) =>
      changed(params.projectId, await restoreRule(db, { actor, ...params, reason: '' })),
    listRevisions: async ({ actor, params, query }) => {
      await projectOf(actor, params.projectId)
      const rows = await db.query<RevisionRow>(
        'select revision, at, author, reason, summary from revision where project_id = $1 and revision < $2 order by revision desc limit $3',
        [params.projectId, readNumberCursor(query.cursor, 2_147_483_647), query.limit + 1],
      )
      const items = rows.slice(0, query.limit).map((row) => ({ ...row, at: row.at.toISOString() }))
      return { items, nextCursor: rows.length > query.limit ? String(items.at(-1)?.revision) : null }
    },
    exportConfig: async ({ actor, params, reply }) => {
      const project = await projectOf(actor, params.projectId)
      const rows = await db.query<Row & { draft: RuleDraft }>(
        'select draft from rule where project_id = $1 and deleted_at is null order by position, id',
        [params.projectId],
      )
      const config = { name: project.name, projectType: project.type, rules: rows.map((row) => row.draft) }
      void reply.header('content-disposition', 'attachment; filename="monitor.config.json"').type('application/json')
      return `${JSON.stringify(config, null, 2)}\n`
    },
  }
}
