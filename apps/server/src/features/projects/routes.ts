import type { Database, Row } from '../../platform/db/database.ts'
import type { Handlers, MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'
import { addToken, createProject, toProject, toToken, type ProjectRow, type TokenRow } from './manage-projects.ts'
import { readChecklist } from './read-checklist.ts'
import { readOverview } from './read-overview.ts'

type ProjectHandlers = Pick<
  Handlers,
  | 'listProjects'
  | 'createProject'
  | 'getProject'
  | 'renameProject'
  | 'projectOverview'
  | 'listProjectTokens'
  | 'createProjectToken'
  | 'revokeProjectToken'
  | 'checklist'
>

const columns = 'id, name, type, revision, created_at'

export function projectRoutes(
  db: Database,
  keyFingerprint: string,
  isConnected: (instanceId: string) => boolean,
): ProjectHandlers {
  const projectOf = async (actor: MemberActor, projectId: string) => {
    const [row] = await db.query<ProjectRow>(`select ${columns} from project where id = $1 and organisation_id = $2`, [
      projectId,
      actor.organisationId,
    ])
    if (!row) throw new Refusal('project.not_found')
    return toProject(row)
  }
  return {
    listProjects: async ({ actor }) => {
      const rows = await db.query<ProjectRow>(
        `select ${columns} from project where organisation_id = $1 order by created_at limit 1000`,
        [actor.organisationId],
      )
      return { items: rows.map(toProject) }
    },
    createProject: ({ actor, body }) =>
      db.transaction((tx) => createProject(tx, byMember(actor), { ...body, keyFingerprint })),
    getProject: ({ actor, params }) => projectOf(actor, params.projectId),
    renameProject: async ({ actor, params, body }) => {
      await db.transaction(async (tx) => {
        const rows = await tx.query(
          'update project set name = $3 where id = $1 and organisation_id = $2 returning id',
          [params.projectId, actor.organisationId, body.name],
        )
        if (rows.length === 0) throw new Refusal('project.not_found')
        await record(tx, {
          ...byMember(actor),
          action: 'project.renamed',
          subject: { kind: 'project', id: params.projectId },
          details: { name: body.name },
        })
      })
      return projectOf(actor, params.projectId)
    },
    projectOverview: async ({ actor, params, query }) =>
      readOverview(db, await projectOf(actor, params.projectId), { hours: query.hours, isConnected }),
    listProjectTokens: async ({ actor, params }) => {
      await projectOf(actor, params.projectId)
      const rows = await db.query<TokenRow>(
        `select id, prefix, note, created_at, expires_at, last_used_at from project_token
         where project_id = $1 and revoked_at is null and (expires_at is null or expires_at > now()) order by created_at desc limit 200`,
        [params.projectId],
      )
      return { items: rows.map(toToken) }
    },
    createProjectToken: async ({ actor, params, body }) => {
      await projectOf(actor, params.projectId)
      return db.transaction(async (tx) => {
        if (body.overlapHours !== undefined) {
          await tx.query(
            `update project_token set expires_at = least(coalesce(expires_at, 'infinity'), now() + make_interval(hours => $2)) where project_id = $1 and revoked_at is null`,
            [params.projectId, body.overlapHours],
          )
        }
        const made = await addToken(tx, { projectId: params.projectId, keyFingerprint, note: body.note })
        await record(tx, {
          ...byMember(actor),
          action: 'project_token.created',
          subject: { kind: 'project_token', id: made.item.id },
          details: { projectId: params.projectId, note: body.note, overlapHours: body.overlapHours ?? null },
        })
        return made
      })
    },
    revokeProjectToken: async ({ actor, params }) => {
      await projectOf(actor, params.projectId)
      await db.transaction(async (tx) => {
        const live = await tx.query<Row & { id: string }>(
          'select id from project_token where project_id = $1 and revoked_at is null and (expires_at is null or expires_at > now()) for update',
          [params.projectId],
        )
        if (!live.some((token) => token.id === params.tokenId)) throw new Refusal('token.not_found')
        if (live.length === 1)
          throw new Refusal('token.last', 'Make a new token first: without one, running apps lose contact')
        await tx.query('update project_token set revoked_at = now() where id = $1', [params.tokenId])
        await record(tx, {
          ...byMember(actor),
          action: 'project_token.revoked',
          subject: { kind: 'project_token', id: params.tokenId },
          details: { projectId: params.projectId },
        })
        await tx.notify({ kind: 'credential_ended', id: params.tokenId })
      })
    },
    checklist: ({ actor }) => readChecklist(db, actor.organisationId),
  }
}
