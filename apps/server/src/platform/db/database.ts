import pg from 'pg'

/** Rows as PostgreSQL gives them: snake case, dates as Date. */
export type Row = Record<string, unknown>

export interface Queryable {
  query<R extends Row>(text: string, values?: readonly unknown[]): Promise<R[]>
}

/** Everything in it happens or nothing does; `notify` reaches the other parts, and other servers, once it has happened. */
export interface Transaction extends Queryable {
  notify(message: BusMessage): Promise<void>
}

/** Wake-ups, small and without content: who hears one reads what changed. At most 8,000 bytes each as JSON. */
export type BusMessage =
  | { readonly kind: 'rules'; readonly projectId: string; readonly revision: number }
  | { readonly kind: 'incidents'; readonly projectId: string; readonly ids: readonly string[] }
  | { readonly kind: 'incidents_changed'; readonly projectId: string; readonly ids: readonly string[] }
  | { readonly kind: 'instances'; readonly projectId: string }
  /** A session or token that is no more: whatever it opened ends. */
  | { readonly kind: 'credential_ended'; readonly id: string }
  /** Something may be due in the job table. */
  | { readonly kind: 'jobs' }
  /** Devices changed, came or went; empty: many. */
  | { readonly kind: 'devices'; readonly organisationId: string; readonly ids: readonly string[] }
  /** Responses changed; empty lists: many. */
  | {
      readonly kind: 'responses'
      readonly organisationId: string
      readonly ids: readonly string[]
      readonly requestIds: readonly string[]
    }
  | {
      readonly kind: 'response_output'
      readonly organisationId: string
      readonly responseId: string
      readonly from: number
    }
  /** Commands wait for these devices; empty: for many, so look for all that are connected. */
  | { readonly kind: 'commands'; readonly deviceIds: readonly string[] }
  /** These devices may not be connected any more: retired or held. */
  | {
      readonly kind: 'devices_ended'
      readonly deviceIds: readonly string[]
      readonly code: string
      readonly detail: string
    }
  /** A question to the server that holds the device's connection, and its answer. */
  | { readonly kind: 'device_query'; readonly queryId: string; readonly deviceId: string; readonly query: string }
  | { readonly kind: 'device_answer'; readonly queryId: string }
  /** To the server that holds the device's older connection: does whoever is there still answer? And what it found. */
  | {
      readonly kind: 'device_challenge'
      readonly challengeId: string
      readonly deviceId: string
      readonly serverId: string
    }
  /** It said its n-th hello to that server: whoever holds an older connection of it lets go. */
  | { readonly kind: 'device_moved'; readonly deviceId: string; readonly serverId: string; readonly hello: number }
  | { readonly kind: 'device_challenged'; readonly challengeId: string; readonly runId: string | null }
  | { readonly kind: 'people'; readonly organisationId: string }
  | { readonly kind: 'scripts'; readonly organisationId: string }

export const busChannel = 'riposte'

export class Database implements Queryable {
  readonly #pool: pg.Pool

  constructor(url: string, onIdleError: (error: Error) => void) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: 20,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
    })
    // A connection that breaks while nobody uses it is replaced; without a listener it would end the process.
    this.#pool.on('error', onIdleError)
  }

  async query<R extends Row>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.#pool.query<R>(text, [...values])).rows
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    const tx: Transaction = {
      query: async <R extends Row>(text: string, values: readonly unknown[] = []) =>
        (await client.query<R>(text, [...values])).rows,
      notify: async (message) => {
        await client.query('select pg_notify($1, $2)', [busChannel, JSON.stringify(message)])
      },
    }
    try {
      await client.query('begin')
      const result = await work(tx)
      await client.query('commit')
      client.release()
      return result
    } catch (error) {
      await client.query('rollback').then(
        () => client.release(),
        (broken: unknown) => client.release(broken instanceof Error ? broken : true),
      )
      throw error
    }
  }

  close(): Promise<void> {
    return this.#pool.end()
  }
}
