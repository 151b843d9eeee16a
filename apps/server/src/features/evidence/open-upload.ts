import { mostEvidenceChunks, type EvidenceUpload } from '@riposte/contract'
import { newId } from '../../platform/crypto/secrets.ts'
import type { Row, Transaction } from '../../platform/db/database.ts'
import type { DeviceActor } from '../../platform/device-link.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { findUnstorable } from '../../platform/http/storable.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { record } from '../audit/index.ts'
import { readBudgets, readUsage, remaining } from './budgets.ts'
import { appendCustody, type CustodyActor } from './custody.ts'
import { archiveAllowance, chunkCount, findManifestFault } from './manifest-policy.ts'
import type { EvidenceParts } from './parts.ts'
import type { EvidenceRow } from './rows.ts'
import { removalSweep, staleSweep } from './sweep-job.ts'

/** Archives of one collection that were begun anew, before it is enough. */
const mostTries = 10

interface ResponseRow extends Row {
  status: string
  reason: string | null
  parameters: Record<string, unknown>
}

export const custodianOf = (device: DeviceActor): CustodyActor => ({
  kind: 'device',
  id: device.deviceId,
  name: device.name,
})

/** @throws Refusal unless that is a collection of this very device which is under way */
export async function requireExecuting(
  db: Pick<Transaction, 'query'>,
  device: DeviceActor,
  responseId: string,
): Promise<ResponseRow> {
  const [response] = await db.query<ResponseRow>(
    `select status, reason, parameters from response
     where id = $1 and device_id = $2 and organisation_id = $3 and type = 'collect_forensics'`,
    [responseId, device.deviceId, device.organisationId],
  )
  // The agent's word that it began travels by another way, and may come later.
  if (response?.status === 'queued') throw new Refusal('evidence.not_started', undefined, { retryAfterS: 1 })
  if (response?.status !== 'executing') throw new Refusal('evidence.not_executing')
  return response
}

/** A new upload, or the one of the same archive that is there already. */
export async function openUpload(
  parts: EvidenceParts,
  device: DeviceActor,
  upload: EvidenceUpload,
): Promise<EvidenceRow> {
  const fault = findManifestFault(upload.manifest, upload.actionId)
  if (fault !== null) throw new Refusal('request.invalid', fault)
  if (findUnstorable(upload.manifest))
    throw new Refusal('request.invalid', 'The manifest holds a NUL character or half a surrogate pair')
  if (chunkCount(upload) > mostEvidenceChunks)
    throw new Refusal('request.invalid', `An archive may have ${mostEvidenceChunks} parts; choose larger ones`)
  return parts.db.transaction(async (tx) => {
    // Budgets are counted over all archives: one opens at a time.
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 9))', [device.organisationId])
    const response = await requireExecuting(tx, device, upload.actionId)
    const earlier = await tx.query<EvidenceRow>(
      'select * from evidence where response_id = $1 order by id for update',
      [upload.actionId],
    )
    const live = earlier.find((row) => ['uploading', 'checking', 'stored'].includes(row.state))
    if (live?.sha256 === upload.sha256 && Number(live.bytes) === upload.bytes) return live
    if (live && live.state !== 'uploading') throw new Refusal('evidence.exists')
    if (earlier.length >= mostTries)
      throw new Refusal('evidence.exists', `The collection was begun ${mostTries} times; ask for a new one`)
    const { budgets } = await readBudgets(tx, device.organisationId)
    const usage = await readUsage(tx, device.organisationId, device.deviceId, live?.id ?? null)
    const allowed = archiveAllowance(remaining(budgets, usage, Number(response.parameters['budgetMb'] ?? 512)))
    if (upload.bytes > allowed)
      throw new Refusal('evidence.over_budget', `The archive has ${upload.bytes} bytes; the budgets leave ${allowed}`)
    if (live) await abandon(tx, parts, live, 'The agent began the collection anew')
    return insert(tx, parts, device, upload)
  })
}

async function insert(
  tx: Transaction,
  parts: EvidenceParts,
  device: DeviceActor,
  upload: EvidenceUpload,
): Promise<EvidenceRow> {
  const at = parts.clock()
  const [row] = await tx.query<EvidenceRow>(
    `insert into evidence (id, organisation_id, response_id, device_id, device_name, name, bytes, sha256, chunk_bytes, manifest, collector_key, opened_at, touched_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) returning *`,
    [
      newId(),
      device.organisationId,
      upload.actionId,
      device.deviceId,
      device.name,
      upload.name,
      upload.bytes,
      upload.sha256,
      upload.chunkBytes,
      upload.manifest,
      parts.collector.recipient,
      at,
    ],
  )
  if (!row) throw new Error('The insertion gave no row')
  const detail = { bytes: upload.bytes, sha256: upload.sha256, name: upload.name }
  await appendCustody(tx, row.id, { at, actor: custodianOf(device), action: 'opened', detail })
  await record(tx, {
    organisationId: device.organisationId,
    actor: { kind: 'system', id: null, name: device.name },
    action: 'evidence.opened',
    subject: { kind: 'evidence', id: row.id },
    details: { responseId: upload.actionId, deviceId: device.deviceId, ...detail },
  })
  await enqueue(tx, staleSweep(at))
  return row
}

/** Gives an upload up; its parts are removed by the sweep. The row must be locked. */
export async function abandon(
  tx: Transaction,
  parts: Pick<EvidenceParts, 'clock'>,
  row: EvidenceRow,
  why: string,
): Promise<void> {
  const at = parts.clock()
  await tx.query(`update evidence set state = 'abandoned', why = $2, checking_until = null where id = $1`, [
    row.id,
    why,
  ])
  await appendCustody(tx, row.id, {
    at,
    actor: { kind: 'system', id: null, name: 'Control plane' },
    action: 'abandoned',
    detail: { why },
  })
  await enqueue(tx, removalSweep(at))
}
