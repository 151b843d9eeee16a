import type { Database, Row } from '../../platform/db/database.ts'
import type { EventStreams } from '../../platform/stream/event-stream.ts'
import { idleDays } from '../access/index.ts'

/** How long a stream may outlive the session or token that opened it, when that ends by its own date. */
export const sweepMs = 15_000

/** Ends streams whose session or token has run out, or ended while nobody heard of it. */
export async function sweepStreams(db: Database, streams: EventStreams): Promise<void> {
  const open = streams.credentials()
  if (open.length === 0) return
  const rows = await db.query<Row & { id: string }>(
    `select id from member_session where id = any($1::uuid[]) and expires_at > now() and last_seen_at > now() - make_interval(days => $2)
     union all select id from api_token where id = any($1::uuid[]) and revoked_at is null and (expires_at is null or expires_at > now())
     union all select id from project_token where id = any($1::uuid[]) and revoked_at is null and (expires_at is null or expires_at > now())`,
    [open, idleDays],
  )
  const good = new Set(rows.map(({ id }) => id))
  for (const credential of open) if (!good.has(credential)) streams.endOf(credential)
}
