import type { EvidenceManifest, EvidenceState } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'
import type { StoredArchive } from './check-copy.ts'

export interface SummaryColumns extends Row {
  id: string
  organisation_id: string
  response_id: string
  device_id: string
  device_name: string
  state: EvidenceState
  name: string
  bytes: string
  sha256: string
  chunk_bytes: number
  collector_key: string
  opened_at: Date
  stored_at: Date | null
  deleted_at: Date | null
  why: string | null
  checking_until: Date | null
  checked_at: Date | null
  check_result: 'intact' | 'damaged' | null
  check_detail: string | null
}

export interface EvidenceRow extends SummaryColumns {
  manifest: EvidenceManifest
}

export async function readChunks(db: Queryable, evidenceId: string): Promise<{ index: number; sha256: string }[]> {
  return db.query<Row & { index: number; sha256: string }>(
    'select index, sha256 from evidence_chunk where evidence_id = $1 order by index',
    [evidenceId],
  )
}

export async function toArchive(db: Queryable, row: EvidenceRow): Promise<StoredArchive> {
  const chunks = await readChunks(db, row.id)
  return {
    organisationId: row.organisation_id,
    evidenceId: row.id,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    chunkHashes: chunks.map((chunk) => chunk.sha256),
    manifest: row.manifest,
  }
}
