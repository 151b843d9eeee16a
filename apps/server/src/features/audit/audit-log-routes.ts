import type { auditLogApi, Envelope } from '@riposte/contract'
import { Readable } from 'node:stream'
import type { Clock } from '../../platform/clock.ts'
import type { SigningKey } from '../../platform/crypto/signing-key.ts'
import type { Database, Row } from '../../platform/db/database.ts'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { readNumberCursor } from '../../platform/http/number-cursor.ts'
import { exportAudit } from './export-audit.ts'
import { byMember } from './record.ts'

interface CheckpointRow extends Row {
  sequence: string
  hash: string
  at: Date
  envelope: Envelope
}

export const auditLogRoutes = (parts: {
  db: Database
  clock: Clock
  signingKey: SigningKey
}): HandlersOf<typeof auditLogApi> => ({
  exportAudit: ({ actor, query, reply }) => {
    void reply
      .header('content-disposition', `attachment; filename="riposte-audit.${query.format}"`)
      .type(query.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8')
    return Promise.resolve(Readable.from(exportAudit(parts, byMember(actor), query.format)))
  },
  listCheckpoints: async ({ actor, query }) => {
    const before = readNumberCursor(query.cursor, Number.MAX_SAFE_INTEGER)
    const rows = await parts.db.query<CheckpointRow>(
      'select sequence, hash, at, envelope from audit_checkpoint where organisation_id = $1 and sequence < $2 order by sequence desc limit $3',
      [actor.organisationId, before, query.limit + 1],
    )
    const items = rows
      .slice(0, query.limit)
      .map((row) => ({ ...row, sequence: Number(row.sequence), at: row.at.toISOString() }))
    return {
      items,
      nextCursor: rows.length > query.limit ? String(items.at(-1)?.sequence) : null,
      keyFingerprint: parts.signingKey.fingerprint,
    }
  },
})
