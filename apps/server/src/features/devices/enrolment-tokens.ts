import type { deviceApi, EnrolmentToken } from '@riposte/contract'
import type { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { hashSecret, newId, newSecret } from '../../platform/crypto/secrets.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record, type AuditEvent } from '../audit/index.ts'

interface TokenRow extends Row {
  id: string
  prefix: string
  note: string
  groups: string[]
  tags: string[]
  created_at: Date
  created_by: string
  expires_at: Date
  used_at: Date | null
  used_by: string | null
}

const columns = 'id, prefix, note, groups, tags, created_at, created_by, expires_at, used_at, used_by'
const prefixLength = 6

const toToken = (row: TokenRow): z.input<typeof EnrolmentToken> => ({
  id: row.id,
  prefix: row.prefix,
  note: row.note,
  groups: row.groups,
  tags: row.tags,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  expiresAt: row.expires_at.toISOString(),
  usedAt: row.used_at?.toISOString() ?? null,
  usedBy: row.used_by,
})

/** Those that were not revoked, newest first. */
export async function listTokens(
  db: Database,
  organisationId: string,
): Promise<{ items: z.input<typeof EnrolmentToken>[] }> {
  const rows = await db.query<TokenRow>(
    `select ${columns} from enrolment_token where organisation_id = $1 and revoked_at is null order by created_at desc, id desc limit 500`,
    [organisationId],
  )
  return { items: rows.map(toToken) }
}

type Wish = z.output<(typeof deviceApi)['createEnrolmentToken']['body']>

export function createToken(
  parts: { db: Database; clock: Clock; pin: string; addresses: () => readonly { host: string; port: number }[] },
  by: Pick<AuditEvent, 'organisationId' | 'actor'>,
  wish: Wish,
): Promise<z.input<(typeof deviceApi)['createEnrolmentToken']['response']>> {
  const secret = newSecret()
  const token = `rie1.${parts.pin}.${secret}`
  const now = parts.clock()
  return parts.db.transaction(async (tx) => {
    const [row] = await tx.query<TokenRow>(
      `insert into enrolment_token (id, organisation_id, prefix, token_hash, note, groups, tags, created_at, created_by, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${columns}`,
      [
        newId(),
        by.organisationId,
        secret.slice(0, prefixLength),
        hashSecret(secret),
        wish.note,
        [...new Set(wish.groups)].sort(),
        [...new Set(wish.tags)].sort(),
        now,
        by.actor.name,
        new Date(now.getTime() + wish.hours * 3_600_000),
      ],
    )
    const item = toToken(row as TokenRow)
    await record(tx, {
      ...by,
      action: 'enrolment_token.created',
      subject: { kind: 'enrolment_token', id: item.id },
      details: {
        prefix: item.prefix,
        note: item.note,
        expiresAt: item.expiresAt,
        groups: item.groups,
        tags: item.tags,
      },
    })
    return { token, item, command: commandFor(token, parts.addresses()[0]) }
  })
}

/** What to type on the host. */
export function commandFor(token: string, address: { host: string; port: number } | undefined): string {
  const host = address?.host ?? 'CONTROL-PLANE'
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${address?.port ?? 7476}`
  return `riposte-agent enroll --url ${url} --token ${token}`
}

export const revokeToken = (
  parts: { db: Database; clock: Clock },
  actor: MemberActor,
  tokenId: string,
): Promise<void> =>
  parts.db.transaction(async (tx) => {
    const [row] = await tx.query<Row & { prefix: string; used_at: Date | null }>(
      'select prefix, used_at from enrolment_token where id = $1 and organisation_id = $2 and revoked_at is null for update',
      [tokenId, actor.organisationId],
    )
    if (!row) throw new Refusal('token.not_found')
    if (row.used_at) throw new Refusal('enrolment.token_used')
    await tx.query('update enrolment_token set revoked_at = $2 where id = $1', [tokenId, parts.clock()])
    await record(tx, {
      ...byMember(actor),
      action: 'enrolment_token.revoked',
      subject: { kind: 'enrolment_token', id: tokenId },
      details: { prefix: row.prefix },
    })
  })
