import type { Database, Row } from '../../platform/db/database.ts'
import { readNumberCursor } from '../../platform/http/number-cursor.ts'
import type { Handlers } from '../../platform/http/handler.ts'

type AuditHandlers = Pick<Handlers, 'audit'>

interface AuditRow extends Row {
  sequence: string
  at: Date
  actor: { kind: 'member' | 'token' | 'project' | 'system'; id: string | null; name: string }
  action: string
  subject: { kind: string; id: string }
  details: Record<string, unknown>
}

export const auditRoutes = (db: Database): AuditHandlers => ({
  audit: async ({ actor, query }) => {
    const before = readNumberCursor(query.cursor, Number.MAX_SAFE_INTEGER)
    const rows = await db.query<AuditRow>(
      'select sequence, at, actor, action, subject, details from audit_entry where organisation_id = $1 and sequence < $2 order by sequence desc limit $3',
      [actor.organisationId, before, query.limit + 1],
    )
    const items = rows
      .slice(0, query.limit)
      .map((row) => ({ ...row, sequence: Number(row.sequence), at: row.at.toISOString() }))
    return { items, nextCursor: rows.length > query.limit ? String(items.at(-1)?.sequence) : null }
  },
})
