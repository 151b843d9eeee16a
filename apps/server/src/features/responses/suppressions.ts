import type { Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { changing, doerOf } from './change.ts'
import type { ResponseParts } from './parts.ts'

interface SuppressionRow extends Row {
  id: string
  type: string
  target: string
  subject: string
  reason: string
  until: Date
  created_by: string
}

export async function listSuppressions(parts: ResponseParts, organisationId: string) {
  const rows = await parts.db.query<SuppressionRow>(
    'select id, type, target, subject, reason, until, created_by from suppression where organisation_id = $1 and until > $2 order by until, id',
    [organisationId, parts.clock()],
  )
  return rows.map(({ created_by, until, ...row }) => ({ ...row, until: until.toISOString(), by: created_by }))
}

/** Ended and not deleted: that there was one stays known. */
export const endSuppression = (parts: ResponseParts, actor: MemberActor, id: string): Promise<void> =>
  changing(parts, doerOf(actor), async (change) => {
    const [row] = await change.tx.query<SuppressionRow>(
      'update suppression set until = $3 where id = $1 and organisation_id = $2 and until > $3 returning *',
      [id, actor.organisationId, change.now],
    )
    if (!row) throw new Refusal('suppression.not_found')
    change.audit({
      action: 'suppression.ended',
      subject: { kind: 'suppression', id },
      details: { type: row.type, target: row.target, subject: row.subject },
    })
  })
