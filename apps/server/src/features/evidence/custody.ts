import { canonicalJson, type CustodyEntry } from '@riposte/contract'
import { createHash } from 'node:crypto'
import type { Queryable, Row, Transaction } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'

export type CustodyActor = CustodyEntry['actor']

export const custodian = (actor: MemberActor): CustodyActor => ({
  kind: actor.tokenId ? 'token' : 'member',
  id: actor.memberId,
  name: actor.name,
})
export const byServer: CustodyActor = { kind: 'system', id: null, name: 'Control plane' }

interface CustodyRow extends Row {
  sequence: number
  at: Date
  actor: CustodyActor
  action: CustodyEntry['action']
  detail: Record<string, unknown>
  hash: string
}

const firstHash = '0'.repeat(64)

/** Appends to the log of one archive, whose row the transaction holds locked: so the chain has no forks. */
export async function appendCustody(
  tx: Transaction,
  evidenceId: string,
  entry: {
    readonly at: Date
    readonly actor: CustodyActor
    readonly action: CustodyEntry['action']
    readonly detail?: Record<string, unknown>
  },
): Promise<void> {
  const [last] = await tx.query<CustodyRow>(
    'select sequence, hash from evidence_custody where evidence_id = $1 order by sequence desc limit 1',
    [evidenceId],
  )
  const sequence = (last?.sequence ?? 0) + 1
  const previous = last?.hash ?? firstHash
  const { actor, action, detail = {} } = entry
  const hash = createHash('sha256')
    .update(previous)
    .update(canonicalJson({ evidenceId, sequence, at: entry.at.toISOString(), actor, action, detail }))
    .digest('hex')
  await tx.query(
    `insert into evidence_custody (evidence_id, sequence, at, actor, action, detail, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [evidenceId, sequence, entry.at, actor, action, detail, previous, hash],
  )
}

export async function readCustody(db: Queryable, evidenceId: string): Promise<CustodyEntry[]> {
  const rows = await db.query<CustodyRow>(
    'select sequence, at, actor, action, detail, hash from evidence_custody where evidence_id = $1 order by sequence',
    [evidenceId],
  )
  return rows.map(({ sequence, at, actor, action, detail, hash }) => ({
    sequence,
    at: at.toISOString(),
    actor,
    action,
    detail,
    hash,
  }))
}
