import type { DirectoryToken } from '@riposte/contract'
import type { Clock } from '../../platform/clock.ts'
import { hashSecret, newId, newSecret } from '../../platform/crypto/secrets.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import type { DirectoryActor, MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'

interface Parts {
  readonly db: Database
  readonly clock: Clock
}

interface TokenRow extends Row {
  id: string
  organisation_id: string
  name: string
  prefix: string
  created_at: Date
  created_by: string
  expires_at: Date | null
  last_used_at: Date | null
}

const toToken = (row: TokenRow): DirectoryToken => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  expiresAt: row.expires_at?.toISOString() ?? null,
})

const prefix = 'rid_'

/** Whose token that is, at this moment; null when it is nobody's, revoked or expired. */
export const findDirectory =
  ({ db, clock }: Parts) =>
  async (secret: string): Promise<DirectoryActor | null> => {
    if (!secret.startsWith(prefix)) return null
    const [row] = await db.query<TokenRow>(
      `update directory_token set last_used_at = case when last_used_at > $2::timestamptz - interval '1 minute' then last_used_at else $2 end
       where token_hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2) returning *`,
      [hashSecret(secret), clock()],
    )
    return row ? { kind: 'directory', organisationId: row.organisation_id, tokenId: row.id, name: row.name } : null
  }

export async function listDirectoryTokens({ db }: Parts, organisationId: string): Promise<DirectoryToken[]> {
  const rows = await db.query<TokenRow>(
    'select * from directory_token where organisation_id = $1 and revoked_at is null order by created_at desc, id desc limit 500',
    [organisationId],
  )
  return rows.map(toToken)
}

export const createDirectoryToken = (
  { db, clock }: Parts,
  actor: MemberActor,
  wish: { readonly name: string; readonly days: number | null },
): Promise<{ token: string; item: DirectoryToken }> =>
  db.transaction(async (tx) => {
    const token = `${prefix}${newSecret()}`
    const now = clock()
    const expiresAt = wish.days === null ? null : new Date(now.getTime() + wish.days * 86_400_000)
    const [row] = await tx.query<TokenRow>(
      `insert into directory_token (id, organisation_id, name, prefix, token_hash, created_at, created_by, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) returning *`,
      [newId(), actor.organisationId, wish.name, token.slice(0, 10), hashSecret(token), now, actor.name, expiresAt],
    )
    const item = toToken(row as TokenRow)
    await record(tx, {
      ...byMember(actor),
      action: 'directory_token.created',
      subject: { kind: 'directory_token', id: item.id },
      details: { name: wish.name, expiresAt: item.expiresAt },
    })
    return { token, item }
  })

export const revokeDirectoryToken = ({ db, clock }: Parts, actor: MemberActor, tokenId: string): Promise<void> =>
  db.transaction(async (tx) => {
    const [row] = await tx.query<TokenRow>(
      'update directory_token set revoked_at = $3 where id = $1 and organisation_id = $2 and revoked_at is null returning *',
      [tokenId, actor.organisationId, clock()],
    )
    if (!row) throw new Refusal('directory_token.not_found')
    await record(tx, {
      ...byMember(actor),
      action: 'directory_token.revoked',
      subject: { kind: 'directory_token', id: tokenId },
      details: { name: row.name },
    })
  })
