import type { Role } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'

export interface VoteRow extends Row {
  request_id: string
  version: number
  member_id: string
  member_name: string
  decision: 'approve' | 'reject'
  digest: string
  reason: string
  at: Date
  /** Of this moment; null when the member was removed. */
  role: Role | null
}

export const readVotes = (db: Queryable, requestIds: readonly string[]): Promise<VoteRow[]> =>
  db.query<VoteRow>(
    `select v.request_id, v.version, v.member_id, v.member_name, v.decision, v.digest, v.reason, v.at,
            case when m.removed_at is null then m.role end as role
     from response_vote v join member m on m.id = v.member_id where v.request_id = any($1) order by v.at, v.member_id`,
    [requestIds],
  )

export const castOf = (row: VoteRow) => ({
  memberId: row.member_id,
  name: row.member_name,
  at: row.at,
  decision: row.decision,
  version: row.version,
  digest: row.digest,
  role: row.role,
})
