import { may, parseProjectToken, type ProjectType, type Role, type ProjectId } from '@riposte/contract'
import type { FastifyRequest } from 'fastify'
import { hashSecret } from '../../platform/crypto/secrets.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import type { DirectoryActor, Gatekeeper, MemberActor, ProjectActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { idleDays, sessionCookie } from './session-policy.ts'
import { refuseForeignOrigin } from './origin-policy.ts'

interface MemberRow extends Row {
  id: string
  organisation_id: string
  name: string
  email: string
  role: Role
  session_id: string | null
  token_id: string | null
}

interface ProjectTokenRow extends Row {
  token_id: string
  project_id: ProjectId
  name: string
  type: ProjectType
  organisation_id: string
}

const bearer = (request: FastifyRequest): string | null =>
  /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1] ?? null

/** Every request is asked anew: a revoked token or session, or a changed role, counts at once. */
export function createGatekeeper(
  db: Database,
  publicUrl: string,
  byDirectoryToken: (secret: string) => Promise<DirectoryActor | null>,
): Gatekeeper {
  return {
    member: async (request, permission) => {
      const token = bearer(request)
      const actor = token === null ? await bySession(request) : await byApiToken(token)
      if (!actor) throw new Refusal(token === null ? 'auth.required' : 'auth.token_invalid')
      if (!may(actor.role, permission))
        throw new Refusal('auth.forbidden', `The role ${actor.role} has no right "${permission}"`)
      return actor
    },
    project: async (request) => {
      const parts = parseProjectToken(bearer(request) ?? '')
      const actor = parts && (await byProjectToken(parts.projectId, parts.secret))
      if (!actor) throw new Refusal('auth.token_invalid', 'The project token is unknown, revoked or expired')
      return actor
    },
    directory: async (request) => {
      const token = bearer(request)
      const actor = token === null ? null : await byDirectoryToken(token)
      if (!actor) throw new Refusal(token === null ? 'auth.required' : 'auth.token_invalid')
      return actor
    },
    // Certificates are asked for on the agents' listener only.
    device: () => Promise.reject(new Refusal('auth.required')),
  }

  async function bySession(request: FastifyRequest): Promise<MemberActor | null> {
    const cookie = request.cookies[sessionCookie]
    if (!cookie) return null
    refuseForeignOrigin(request, publicUrl)
    const [row] = await db.query<MemberRow>(
      `update member_session s set last_seen_at = case when s.last_seen_at < now() - interval '1 minute' then now() else s.last_seen_at end
       from member m where m.id = s.member_id and s.token_hash = $1 and s.expires_at > now() and s.last_seen_at > now() - make_interval(days => $2)
       returning m.id, m.organisation_id, m.name, m.email, m.role, s.id as session_id, null::uuid as token_id`,
      [hashSecret(cookie), idleDays],
    )
    return row ? toActor(row) : null
  }

  async function byApiToken(token: string): Promise<MemberActor | null> {
    const [row] = await db.query<MemberRow>(
      `update api_token t set last_used_at = case when t.last_used_at > now() - interval '1 minute' then t.last_used_at else now() end
       from member m where m.id = t.member_id and t.token_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
       returning m.id, m.organisation_id, m.name, m.email, m.role, null::uuid as session_id, t.id as token_id`,
      [hashSecret(token)],
    )
    return row ? toActor(row) : null
  }

  async function byProjectToken(projectId: string, secret: string): Promise<ProjectActor | null> {
    const [row] = await db.query<ProjectTokenRow>(
      `update project_token t set last_used_at = case when t.last_used_at > now() - interval '1 minute' then t.last_used_at else now() end
       from project p where p.id = t.project_id and t.token_hash = $1 and p.id = $2 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
       returning t.id as token_id, p.id as project_id, p.name, p.type, p.organisation_id`,
      [hashSecret(secret), projectId],
    )
    return row
      ? {
          kind: 'project',
          projectId: row.project_id,
          projectName: row.name,
          projectType: row.type,
          organisationId: row.organisation_id,
          tokenId: row.token_id,
        }
      : null
  }
}

const toActor = (row: MemberRow): MemberActor => ({
  kind: 'member',
  memberId: row.id,
  organisationId: row.organisation_id,
  name: row.name,
  email: row.email,
  role: row.role,
  sessionId: row.session_id,
  tokenId: row.token_id,
})
