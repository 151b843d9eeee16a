import type { Clock } from '../../platform/clock.ts'
import type { Database, Row, Transaction } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { enqueueAll, type JobWish } from '../../platform/jobs/jobs.ts'
import { recordMany, type AuditEvent } from '../audit/index.ts'

type Entry = Pick<AuditEvent, 'action' | 'subject' | 'details'>

/** Who does it, and where. */
export interface Doer {
  readonly organisationId: string
  readonly actor: AuditEvent['actor']
}

export const bySystem = (organisationId: string): Doer => ({
  organisationId,
  actor: { kind: 'system', id: null, name: 'Riposte' },
})

export const doerOf = (actor: MemberActor): Doer => ({
  organisationId: actor.organisationId,
  actor: { kind: actor.tokenId ? 'token' : 'member', id: actor.memberId, name: actor.name },
})

/** Ids that one wake-up names; with more, whoever hears it looks for itself. */
const mostNamed = 100

/**
 * One transaction of this feature: what is to be audited, woken and done later is gathered while rows change and written last, so
 * that the lock of the audit chain is always taken after the locks of rows.
 */
export class Change {
  readonly tx: Transaction
  readonly now: Date
  readonly doer: Doer
  readonly #entries: Entry[] = []
  readonly #jobs: JobWish[] = []
  readonly #responses = new Set<string>()
  readonly #requests = new Set<string>()
  readonly #devices = new Set<string>()
  readonly #events: { responseId: string; kind: string; detail: string }[] = []

  constructor(tx: Transaction, now: Date, doer: Doer) {
    this.tx = tx
    this.now = now
    this.doer = doer
  }

  audit(entry: Entry): void {
    this.#entries.push(entry)
  }

  later(job: JobWish): void {
    this.#jobs.push(job)
  }

  /** A line in the history of a response. */
  event(responseId: string, kind: string, detail = ''): void {
    this.#events.push({ responseId, kind, detail })
  }

  touch(responseId: string, requestId: string): void {
    this.#responses.add(responseId)
    this.#requests.add(requestId)
  }

  touchRequest(requestId: string): void {
    this.#requests.add(requestId)
  }

  /** There is a command for that device. */
  wake(deviceId: string): void {
    this.#devices.add(deviceId)
  }

  async finish(): Promise<void> {
    const { tx } = this
    if (this.#events.length > 0)
      await tx.query(
        `insert into response_event (response_id, at, kind, actor, detail)
         select id, $2, kind, $3, detail from unnest($1::uuid[], $4::text[], $5::text[]) with ordinality as e (id, kind, detail, place) order by place`,
        [
          this.#events.map(({ responseId }) => responseId),
          this.now,
          this.doer.actor.name,
          this.#events.map(({ kind }) => kind),
          this.#events.map(({ detail }) => detail),
        ],
      )
    await enqueueAll(tx, this.#jobs)
    await recordMany(
      tx,
      this.doer.organisationId,
      this.#entries.map((entry) => ({ ...entry, actor: this.doer.actor })),
    )
    if (this.#requests.size > 0)
      await tx.notify({
        kind: 'responses',
        organisationId: this.doer.organisationId,
        ids: this.#responses.size > mostNamed ? [] : [...this.#responses],
        requestIds: this.#requests.size > mostNamed ? [] : [...this.#requests],
      })
    if (this.#devices.size > 0)
      await tx.notify({ kind: 'commands', deviceIds: this.#devices.size > mostNamed ? [] : [...this.#devices] })
  }
}

/** Two changes that met in the wrong order: one of them was undone, and may simply be made again. */
const deadlock = '40P01'
const attempts = 4

export async function changing<T>(
  parts: { readonly db: Database; readonly clock: Clock },
  doer: Doer,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await parts.db.transaction(async (tx) => {
        const change = new Change(tx, parts.clock(), doer)
        const result = await work(change)
        await change.finish()
        return result
      })
    } catch (error) {
      if ((error as { code?: string }).code !== deadlock || attempt >= attempts) throw error
    }
  }
}

/** Before any of their responses is locked: everybody takes the locks in that order. */
export async function lockDevices(change: Change, deviceIds: readonly string[]): Promise<Set<string>> {
  const rows = await change.tx.query<Row & { id: string }>(
    `select id from device where id = any($1) and state = 'active' order by id for no key update`,
    [deviceIds],
  )
  return new Set(rows.map(({ id }) => id))
}
