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

/** One writer at a time per organisation, until commit: the chain has no forks and no gaps. */
export const lockChain = (tx: Transaction, organisationId: string): Promise<unknown> =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 7))', [organisationId])

/**
 * Appends to the organisation's log, in the transaction of the change that it records. Each entry's hash covers the one before,
 * so that a change, a gap or a new order shows.
 */
export async function record(tx: Transaction, event: AuditEvent): Promise<void> {
  await lockChain(tx, event.organisationId)
  const [last] = await tx.query<Row & { sequence: string | null; hash: string | null; at: Date }>(
    `select e.sequence, e.hash, date_trunc('milliseconds', clock_timestamp()) as at
     from (select 1) one left join lateral (select sequence, hash from audit_entry where organisation_id = $1 order by sequence desc limit 1) e on true`,
    [event.organisationId],
  )
  const entry = {
    sequence: Number(last?.sequence ?? 0) + 1,
    at: (last?.at ?? new Date()).toISOString(),
    actor: event.actor,
    action: event.action,
    subject: event.subject,
    // As it is read back: what JSON leaves out or writes otherwise must not be in the hash.
    details: JSON.parse(JSON.stringify(event.details ?? {})) as Record<string, unknown>,
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

/** Appends many entries of one organisation, in their order, with as many statements as one takes. */
export async function recordMany(
  tx: Transaction,
  organisationId: string,
  events: readonly Omit<AuditEvent, 'organisationId'>[],
): Promise<void> {
  if (events.length === 0) return
  await lockChain(tx, organisationId)
  const [last] = await tx.query<Row & { sequence: string; hash: string; at: Date }>(
    `select (select date_trunc('milliseconds', clock_timestamp())) as at, coalesce(e.sequence, 0) as sequence, coalesce(e.hash, $2) as hash
     from (select 1) one left join lateral (select sequence, hash from audit_entry where organisation_id = $1 order by sequence desc limit 1) e on true`,
    [organisationId, firstHash],
  )
  const at = (last?.at ?? new Date()).toISOString()
  let sequence = Number(last?.sequence ?? 0)
  let previous = last?.hash ?? firstHash
  const rows = events.map((event) => {
    sequence += 1
    // As it is read back: what JSON leaves out must not be in the hash either.
    const details = JSON.parse(JSON.stringify(event.details ?? {})) as Record<string, unknown>
    const entry = { sequence, at, actor: event.actor, action: event.action, subject: event.subject, details }
    const row = { ...entry, previous_hash: previous, hash: chainHash(previous, entry) }
    previous = row.hash
    return row
  })
  await tx.query(
    `insert into audit_entry (organisation_id, sequence, at, actor, action, subject, details, previous_hash, hash)
     select $1, sequence, at, actor, action, subject, details, previous_hash, hash
     from jsonb_to_recordset($2::jsonb) as e (sequence bigint, at timestamptz, actor jsonb, action text, subject jsonb, details jsonb, previous_hash text, hash text)`,
    [organisationId, JSON.stringify(rows)],
  )
}

export const chainHash = (previous: string, entry: object): string =>
  createHash('sha256').update(previous).update(canonicalJson(entry)).digest('hex')
