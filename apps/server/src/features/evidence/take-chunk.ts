import { chunkHashHeader, Sha256 } from '@riposte/contract'
import { createHash } from 'node:crypto'
import type { Row } from '../../platform/db/database.ts'
import type { DeviceActor } from '../../platform/device-link.ts'
import { StoreFull, StoreUnavailable } from '../../platform/evidence-store/evidence-store.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { chunkCount, chunkSize } from './manifest-policy.ts'
import { requireExecuting } from './open-upload.ts'
import type { EvidenceParts } from './parts.ts'
import type { EvidenceRow } from './rows.ts'
import { removalSweep } from './sweep-job.ts'

export interface IncomingChunk {
  readonly evidenceId: string
  readonly index: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

/** Parts that are held in memory at once by this server. */
const mostAtOnce = 8
let atOnce = 0

/** @throws Refusal `evidence.not_found` also for what belongs to another device */
export async function findUpload(
  parts: Pick<EvidenceParts, 'db'>,
  device: DeviceActor,
  evidenceId: string,
): Promise<EvidenceRow> {
  const [row] = await parts.db.query<EvidenceRow>(
    'select * from evidence where id = $1 and device_id = $2 and organisation_id = $3',
    [evidenceId, device.deviceId, device.organisationId],
  )
  if (!row) throw new Refusal('evidence.not_found')
  return row
}

/** Stores one part: whole, of the announced size and hash, or not at all. */
export async function takeChunk(parts: EvidenceParts, device: DeviceActor, chunk: IncomingChunk): Promise<void> {
  const row = await findUpload(parts, device, chunk.evidenceId)
  const archive = { bytes: Number(row.bytes), chunkBytes: row.chunk_bytes }
  const expected = chunkSize(archive, chunk.index)
  if (expected === 0)
    throw new Refusal('evidence.chunk_refused', `The archive has ${chunkCount(archive)} parts, numbered from 0`)
  const sha256 = Sha256.safeParse(chunk.headers[chunkHashHeader])
  if (!sha256.success)
    throw new Refusal('evidence.chunk_refused', `The header ${chunkHashHeader} must be a SHA-256 in lower-case hex`)
  const known = await knownHash(parts, row.id, chunk.index)
  if (known !== null && known !== sha256.data)
    throw new Refusal('evidence.chunk_refused', 'That part came with another hash before')
  if (known === null) {
    if (row.state !== 'uploading') throw new Refusal('evidence.not_executing', 'The upload is over')
    await requireExecuting(parts.db, device, row.response_id)
  }
  if (atOnce >= mostAtOnce) throw new Refusal('request.rate_limited', undefined, { retryAfterS: 1 })
  atOnce += 1
  try {
    const bytes = await readExactly(chunk, expected)
    if (createHash('sha256').update(bytes).digest('hex') !== sha256.data)
      throw new Refusal('evidence.chunk_refused', 'The part does not have the hash of its header')
    if (known === null) await keep(parts, row, { index: chunk.index, bytes, sha256: sha256.data })
  } finally {
    atOnce -= 1
  }
}

async function knownHash(parts: EvidenceParts, evidenceId: string, index: number): Promise<string | null> {
  const [row] = await parts.db.query<Row & { sha256: string }>(
    'select sha256 from evidence_chunk where evidence_id = $1 and index = $2',
    [evidenceId, index],
  )
  return row?.sha256 ?? null
}

async function readExactly({ headers, body }: IncomingChunk, expected: number): Promise<Buffer> {
  const announced = Number(headers['content-length'] ?? expected)
  if (announced !== expected)
    throw new Refusal('evidence.chunk_refused', `This part has ${expected} bytes; ${announced} are announced`)
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body))
    throw new Refusal('request.invalid', 'A part is sent as application/octet-stream')
  const bytes = Buffer.allocUnsafe(expected)
  let at = 0
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      if (at + piece.length > expected)
        throw new Refusal('evidence.chunk_refused', `This part has ${expected} bytes; more came`)
      at += piece.copy(bytes, at)
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('evidence.chunk_refused', 'The part was cut')
  }
  if (at !== expected) throw new Refusal('evidence.chunk_refused', `This part has ${expected} bytes; ${at} came`)
  return bytes
}

async function keep(
  parts: EvidenceParts,
  row: EvidenceRow,
  chunk: { readonly index: number; readonly bytes: Buffer; readonly sha256: string },
): Promise<void> {
  await inStore(() =>
    parts.store.put(
      { organisationId: row.organisation_id, evidenceId: row.id, index: chunk.index },
      chunk.bytes,
      chunk.sha256,
    ),
  )
  const kept = await parts.db.transaction(async (tx) => {
    const [current] = await tx.query<EvidenceRow>('select * from evidence where id = $1 for update', [row.id])
    if (current?.state !== 'uploading') {
      // It ended meanwhile, perhaps after its parts were removed: this one goes too.
      await tx.query('update evidence set removed_at = null where id = $1', [row.id])
      await enqueue(tx, removalSweep(parts.clock()))
      return null
    }
    await tx.query(
      'insert into evidence_chunk (evidence_id, index, bytes, sha256) values ($1, $2, $3, $4) on conflict do nothing',
      [row.id, chunk.index, chunk.bytes.length, chunk.sha256],
    )
    await tx.query('update evidence set touched_at = $2 where id = $1', [row.id, parts.clock()])
    const [stored] = await tx.query<Row & { sha256: string }>(
      'select sha256 from evidence_chunk where evidence_id = $1 and index = $2',
      [row.id, chunk.index],
    )
    return stored?.sha256 ?? null
  })
  if (kept === null) throw new Refusal('evidence.not_executing', 'The upload is over')
  if (kept !== chunk.sha256) throw new Refusal('evidence.chunk_refused', 'That part came with another hash before')
}

/** What the store cannot do becomes an answer that a program can act on. */
export async function inStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StoreFull) throw new Refusal('evidence.store_full', error.message, { retryAfterS: 60 })
    if (error instanceof StoreUnavailable)
      throw new Refusal('evidence.store_unavailable', error.message, { retryAfterS: 5 })
    throw error
  }
}
