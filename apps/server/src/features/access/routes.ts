import { verify } from '@node-rs/argon2'
import { permissionsOf, type Me } from '@riposte/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hashSecret, newId, newSecret } from '../../platform/crypto/secrets.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import type { Handlers, MemberActor } from '../../platform/http/handler.ts'
import { Limiter } from '../../platform/http/limiter.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'
import { refuseForeignOrigin } from './origin-policy.ts'
import { weakness } from './password-policy.ts'
import { cookieOptions, sessionCookie } from './session-policy.ts'
import { hashPassword, signInByLink, signInByPassword, type Visitor } from './sign-in.ts'

type AccessHandlers = Pick<
  Handlers,
  | 'signIn'
  | 'signInByLink'
  | 'signOut'
  | 'me'
  | 'setUpMe'
  | 'listSessions'
  | 'revokeSession'
  | 'listApiTokens'
  | 'createApiToken'
  | 'revokeApiToken'
>

interface MeRow extends Row {
  id: Me['id']
  email: string
  name: string
  role: Me['role']
  has_password: boolean
  organisation_id: string
  organisation: string
}

interface SessionRow extends Row {
  id: string
  created_at: Date
  last_seen_at: Date
  user_agent: string | null
  ip: string | null
}

interface ApiTokenRow extends Row {
  id: string
  prefix: string
  name: string
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
}

const visitorOf = (request: FastifyRequest): Visitor => ({
  userAgent: request.headers['user-agent'] ?? null,
  ip: request.ip,
})

export function accessRoutes(db: Database, publicUrl: string): AccessHandlers {
  // Tries per address: ten at once, then one every six seconds.
  const tries = new Limiter(10, 1 / 6)

  const guardTry = (request: FastifyRequest): void => {
    refuseForeignOriginOfBrowsers(request, publicUrl)
    const wait = tries.take(request.ip, 1, Date.now())
    if (wait > 0)
      throw new Refusal('request.rate_limited', 'Too many sign-in attempts from this address', { retryAfterS: wait })
  }
  const welcome = async (reply: FastifyReply, secret: string): Promise<Me> => {
    void reply.setCookie(sessionCookie, secret, cookieOptions(publicUrl))
    const [row] = await db.query<Row & { member_id: string }>(
      'select member_id from member_session where token_hash = $1',
      [hashSecret(secret)],
    )
    return readMe(db, row?.member_id ?? '')
  }

  return {
    signIn: async ({ body, request, reply }) => {
      guardTry(request)
      return welcome(reply, await signInByPassword(db, body, visitorOf(request)))
    },
    signInByLink: async ({ body, request, reply }) => {
      guardTry(request)
      return welcome(reply, await signInByLink(db, body.token, visitorOf(request)))
    },
    signOut: async ({ actor, reply }) => {
      void reply.clearCookie(sessionCookie, { path: '/' })
      if (actor.sessionId !== null) await endSession(db, actor, actor.sessionId)
    },
    me: ({ actor }) => readMe(db, actor.memberId),
    setUpMe: async ({ actor, body }) => {
      await setUp(db, actor, body)
      return readMe(db, actor.memberId)
    },
    listSessions: async ({ actor }) => {
      const rows = await db.query<SessionRow>(
        'select id, created_at, last_seen_at, user_agent, ip from member_session where member_id = $1 and expires_at > now() order by last_seen_at desc limit 100',
        [actor.memberId],
      )
      return {
        items: rows.map((row) => ({
          id: row.id,
          createdAt: row.created_at.toISOString(),
          lastSeenAt: row.last_seen_at.toISOString(),
          userAgent: row.user_agent,
          ip: row.ip,
          current: row.id === actor.sessionId,
        })),
      }
    },
    revokeSession: ({ actor, params }) => endSession(db, actor, params.sessionId),
    listApiTokens: async ({ actor }) => {
      const rows = await db.query<ApiTokenRow>(
        'select id, prefix, name, created_at, expires_at, last_used_at from api_token where member_id = $1 and revoked_at is null order by created_at desc limit 200',
        [actor.memberId],
      )
      return { items: rows.map(toApiToken) }
    },
    createApiToken: async ({ actor, body }) => {
      const token = `rpt_${newSecret()}`
      const item = await addApiToken(db, actor, { token, ...body })
      return { token, item }
    },
    revokeApiToken: ({ actor, params }) =>
      db.transaction(async (tx) => {
        const rows = await tx.query(
          'update api_token set revoked_at = now() where id = $1 and member_id = $2 and revoked_at is null returning id',
          [params.tokenId, actor.memberId],
        )
        if (rows.length === 0) throw new Refusal('token.not_found')
        await record(tx, {
          ...byMember(actor),
          action: 'api_token.revoked',
          subject: { kind: 'api_token', id: params.tokenId },
        })
        await tx.notify({ kind: 'credential_ended', id: params.tokenId })
      }),
  }
}

/** Without a session there is no cookie to ride on, but a foreign page must not sign its visitor in either. */
function refuseForeignOriginOfBrowsers(request: FastifyRequest, publicUrl: string): void {
  if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined)
    refuseForeignOrigin(request, publicUrl)
}

async function readMe(db: Database, memberId: string): Promise<Me> {
  const [row] = await db.query<MeRow>(
    `select m.id, m.email, m.name, m.role, m.password_hash is not null as has_password, o.id as organisation_id, o.name as organisation
     from member m join organisation o on o.id = m.organisation_id where m.id = $1`,
    [memberId],
  )
  if (!row) throw new Refusal('auth.required')
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    permissions: permissionsOf(row.role),
    organisation: { id: row.organisation_id, name: row.organisation },
    mustSetPassword: !row.has_password,
  }
}

async function setUp(
  db: Database,
  actor: MemberActor,
  wish: { name: string; email: string; password?: string | undefined; currentPassword?: string | undefined },
): Promise<void> {
  const [row] = await db.query<Row & { password_hash: string | null }>(
    'select password_hash from member where id = $1',
    [actor.memberId],
  )
  const current = row?.password_hash ?? null
  if (current !== null && !(await verify(current, wish.currentPassword ?? ''))) {
    throw new Refusal('auth.wrong_credentials', 'The current password is wrong', {
      errors: [{ path: 'currentPassword', message: 'wrong' }],
    })
  }
  const why = wish.password === undefined ? null : weakness(wish.password, wish.email)
  if (why) throw new Refusal('password.too_weak', why, { errors: [{ path: 'password', message: why }] })
  const hash = wish.password === undefined ? null : await hashPassword(wish.password)
  await db.transaction(async (tx) => {
    const [taken] = await tx.query('select 1 from member where lower(email) = lower($1) and id <> $2', [
      wish.email,
      actor.memberId,
    ])
    if (taken)
      throw new Refusal('request.invalid', 'Another member has this e-mail address', {
        errors: [{ path: 'email', message: 'taken' }],
      })
    await tx.query(
      'update member set name = $2, email = $3, password_hash = coalesce($4, password_hash) where id = $1',
      [actor.memberId, wish.name, wish.email, hash],
    )
    // Whoever knew the old password is signed out.
    const ended =
      hash === null
        ? []
        : await tx.query<Row & { id: string }>(
            'delete from member_session where member_id = $1 and id is distinct from $2 returning id',
            [actor.memberId, actor.sessionId],
          )
    for (const { id } of ended) await tx.notify({ kind: 'credential_ended', id })
    await record(tx, {
      ...byMember(actor),
      action: 'member.updated',
      subject: { kind: 'member', id: actor.memberId },
      details: { name: wish.name, email: wish.email, passwordChanged: hash !== null },
    })
  })
}

function endSession(db: Database, actor: MemberActor, sessionId: string): Promise<void> {
  return db.transaction(async (tx) => {
    const rows = await tx.query('delete from member_session where id = $1 and member_id = $2 returning id', [
      sessionId,
      actor.memberId,
    ])
    if (rows.length === 0) throw new Refusal('session.not_found')
    await record(tx, { ...byMember(actor), action: 'session.ended', subject: { kind: 'session', id: sessionId } })
    await tx.notify({ kind: 'credential_ended', id: sessionId })
  })
}

interface NewApiToken {
  readonly token: string
  readonly name: string
  readonly expiresAt: string | null
}

export function addApiToken(db: Database, actor: MemberActor, { token, name, expiresAt }: NewApiToken) {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<ApiTokenRow>(
      `insert into api_token (id, member_id, name, prefix, token_hash, expires_at) values ($1, $2, $3, $4, $5, $6)
       returning id, prefix, name, created_at, expires_at, last_used_at`,
      [newId(), actor.memberId, name, token.slice(0, 8), hashSecret(token), expiresAt],
    )
    const item = toApiToken(row as ApiTokenRow)
    await record(tx, {
      ...byMember(actor),
      action: 'api_token.created',
      subject: { kind: 'api_token', id: item.id },
      details: { name },
    })
    return item
  })
}

const toApiToken = (row: ApiTokenRow) => ({
  id: row.id,
  prefix: row.prefix,
  name: row.name,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
})
