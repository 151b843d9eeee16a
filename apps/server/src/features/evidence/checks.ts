import { setTimeout as delay } from 'node:timers/promises'
import type { Transaction } from '../../platform/db/database.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { record } from '../audit/index.ts'
import { checkCopy, CopyDamaged } from './check-copy.ts'
import { appendCustody, byServer, type CustodyActor } from './custody.ts'
import type { EvidenceParts } from './parts.ts'
import { toArchive, type EvidenceRow } from './rows.ts'
import { removalSweep } from './sweep-job.ts'

const claimMs = 60_000
const renewMs = 15_000

export interface CheckOutcome {
  readonly result: 'intact' | 'damaged'
  readonly detail: string
}

/** Hashes stored copies, each by one server at a time; a claim that is not renewed (its server died) may be taken over. */
export class CopyChecks {
  readonly #parts: EvidenceParts
  readonly #running = new Map<string, Promise<CheckOutcome | null>>()

  constructor(parts: EvidenceParts) {
    this.#parts = parts
  }

  /**
   * Begins, or joins what runs here already, and waits for so long at most.
   * @returns null when it is still running, here or elsewhere @throws StoreUnavailable
   */
  async check(evidenceId: string, actor: CustodyActor, waitMs: number): Promise<CheckOutcome | null> {
    let running = this.#running.get(evidenceId)
    if (!running) {
      running = this.#run(evidenceId, actor).finally(() => this.#running.delete(evidenceId))
      this.#running.set(evidenceId, running)
      running.catch(this.#parts.onError)
    }
    const patience = new AbortController()
    try {
      return await Promise.race([
        running,
        delay(waitMs, null, { signal: patience.signal, ref: false }).catch(() => null),
      ])
    } finally {
      patience.abort()
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running.values())
  }

  async #run(evidenceId: string, actor: CustodyActor): Promise<CheckOutcome | null> {
    const { db, clock } = this.#parts
    const now = clock()
    // Finished uploads become `checking`; stored ones stay what they are while they are looked at again.
    const [row] = await db.query<EvidenceRow>(
      `update evidence set checking_until = $2, state = case when state = 'uploading' then 'checking' else state end
       where id = $1 and state in ('uploading', 'checking', 'stored') and (checking_until is null or checking_until < $3)
       returning *`,
      [evidenceId, new Date(now.getTime() + claimMs), now],
    )
    if (!row) return null
    const renewing = setInterval(() => {
      const until = new Date(clock().getTime() + claimMs)
      db.query('update evidence set checking_until = $2 where id = $1', [evidenceId, until]).catch(this.#parts.onError)
    }, renewMs).unref()
    try {
      const outcome = await this.#look(row)
      await db.transaction((tx) => this.#settle(tx, row, actor, outcome))
      return outcome
    } catch (error) {
      // Nothing is known: as it was, for another try.
      await db.query(
        `update evidence set checking_until = null, state = case when state = 'checking' then 'uploading' else state end where id = $1`,
        [evidenceId],
      )
      throw error
    } finally {
      clearInterval(renewing)
    }
  }

  async #look(row: EvidenceRow): Promise<CheckOutcome> {
    try {
      const { files, bytes } = await checkCopy(this.#parts, await toArchive(this.#parts.db, row))
      return { result: 'intact', detail: `${files} files with ${bytes} bytes have the hashes of the manifest` }
    } catch (error) {
      if (error instanceof CopyDamaged) return { result: 'damaged', detail: error.message }
      throw error
    }
  }

  async #settle(tx: Transaction, row: EvidenceRow, actor: CustodyActor, outcome: CheckOutcome): Promise<void> {
    const at = this.#parts.clock()
    const [current] = await tx.query<EvidenceRow>('select * from evidence where id = $1 for update', [row.id])
    if (!current || (current.state !== 'checking' && current.state !== 'stored')) return
    const first = current.state === 'checking'
    const intact = outcome.result === 'intact'
    if (first)
      await tx.query(
        'update evidence set state = $2, stored_at = $3, why = $4, checking_until = null, touched_at = $5 where id = $1',
        [row.id, intact ? 'stored' : 'refused', intact ? at : null, intact ? null : outcome.detail, at],
      )
    else
      await tx.query(
        'update evidence set checking_until = null, checked_at = $2, check_result = $3, check_detail = $4 where id = $1',
        [row.id, at, outcome.result, outcome.detail],
      )
    const detail = { bytes: Number(row.bytes), sha256: row.sha256, result: outcome.result, text: outcome.detail }
    const action = first ? (intact ? 'stored' : 'refused') : 'checked'
    await appendCustody(tx, row.id, { at, actor: first ? byServer : actor, action, detail })
    if (first || !intact)
      await record(tx, {
        organisationId: row.organisation_id,
        actor: { kind: 'system', id: null, name: first ? row.device_name : 'Control plane' },
        action: first ? `evidence.${action}` : 'evidence.found_damaged',
        subject: { kind: 'evidence', id: row.id },
        details: { responseId: row.response_id, deviceId: row.device_id, ...detail },
      })
    if (first && !intact) await enqueue(tx, removalSweep(at))
    await tx.notify({
      kind: 'responses',
      organisationId: row.organisation_id,
      ids: [row.response_id],
      requestIds: [],
    })
  }
}
