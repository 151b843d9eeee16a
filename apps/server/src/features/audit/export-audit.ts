import { auditSealPayloadType, canonicalJson, type AuditSeal, type Envelope } from '@riposte/contract'
import { createHash } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { SigningKey } from '../../platform/crypto/signing-key.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import { addCheckpoint } from './checkpoints.ts'
import { record, type AuditEvent } from './record.ts'

interface EntryRow extends Row {
  sequence: string
  at: Date
  actor: AuditEvent['actor']
  action: string
  subject: AuditEvent['subject']
  details: Record<string, unknown>
  previous_hash: string
  hash: string
}

const batch = 2_000

/** What an entry's hash covers besides the hash before it. */
export const hashedPart = (row: EntryRow): Record<string, unknown> => ({
  sequence: Number(row.sequence),
  at: row.at.toISOString(),
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  details: row.details,
})

/** Records that it is taken, signs a checkpoint over that, and gives the whole, a batch at a time. */
export async function* exportAudit(
  parts: { db: Database; clock: Clock; signingKey: SigningKey },
  by: Pick<AuditEvent, 'organisationId' | 'actor'>,
  format: 'jsonl' | 'csv',
): AsyncGenerator<string> {
  const { db, clock, signingKey } = parts
  const { organisationId } = by
  const last = await db.transaction(async (tx) => {
    await record(tx, {
      ...by,
      action: 'audit.exported',
      subject: { kind: 'organisation', id: organisationId },
      details: { format },
    })
    await addCheckpoint(tx, parts, organisationId)
    const [row] = await tx.query<Row & { sequence: string; hash: string }>(
      'select sequence, hash from audit_checkpoint where organisation_id = $1 order by sequence desc limit 1',
      [organisationId],
    )
    return { sequence: Number(row?.sequence), hash: row?.hash ?? '' }
  })
  const exportedAt = clock().toISOString()
  const signers = await db.query<Row & { public_key: string }>(
    'select public_key from audit_checkpoint where organisation_id = $1 group by public_key order by max(sequence) desc',
    [organisationId],
  )
  const header = canonicalJson({
    riposteAudit: 1,
    organisationId,
    exportedAt,
    // The one that signs the seal first.
    keys: [...new Set([signingKey.publicKey, ...signers.map((row) => row.public_key)])],
  })
  yield format === 'csv' ? csvLine(csvColumns) : `${header}\n`

  let checkpoints = 0
  for (let after = 0; after < last.sequence; after += batch) {
    const upTo = Math.min(after + batch, last.sequence)
    const range = [organisationId, after, upTo]
    const rows = await db.query<EntryRow>(
      'select * from audit_entry where organisation_id = $1 and sequence > $2 and sequence <= $3 order by sequence',
      range,
    )
    if (format === 'csv') {
      yield rows.map(toCsv).join('')
      continue
    }
    const signed = await db.query<Row & { sequence: string; envelope: Envelope }>(
      'select sequence, envelope from audit_checkpoint where organisation_id = $1 and sequence > $2 and sequence <= $3',
      range,
    )
    const bySequence = new Map(signed.map((row) => [row.sequence, row.envelope]))
    checkpoints += signed.length
    yield rows
      .map((row) => {
        const line = `{"hash":"${row.hash}","previousHash":"${row.previous_hash}","entry":${canonicalJson(hashedPart(row))}}\n`
        const checkpoint = bySequence.get(row.sequence)
        return checkpoint ? `${line}${canonicalJson({ checkpoint })}\n` : line
      })
      .join('')
  }
  if (format === 'csv') return
  const seal: AuditSeal = {
    organisationId,
    exportedAt,
    entries: last.sequence,
    hash: last.hash,
    checkpoints,
    headerSha256: createHash('sha256').update(header).digest('hex'),
  }
  yield `${canonicalJson({ seal: signingKey.seal(auditSealPayloadType, seal).envelope })}\n`
}

const csvColumns = ['sequence', 'at', 'actor', 'actor kind', 'action', 'subject kind', 'subject', 'details', 'hash']

const toCsv = (row: EntryRow): string =>
  csvLine([
    row.sequence,
    row.at.toISOString(),
    row.actor.name,
    row.actor.kind,
    row.action,
    row.subject.kind,
    row.subject.id,
    JSON.stringify(row.details),
    row.hash,
  ])

/** A cell that a spreadsheet would take for a formula is told apart by a quote. */
const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => `"${(/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`).join(',')}\r\n`
