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

/**
 * Runs one job. Throwing puts it off; it is tried again, ever more rarely. It bounds its own time: as long as it runs it is nobody
 * else's. After a crash it runs again, so it must know what it has done.
 */
export type JobHandler = (payload: Readonly<Record<string, unknown>>, jobId: string) => Promise<void>

interface JobRow extends Row {
  id: string
  kind: string
  payload: Record<string, unknown>
  /** Rises each time that somebody takes it: whoever took it before has lost it. */
  attempts: number
}

interface Running {
  readonly row: JobRow
  readonly ended: Promise<void>
}

const standardLeaseMs = 60_000
/** Jobs that one server runs together. */
const mostRunning = 12
/** And of one kind: a mail server that hangs holds up mails, and nothing else. */
const mostOfOneKind = 3
const longestWaitMs = 30_000
const afterErrorMs = 2_000
const longestRetryS = 3_600

/** Takes due jobs from the one table that all servers share: each job by one server at a time, and again when that server dies. */
export class Jobs {
  readonly #db: Database
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #leaseMs: number
  readonly #handlers = new Map<string, JobHandler>()
  readonly #running = new Map<string, Running>()
  #timer: NodeJS.Timeout | undefined
  #renewing: NodeJS.Timeout | undefined
  /** Takes are made one after the other, so that no two of them fill the same place. */
  #taking: Promise<number> = Promise.resolve(0)
  #round: Promise<void> | null = null
  #again = false
  #closed = false

  constructor(parts: { db: Database; clock: Clock; onError: (error: unknown) => void; leaseMs?: number }) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#onError = parts.onError
    this.#leaseMs = parts.leaseMs ?? standardLeaseMs
  }

  on(kind: string, handler: JobHandler): void {
    this.#handlers.set(kind, handler)
  }

  /** Looks now, and from then on whenever something falls due or a place becomes free. */
  wake = (): void => {
    if (this.#closed) return
    if (this.#round) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#round = this.#lookOnce()
      .catch((error: unknown) => {
        this.#onError(error)
        this.#sleep(afterErrorMs)
      })
      .finally(() => {
        this.#round = null
        if (this.#again) {
          this.#again = false
          this.wake()
        }
      })
  }

  /** Runs everything that is due by the clock, and returns when none is left. For tests. */
  async runDue(): Promise<void> {
    while ((await this.#take()) > 0 || this.#running.size > 0)
      await Promise.race([...this.#running.values()].map(({ ended }) => ended))
  }

  /** Takes nothing any more, and waits for what runs. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#round
    await this.#taking.catch(() => 0)
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
    clearInterval(this.#renewing)
  }

  async #lookOnce(): Promise<void> {
    while ((await this.#take()) > 0);
    const kinds = [...this.#roomByKind().keys()]
    // Where there is no room, the end of what runs looks again.
    if (kinds.length === 0) {
      this.#sleep(longestWaitMs)
      return
    }
    const [next] = await this.#db.query<Row & { at: Date | null }>(
      `select least(
         (select min(due.run_at) from unnest($1::text[]) as k (kind)
            cross join lateral (select run_at from job where kind = k.kind and locked_until is null order by run_at limit 1) as due),
         (select min(locked_until) from job where locked_until is not null and kind = any($1))) as at`,
      [kinds],
    )
    this.#sleep(next?.at ? next.at.getTime() - this.#clock().getTime() : longestWaitMs)
  }

  #sleep(ms: number): void {
    clearTimeout(this.#timer)
    if (!this.#closed) this.#timer = setTimeout(this.wake, Math.max(50, Math.min(ms, longestWaitMs))).unref()
  }

  /** Kinds of which more may run, and how many more. */
  #roomByKind(): Map<string, number> {
    const free = mostRunning - this.#running.size
    const room = new Map([...this.#handlers.keys()].map((kind) => [kind, Math.min(free, mostOfOneKind)]))
    for (const { row } of this.#running.values()) room.set(row.kind, Math.min(free, (room.get(row.kind) ?? 0) - 1))
    return new Map([...room].filter(([, places]) => places > 0))
  }

  #take(): Promise<number> {
    this.#taking = this.#taking.then(
      () => this.#takeNow(),
      () => this.#takeNow(),
    )
    return this.#taking
  }

  /** @returns how many were begun */
  async #takeNow(): Promise<number> {
    const room = this.#roomByKind()
    if (this.#closed || room.size === 0) return 0
    const now = this.#clock()
    const rows = await this.#db.query<JobRow>(
      `with due as materialized (
         select found.id from unnest($3::text[], $4::int[]) as k (kind, places) cross join lateral (
           select id, run_at from job where kind = k.kind and run_at <= $1 and (locked_until is null or locked_until <= $1) and id <> all($6)
           order by run_at limit k.places for update skip locked) as found
         order by found.run_at limit $5)
       update job set locked_until = $2, attempts = attempts + 1 from due where job.id = due.id
       returning job.id, kind, payload, attempts`,
      [
        now,
        this.#leaseEnd(),
        [...room.keys()],
        [...room.values()],
        mostRunning - this.#running.size,
        // A process that was stopped for longer than a lease meets its own jobs again.
        [...this.#running.keys()],
      ],
    )
    for (const row of rows) this.#begin(row)
    return rows.length
  }

  #begin(row: JobRow): void {
    const ended = this.#run(row)
      .catch(this.#onError)
      .finally(() => {
        this.#running.delete(row.id)
        this.wake()
      })
    this.#running.set(row.id, { row, ended })
    this.#renewing ??= setInterval(() => void this.#renew().catch(this.#onError), this.#leaseMs / 3).unref()
  }

  async #run(row: JobRow): Promise<void> {
    try {
      await this.#handlers.get(row.kind)?.(row.payload, row.id)
    } catch (error) {
      this.#onError(error)
      const seconds = Math.min(2 ** Math.min(row.attempts, 12), longestRetryS)
      const message = error instanceof Error ? error.message : String(error)
      await this.#db.query(
        `update job set run_at = $3::timestamptz + make_interval(secs => $4), locked_until = null, last_error = $5
         where id = $1 and attempts = $2`,
        [row.id, row.attempts, this.#clock(), seconds, message.slice(0, 1_000)],
      )
      return
    }
    await this.#db.query('delete from job where id = $1', [row.id])
  }

  /** What still runs stays ours, however long it takes. */
  async #renew(): Promise<void> {
    const rows = [...this.#running.values()].map(({ row }) => row)
    if (rows.length === 0) return
    await this.#db.query(
      `update job set locked_until = $3 from unnest($1::uuid[], $2::int[]) as mine (id, attempts)
       where job.id = mine.id and job.attempts = mine.attempts and locked_until is not null`,
      [rows.map(({ id }) => id), rows.map(({ attempts }) => attempts), this.#leaseEnd()],
    )
  }

  #leaseEnd(): Date {
    return new Date(this.#clock().getTime() + this.#leaseMs)
  }
}
