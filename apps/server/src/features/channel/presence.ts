import type { Database, Row, Transaction } from '../../platform/db/database.ts'
import type { Session } from './session.ts'

/** How often a server says that it is there, and after how long it is not believed any more. In the database's time: one clock for all servers. */
const beatMs = 5_000
export const serverGoneS = 15
/** How long changes are gathered before they are written and told. */
const gatherMs = 100
const mostAtOnce = 2_000
/** Ids in one notification; more are told as "many". */
const mostIds = 150

/** SQL: whether a device `d` is connected to a server that is alive. */
export const isOnline = `exists (select from server s where s.id = d.connected_server and s.seen_at > now() - interval '${serverGoneS} seconds')`

/** Which devices this server holds, written down in batches and taken back when it, or another server, is gone. */
export class Presence {
  readonly serverId: string
  readonly #db: Database
  readonly #onError: (error: unknown) => void
  #left: { id: string; hello: number }[] = []
  readonly #changed = new Map<string, Set<string>>()
  #gathering: NodeJS.Timeout | undefined
  #beating: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(parts: { serverId: string; db: Database; onError: (error: unknown) => void }) {
    this.serverId = parts.serverId
    this.#db = parts.db
    this.#onError = parts.onError
  }

  async start(): Promise<void> {
    await this.#beat()
    this.#beating = setInterval(() => void this.#beat().catch(this.#onError), beatMs).unref()
  }

  /** Consoles of the organisation look at that device again. */
  changed(organisationId: string, deviceId: string): void {
    const ids = this.#changed.get(organisationId) ?? new Set()
    this.#changed.set(organisationId, ids.add(deviceId))
    this.#gather()
  }

  left(session: Session): void {
    this.#left.push({ id: session.device.deviceId, hello: session.hello })
    this.changed(session.device.organisationId, session.device.deviceId)
  }

  /** One statement for many: what was heard of since the last time. */
  async heard(sessions: readonly Session[]): Promise<void> {
    for (let from = 0; from < sessions.length; from += mostAtOnce) {
      const some = sessions.slice(from, from + mostAtOnce)
      await this.#db.query(
        `update device d set last_seen_at = now(), clock_skew_ms = x.skew, hello_confirmed = greatest(d.hello_confirmed, x.confirmed)
         from unnest($1::uuid[], $2::double precision[], $3::int[]) x (id, skew, confirmed)
         where d.id = x.id and d.connected_server = $4`,
        [
          some.map((session) => session.device.deviceId),
          some.map((session) => session.clockSkewMs),
          some.map((session) => (session.confirmed ? session.hello : 0)),
          this.serverId,
        ],
      )
    }
  }

  /** Whatever is still connected here is not any more. */
  async stop(): Promise<void> {
    clearInterval(this.#beating)
    clearTimeout(this.#gathering)
    await this.#write()
    await this.#db.transaction(async (tx) => {
      await this.#forget(tx, [this.serverId])
    })
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      void this.#write().catch(this.#onError)
    }, gatherMs).unref()
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeNow())
    const done = this.#writing
    this.#writing = done.catch(() => undefined)
    return done
  }

  async #writeNow(): Promise<void> {
    const left = this.#left.splice(0)
    const changed = [...this.#changed]
    this.#changed.clear()
    if (left.length === 0 && changed.length === 0) return
    await this.#db.transaction(async (tx) => {
      // The number of the hello tells whether it has come back meanwhile.
      if (left.length > 0)
        await tx.query(
          `update device d set connected_server = null, connected_at = null, connected_by = null, last_seen_at = now()
           from unnest($1::uuid[], $2::int[]) x (id, hello)
           where d.id = x.id and d.hello_count = x.hello and d.connected_server = $3`,
          [left.map(({ id }) => id), left.map(({ hello }) => hello), this.serverId],
        )
      for (const [organisationId, ids] of changed)
        await tx.notify({ kind: 'devices', organisationId, ids: ids.size > mostIds ? [] : [...ids] })
    })
  }

  async #beat(): Promise<void> {
    await this.#db.query(
      'insert into server (id) values ($1) on conflict (id) do update set seen_at = clock_timestamp()',
      [this.serverId],
    )
    const gone = await this.#db.query<Row & { id: string }>(
      `select id from server where seen_at < now() - make_interval(secs => $1)`,
      [serverGoneS],
    )
    if (gone.length > 0)
      await this.#db.transaction((tx) =>
        this.#forget(
          tx,
          gone.map(({ id }) => id),
        ),
      )
    await this.#db.query(`delete from device_answer where at < now() - interval '1 minute'`)
  }

  async #forget(tx: Transaction, servers: readonly string[]): Promise<void> {
    const gone = await tx.query<Row & { id: string }>(
      // Only who is still silent, and by one of us.
      `delete from server where id in (select id from server where id = any($1::uuid[]) and (id = $2 or seen_at < now() - make_interval(secs => $3)) for update skip locked) returning id`,
      [servers, this.serverId, serverGoneS],
    )
    if (gone.length === 0) return
    const organisations = await tx.query<Row & { organisation_id: string }>(
      `with lost as (
         update device set connected_server = null, connected_at = null, connected_by = null
         where connected_server = any($1::uuid[]) returning organisation_id
       ) select distinct organisation_id from lost`,
      [gone.map(({ id }) => id)],
    )
    for (const { organisation_id } of organisations)
      await tx.notify({ kind: 'devices', organisationId: organisation_id, ids: [] })
  }
}
