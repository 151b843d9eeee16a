import type { Change } from './change.ts'
import type { ResponseRow } from './rows.ts'

/** What follows from being queued: agents are woken, this server's own work is left to jobs, and the end of waiting is set. */
export function queueEffects(change: Change, rows: readonly ResponseRow[]): void {
  const ends = new Map<string, Date>()
  for (const row of rows) {
    if (row.runs_here)
      change.later({
        kind: 'response.run',
        payload: { responseId: row.id },
        runAt: change.now,
        uniqueKey: `response.run:${row.id}`,
      })
    else if (row.device_id !== null) change.wake(row.device_id)
    ends.set(row.request_id, row.not_after)
  }
  for (const [requestId, notAfter] of ends)
    change.later({
      kind: 'response.expire',
      payload: { requestId },
      runAt: new Date(notAfter.getTime() + 1),
      uniqueKey: `response.expire:${requestId}:${notAfter.getTime()}`,
    })
}
