import { canonicalJson } from '@riposte/contract'
import { createHash } from 'node:crypto'
import type { Row, Transaction } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'

export interface AuditEvent {
  readonly organisationId: string
  readonly actor: {
    readonly kind: 'member' | 'token' | 'project' | 'system'
    readonly id: string | null
    readonly name: string
  }
  /** `<noun>.<past participle>`, such as `rule.created`. */
  readonly action: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly details?: Record<string, unknown>
}

export const byMember = (actor: MemberActor): Pick<AuditEvent, 'organisationId' | 'actor'> => ({
  organisationId: actor.organisationId,
  actor: { kind: actor.tokenId ? 'token' : 'member', id: actor.memberId, name: actor.name },
})

export const firstHash = '0'.repeat(64)

/**
 * Appends to the organisation's log, in the transaction of the change that it records. Each entry's hash covers the one before,
 * so that a change, a gap or a new order shows.
 */
export async function record(tx: Transaction, event: AuditEvent): Promise<void> {
  // One at a time per organisation, until commit: the chain has no forks and no gaps.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 7))', [event.organisationId])
  const [last] = await tx.query<Row & { sequence: string; hash: string }>(
    'select sequence, hash from audit_entry where organisation_id = $1 order by sequence desc limit 1',
    [event.organisationId],
  )
  const [clock] = await tx.query<Row & { at: Date }>(`select date_trunc('milliseconds', clock_timestamp()) as at`)
  const entry = {
    sequence: Number(last?.sequence ?? 0) + 1,
    at: (clock?.at ?? new Date()).toISOString(),
    actor: event.actor,
    action: event.action,
    subject: event.subject,
    details: event.details ?? {},
  }
  const previous = last?.hash ?? firstHash
  await tx.query(
    `insert into audit_entry (organisation_id, sequence, at, actor, action, subject, details, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      event.organisationId,
      entry.sequence,
      entry.at,
      entry.actor,
      entry.action,
      entry.subject,
      entry.details,
      previous,
      chainHash(previous, entry),
    ],
  )
}

export const chainHash = (previous: string, entry: object): string =>
  createHash('sha256').update(previous).update(canonicalJson(entry)).digest('hex')
