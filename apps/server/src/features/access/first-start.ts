import { hashSecret, newId } from '../../platform/crypto/secrets.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import { record } from '../audit/index.ts'

export interface Owner {
  readonly memberId: string
  readonly organisationId: string
}

/**
 * The organisation and its owner, made once. The owner has no password: the one-time link signs in. A bootstrap token becomes an
 * API token of the owner at that moment and never again.
 */
export function ensureOwner(db: Database, bootstrapToken: string | null): Promise<Owner> {
  return db.transaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('first-start', 7))`)
    const [found] = await tx.query<Row & { id: string; organisation_id: string }>(
      `select id, organisation_id from member where role = 'owner' order by created_at limit 1`,
    )
    if (found) return { memberId: found.id, organisationId: found.organisation_id }
    const owner = { memberId: newId(), organisationId: newId() }
    await tx.query('insert into organisation (id, name) values ($1, $2)', [owner.organisationId, 'My organisation'])
    await tx.query(
      `insert into member (id, organisation_id, email, name, role) values ($1, $2, 'owner@riposte.local', 'Owner', 'owner')`,
      [owner.memberId, owner.organisationId],
    )
    await record(tx, {
      organisationId: owner.organisationId,
      actor: { kind: 'system', id: null, name: 'first start' },
      action: 'organisation.created',
      subject: { kind: 'organisation', id: owner.organisationId },
    })
    if (bootstrapToken !== null) {
      const id = newId()
      await tx.query('insert into api_token (id, member_id, name, prefix, token_hash) values ($1, $2, $3, $4, $5)', [
        id,
        owner.memberId,
        'bootstrap',
        bootstrapToken.slice(0, 4),
        hashSecret(bootstrapToken),
      ])
      await record(tx, {
        organisationId: owner.organisationId,
        actor: { kind: 'system', id: null, name: 'first start' },
        action: 'api_token.created',
        subject: { kind: 'api_token', id },
        details: { name: 'bootstrap' },
      })
    }
    return owner
  })
}
