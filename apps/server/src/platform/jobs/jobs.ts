import { newId } from '../crypto/secrets.ts'
import type { Clock } from '../clock.ts'
import type { Database, Row, Transaction } from '../db/database.ts'

export interface JobWish {
  readonly kind: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly runAt: Date
  /** While one with this key waits, another is not made. */
  readonly uniqueKey?: string
}

/** Leaves work for later, in the transaction of the change that asks for it. */
export async function enqueue(tx: Transaction, wish: JobWish): Promise<void> {
  await tx.query(
    'insert into job (id, kind, payload, run_at, unique_key) values ($1, $2, $3, $4, $5) on conflict (unique_key) do nothing',
    [newId(), wish.kind, wish.payload, wish.runAt, wish.uniqueKey ?? null],
  )
  await tx.notify({ kind: 'jobs' })
}

/** Leaves many at once. */
export async function enqueueAll(tx: Transaction, wishes: readonly JobWish[]): Promise<void> {
  if (wishes.length === 0) return
  await tx.query(
    `insert into job (id, kind, payload, run_at, unique_key)
     select * from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[], $5::text[]) on conflict (unique_key) do nothing`,
    [
      wishes.map(() => newId()),
      wishes.map(({ kind }) => kind),
      wishes.map(({ payload }) => JSON.stringify(payload)),
      wishes.map(({ runAt }) => runAt),
      wishes.map(({ uniqueKey }) => uniqueKey ?? null),
    ],
  )
  await tx.notify({ kind: 'jobs' })
}

/** Runs one job. Throwing puts it off; it is tried again, ever more rarely. */
export type JobHandler = (payload: Readonly<Record<string, unknown>>, jobId: string) => Promise<void>

interface JobRow extends Row {
  id: string
  kind: string
  payload: Record<string, unknown>
  attempts: number
}

const leaseS = 60
const batch = 50
const longestWaitMs = 30_000
const longestRetryS = 3_600

/** Takes due jobs from the one table that all servers share: each job by one server at a time, and again when that server dies. */
export class Jobs {
  readonly #db: Database
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #handlers = new Map<string, JobHandler>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | null = null
  #again = false
  #closed = false

  constructor(parts: { db: Database; clock: Clock; onError: (error: unknown) => void }) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#onError = parts.onError
  }

  on(kind: string, handler: JobHandler): void {
    this.#handlers.set(kind, handler)
  }

  /** Looks now, and from then on whenever something falls due. */
  wake = (): void => {
    if (this.#closed) return
    if (this.#running) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#running = this.#round()
      .catch(this.#onError)
      .finally(() => {
        this.#running = null
        if (this.#again) {
          this.#again = false
          this.wake()
        }
      })
  }

  /** Runs everything that is due by the clock, and returns when none is left. For tests, and at shutdown of nothing else. */
  async runDue(): Promise<void> {
    while ((await this.#takeAndRun()) > 0);
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
  }

  async #round(): Promise<void> {
    await this.runDue()
    const [next] = await this.#db.query<Row & { run_at: Date | null }>(
      'select min(greatest(run_at, coalesce(locked_until, run_at))) as run_at from job',
    )
    const wait = next?.run_at ? next.run_at.getTime() - this.#clock().getTime() : longestWaitMs
    if (!this.#closed) this.#timer = setTimeout(this.wake, Math.max(50, Math.min(wait, longestWaitMs))).unref()
  }

  async #takeAndRun(): Promise<number> {
    const now = this.#clock()
    const rows = await this.#db.query<JobRow>(
      `update job set locked_until = $1::timestamptz + make_interval(secs => $2), attempts = attempts + 1
       where id in (select id from job where run_at <= $1 and (locked_until is null or locked_until <= $1) and kind = any($4) order by run_at limit $3 for update skip locked)
       returning id, kind, payload, attempts`,
      [now, leaseS, batch, [...this.#handlers.keys()]],
    )
    for (const row of rows) await this.#run(row)
    return rows.length
  }

  async #run(row: JobRow): Promise<void> {
    try {
      await this.#handlers.get(row.kind)?.(row.payload, row.id)
      await this.#db.query('delete from job where id = $1', [row.id])
    } catch (error) {
      this.#onError(error)
      const seconds = Math.min(2 ** Math.min(row.attempts, 12), longestRetryS)
      const message = error instanceof Error ? error.message : String(error)
      await this.#db.query(
        'update job set run_at = $2::timestamptz + make_interval(secs => $3), locked_until = null, last_error = $4 where id = $1',
        [row.id, this.#clock(), seconds, message.slice(0, 1_000)],
      )
    }
  }
}
