import { type EvidenceBudgets } from '@riposte/contract'
import { Readable } from 'node:stream'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { byMember, record } from '../audit/index.ts'
import { settingKey } from './budgets.ts'
import { decrypted, readParts } from './check-copy.ts'
import { appendCustody, custodian } from './custody.ts'
import type { EvidenceParts } from './parts.ts'
import { findEvidence } from './queries.ts'
import { toArchive, type EvidenceRow } from './rows.ts'
import { removalSweep } from './sweep-job.ts'
import { inStore } from './take-chunk.ts'

interface Deed {
  readonly actor: MemberActor
  readonly evidenceId: string
  readonly reason: string
}

export interface Download {
  readonly name: string
  readonly type: string
  /** null: not known before it is decrypted. */
  readonly bytes: number | null
  readonly stream: Readable
}

/** The archive as a stream, after the custody and audit logs have the download. @throws Refusal when there is nothing to read */
export async function downloadEvidence(
  parts: EvidenceParts,
  { actor, evidenceId, reason }: Deed,
  form: 'archive' | 'encrypted',
): Promise<Download> {
  const row = await findEvidence(parts.db, actor.organisationId, evidenceId)
  if (row.state !== 'stored') throw new Refusal('evidence.not_stored', `It is ${row.state}`)
  const archive = await toArchive(parts.db, row)
  // A store that does not answer is told of by an answer, not by a file that breaks off.
  const first = await inStore(() =>
    parts.store.get({ organisationId: row.organisation_id, evidenceId: row.id, index: 0 }),
  )
  if (first === null) throw new Refusal('evidence.not_stored', 'Its first part is missing from the store')
  await parts.db.transaction(async (tx) => {
    const [current] = await tx.query<EvidenceRow>(
      `select * from evidence where id = $1 and state = 'stored' for update`,
      [row.id],
    )
    if (!current) throw new Refusal('evidence.not_stored')
    const at = parts.clock()
    await appendCustody(tx, row.id, { at, actor: custodian(actor), action: 'downloaded', detail: { reason, form } })
    await record(tx, {
      ...byMember(actor),
      action: 'evidence.downloaded',
      subject: { kind: 'evidence', id: row.id },
      details: { reason, form, responseId: row.response_id, deviceId: row.device_id, sha256: row.sha256 },
    })
  })
  const encrypted = readParts(parts.store, archive)
  return form === 'encrypted'
    ? {
        name: row.name,
        type: 'application/octet-stream',
        bytes: archive.bytes,
        stream: Readable.from(encrypted, { objectMode: false }),
      }
    : {
        name: row.name.replace(/\.age$/, ''),
        type: 'application/gzip',
        bytes: null,
        stream: await decrypted(parts.collector, encrypted),
      }
}

/** The bytes go; manifest and logs stay. */
export async function deleteEvidence(parts: EvidenceParts, { actor, evidenceId, reason }: Deed): Promise<void> {
  await parts.db.transaction(async (tx) => {
    const [row] = await tx.query<EvidenceRow>(
      'select * from evidence where id = $1 and organisation_id = $2 for update',
      [evidenceId, actor.organisationId],
    )
    if (!row) throw new Refusal('evidence.not_found')
    if (row.state !== 'stored') throw new Refusal('evidence.not_stored', `It is ${row.state}`)
    const at = parts.clock()
    await tx.query(`update evidence set state = 'deleted', deleted_at = $2, checking_until = null where id = $1`, [
      row.id,
      at,
    ])
    const detail = { reason, sha256: row.sha256, bytes: Number(row.bytes) }
    await appendCustody(tx, row.id, { at, actor: custodian(actor), action: 'deleted', detail })
    await record(tx, {
      ...byMember(actor),
      action: 'evidence.deleted',
      subject: { kind: 'evidence', id: row.id },
      details: { ...detail, responseId: row.response_id, deviceId: row.device_id },
    })
    await enqueue(tx, removalSweep(at))
    await tx.notify({ kind: 'responses', organisationId: row.organisation_id, ids: [row.response_id], requestIds: [] })
  })
}

export async function setBudgets(parts: EvidenceParts, actor: MemberActor, budgets: EvidenceBudgets): Promise<void> {
  if (budgets.actionMb > budgets.deviceMb || budgets.deviceMb > budgets.fleetMb)
    throw new Refusal(
      'request.invalid',
      'One collection may not have more than its device, and a device no more than all',
    )
  await parts.db.transaction(async (tx) => {
    await tx.query(
      `insert into organisation_setting (organisation_id, key, value, updated_at, updated_by) values ($1, $2, $3, $4, $5)
       on conflict (organisation_id, key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
      [actor.organisationId, settingKey, budgets, parts.clock(), actor.name],
    )
    await record(tx, {
      ...byMember(actor),
      action: 'evidence_budgets.changed',
      subject: { kind: 'settings', id: settingKey },
      details: { ...budgets },
    })
  })
}
