import { enqueue, type Jobs } from '../../platform/jobs/jobs.ts'
import { chunkCount } from './manifest-policy.ts'
import { abandon } from './open-upload.ts'
import type { EvidenceParts } from './parts.ts'
import type { EvidenceRow } from './rows.ts'
import { staleMs, staleSweep, sweepKind } from './sweep-job.ts'

const batch = 20

/** Gives up uploads that stand still, and removes the parts of all that is not wanted any more. */
export async function sweepEvidence(parts: EvidenceParts): Promise<void> {
  const { db, clock, store } = parts
  for (;;) {
    const given = await db.transaction(async (tx) => {
      const rows = await tx.query<EvidenceRow>(
        `select * from evidence where state in ('uploading', 'checking') and touched_at < $1 and (checking_until is null or checking_until < $2)
         order by id limit $3 for update skip locked`,
        [new Date(clock().getTime() - staleMs), clock(), batch],
      )
      for (const row of rows) await abandon(tx, parts, row, 'Nothing more came for a day')
      return rows.length
    })
    if (given < batch) break
  }
  for (;;) {
    const rows = await db.query<EvidenceRow>(
      `select * from evidence where removed_at is null and state in ('refused', 'abandoned', 'deleted') order by id limit $1`,
      [batch],
    )
    for (const row of rows) {
      await store.remove(
        { organisationId: row.organisation_id, evidenceId: row.id },
        chunkCount({ bytes: Number(row.bytes), chunkBytes: row.chunk_bytes }),
      )
      await db.query('update evidence set removed_at = $2 where id = $1', [row.id, clock()])
    }
    if (rows.length < batch) break
  }
  // What came in later than the job that was due with this hour's key is looked at by the next.
  const [open] = await db.query<{ open: boolean }>(
    `select exists (select 1 from evidence where state in ('uploading', 'checking')) as open`,
  )
  if (open?.open) await db.transaction((tx) => enqueue(tx, staleSweep(clock())))
}

export function registerSweep(parts: EvidenceParts, jobs: Jobs): void {
  jobs.on(sweepKind, () => sweepEvidence(parts))
}
