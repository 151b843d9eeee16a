import {
  standardEvidenceBudgets,
  type Evidence,
  type EvidenceFilter,
  type EvidenceItemStatus,
  type EvidenceStorage,
  type EvidenceSummary,
} from '@riposte/contract'
import type { Queryable } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { readBudgets, readUsage } from './budgets.ts'
import { readCustody } from './custody.ts'
import type { EvidenceParts } from './parts.ts'
import type { EvidenceRow, SummaryColumns } from './rows.ts'

interface SummaryRow extends SummaryColumns {
  statuses: EvidenceItemStatus[]
  profile: string
  bytes_stored: string
}

// Without the manifests, which are large.
const summaryColumns = `e.id, e.organisation_id, e.response_id, e.device_id, e.device_name, e.state, e.name, e.bytes, e.sha256, e.chunk_bytes,
  e.collector_key, e.opened_at, e.stored_at, e.deleted_at, e.why, e.checking_until, e.checked_at, e.check_result, e.check_detail,
  jsonb_path_query_array(e.manifest, '$.items[*].status') as statuses, e.manifest ->> 'profile' as profile,
  (select coalesce(sum(c.bytes), 0) from evidence_chunk c where c.evidence_id = e.id) as bytes_stored`

export function toSummary(row: SummaryRow, now: Date): EvidenceSummary {
  const items: EvidenceSummary['items'] = { ok: 0, partial: 0, failed: 0, unavailable: 0 }
  for (const status of row.statuses) items[status] += 1
  const running = row.state === 'stored' && row.checking_until !== null && row.checking_until > now
  return {
    id: row.id as EvidenceSummary['id'],
    responseId: row.response_id as EvidenceSummary['responseId'],
    device: { id: row.device_id as EvidenceSummary['device']['id'], name: row.device_name },
    state: row.state,
    name: row.name,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    bytesStored:
      row.state === 'uploading' || row.state === 'checking' || row.state === 'stored' ? Number(row.bytes_stored) : 0,
    profile: row.profile,
    items,
    openedAt: row.opened_at.toISOString(),
    storedAt: row.stored_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
    check: running
      ? { at: now.toISOString(), result: 'running', detail: 'The stored copy is being hashed' }
      : row.checked_at && row.check_result
        ? { at: row.checked_at.toISOString(), result: row.check_result, detail: row.check_detail ?? '' }
        : null,
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export async function listEvidence(
  { db, clock }: Pick<EvidenceParts, 'db' | 'clock'>,
  organisationId: string,
  { cursor, limit, ...filter }: EvidenceFilter & { cursor?: string | undefined; limit: number },
): Promise<{ items: EvidenceSummary[]; nextCursor: string | null }> {
  if (cursor !== undefined && cursor !== '' && !uuid.test(cursor))
    throw new Refusal('request.invalid', undefined, {
      errors: [{ path: 'cursor', message: 'not a cursor of this list' }],
    })
  const rows = await db.query<SummaryRow>(
    `select ${summaryColumns} from evidence e
     where e.organisation_id = $1 and ($2::uuid is null or e.id < $2) and ($3::uuid is null or e.device_id = $3)
       and ($4::uuid is null or e.response_id = $4) and ($5::text[] is null or e.state = any($5))
       and ($6::text is null or position(lower($6) in lower(e.device_name || ' ' || e.name || ' ' || e.sha256 || ' ' || e.id::text || ' ' || e.response_id::text)) > 0)
     order by e.id desc limit $7`,
    [
      organisationId,
      cursor || null,
      filter.deviceId ?? null,
      filter.responseId ?? null,
      filter.state ?? null,
      filter.text || null,
      limit + 1,
    ],
  )
  const items = rows.slice(0, limit).map((row) => toSummary(row, clock()))
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

export async function findEvidence(db: Queryable, organisationId: string, evidenceId: string): Promise<EvidenceRow> {
  const [row] = await db.query<EvidenceRow>('select * from evidence where id = $1 and organisation_id = $2', [
    evidenceId,
    organisationId,
  ])
  if (!row) throw new Refusal('evidence.not_found')
  return row
}

export async function readEvidence(
  { db, clock }: Pick<EvidenceParts, 'db' | 'clock'>,
  organisationId: string,
  evidenceId: string,
): Promise<Evidence> {
  const [row] = await db.query<SummaryRow & Pick<EvidenceRow, 'manifest'>>(
    `select ${summaryColumns}, e.manifest from evidence e where e.id = $1 and e.organisation_id = $2`,
    [evidenceId, organisationId],
  )
  if (!row) throw new Refusal('evidence.not_found')
  return {
    ...toSummary(row, clock()),
    manifest: row.manifest,
    why: row.why,
    collectorKey: row.collector_key,
    custody: await readCustody(db, evidenceId),
  }
}

export async function readStorage(parts: EvidenceParts, organisationId: string): Promise<EvidenceStorage> {
  const { budgets, updatedAt, updatedBy } = await readBudgets(parts.db, organisationId)
  const usage = await readUsage(parts.db, organisationId, null)
  return {
    store: { kind: parts.store.kind, where: parts.store.where, free: await parts.store.free().catch(() => null) },
    usedBytes: usage.fleet,
    count: usage.count,
    budgets,
    standard: standardEvidenceBudgets,
    collectorKey: parts.collector.recipient,
    updatedAt: updatedAt?.toISOString() ?? null,
    updatedBy,
  }
}
