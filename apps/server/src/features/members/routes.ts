import type { memberApi, MemberInfo, Role } from '@riposte/contract'
import { newId } from '../../platform/crypto/secrets.ts'
import type { Database, Queryable, Row, Transaction } from '../../platform/db/database.ts'
import type { HandlersOf, MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { addSignInLink } from '../access/index.ts'
import { byMember, record } from '../audit/index.ts'
import { mayChange } from './member-policy.ts'

interface MemberRow extends Row {
  id: MemberInfo['id']
  name: string
  email: string
  role: Role
  created_at: Date
  last_seen_at: Date | null
  has_password: boolean
}

export function memberRoutes(db: Database, publicUrl: string): HandlersOf<typeof memberApi> {
  const linkOf = (secret: string): string => `${publicUrl}/sign-in#token=${secret}`

  /** Reads, decides, changes and records as one. */
  const change = <T>(
    actor: MemberActor,
    memberId: string,
    edit: (tx: Transaction, member: MemberInfo) => Promise<T>,
  ): Promise<T> =>
    db.transaction(async (tx) => {
      await tx.query('select 1 from member where id = $1 for update', [memberId])
      const [member] = await readMembers(tx, actor.organisationId, memberId)
      if (!member) throw new Refusal('member.not_found')
      const why = mayChange(actor, member)
      if (why !== null) throw new Refusal('member.protected', why)
      return edit(tx, member)
    })

  return {
    listMembers: async ({ actor }) => ({ items: await readMembers(db, actor.organisationId) }),
    inviteMember: ({ actor, body }) =>
      db.transaction(async (tx) => {
        const id = newId()
        const [made] = await tx.query(
          'insert into member (id, organisation_id, email, name, role) values ($1, $2, $3, $4, $5) on conflict do nothing returning id',
          [id, actor.organisationId, body.email, body.name, body.role],
        )
        if (!made) throw new Refusal('member.exists')
        await record(tx, {
          ...byMember(actor),
          action: 'member.invited',
          subject: { kind: 'member', id },
          details: { email: body.email, role: body.role },
        })
        const secret = await addSignInLink(tx, id, byMember(actor))
        const [member] = await readMembers(tx, actor.organisationId, id)
        if (!member) throw new Refusal('member.not_found')
        return { member, signInUrl: linkOf(secret) }
      }),
    changeMember: ({ actor, params, body }) =>
      change(actor, params.memberId, async (tx, member) => {
        await tx.query('update member set role = $2 where id = $1', [member.id, body.role])
        await record(tx, {
          ...byMember(actor),
          action: 'member.role_changed',
          subject: { kind: 'member', id: member.id },
          details: { from: member.role, to: body.role },
        })
        return { ...member, role: body.role }
      }),
    newSignInLink: ({ actor, params }) =>
      change(actor, params.memberId, async (tx, member) => ({
        signInUrl: linkOf(await addSignInLink(tx, member.id, byMember(actor))),
      })),
    removeMember: ({ actor, params }) =>
      change(actor, params.memberId, async (tx, member) => {
        const ended = await tx.query<Row & { id: string }>(
          `with sessions as (delete from member_session where member_id = $1 returning id),
                tokens as (update api_token set revoked_at = now() where member_id = $1 and revoked_at is null returning id),
                links as (delete from sign_in_link where member_id = $1)
           select id from sessions union all select id from tokens`,
          [member.id],
        )
        // The row stays, since votes and requests name it; the address is free again.
        await tx.query(
          `update member set removed_at = now(), password_hash = null, email = 'removed:' || id where id = $1`,
          [member.id],
        )
        await record(tx, {
          ...byMember(actor),
          action: 'member.removed',
          subject: { kind: 'member', id: member.id },
          details: { email: member.email, role: member.role },
        })
        for (const { id } of ended) await tx.notify({ kind: 'credential_ended', id })
      }),
  }
}

async function readMembers(db: Queryable, organisationId: string, memberId?: string): Promise<MemberInfo[]> {
  const rows = await db.query<MemberRow>(
    `select m.id, m.name, m.email, m.role, m.created_at, m.password_hash is not null as has_password,
            greatest((select max(last_seen_at) from member_session where member_id = m.id), (select max(last_used_at) from api_token where member_id = m.id)) as last_seen_at
     from member m where m.organisation_id = $1 and m.removed_at is null and ($2::uuid is null or m.id = $2) order by m.created_at, m.id`,
    [organisationId, memberId ?? null],
  )
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at?.toISOString() ?? null,
    hasPassword: row.has_password,
  }))
}
