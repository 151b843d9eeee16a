import type { AgentMessage, LiveQuery } from '@riposte/contract'
import { newReference } from '../../platform/crypto/secrets.ts'
import type { BusMessage, Database, Row } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { isOnline } from './presence.ts'
import type { Session } from './session.ts'

type Answer = Extract<AgentMessage, { kind: 'answer' }>
interface Reply {
  readonly at: Date
  readonly rows: readonly Record<string, unknown>[]
  readonly error: string | null
}

const answerMs = 10_000
/** Questions to one device that are under way; a person asks one at a time. */
const mostPerDevice = 8

/** Questions to a device while a person waits: asked over the connection that holds it, on whichever server that is. */
export class Questions {
  readonly #parts: {
    db: Database
    current: (deviceId: string) => Session | undefined
    onError: (error: unknown) => void
  }
  /** Asked here, whoever holds the connection. */
  readonly #asked = new Map<string, (reply: Reply) => void>()
  /** Put to a device by this server. */
  readonly #put = new Map<string, { deviceId: string; until: number }>()

  constructor(parts: {
    db: Database
    current: (deviceId: string) => Session | undefined
    onError: (error: unknown) => void
  }) {
    this.#parts = parts
  }

  /** @throws Refusal `device.offline` or `device.no_answer` */
  async ask(deviceId: string, query: LiveQuery): Promise<{ at: Date; rows: Reply['rows'] }> {
    const queryId = newReference()
    let timer: NodeJS.Timeout | undefined
    const answered = new Promise<Reply>((resolve, reject) => {
      this.#asked.set(queryId, resolve)
      timer = setTimeout(() => reject(new Refusal('device.no_answer')), answerMs).unref()
    })
    try {
      if (!this.#putTo(deviceId, queryId, query)) await this.#askOthers(deviceId, queryId, query)
      const { at, rows, error } = await answered
      if (error !== null) throw new Refusal('device.no_answer', `The device answered: ${error}`)
      return { at, rows }
    } finally {
      clearTimeout(timer)
      answered.catch(() => undefined)
      this.#asked.delete(queryId)
    }
  }

  hear(message: Extract<BusMessage, { kind: 'device_query' | 'device_answer' }>): void {
    if (message.kind === 'device_query') this.#forOther(message)
    else if (this.#asked.has(message.queryId)) void this.#fetch(message.queryId).catch(this.#parts.onError)
  }

  /** Only of whom it was asked counts. */
  async answered(session: Session, answer: Answer): Promise<void> {
    const put = this.#put.get(answer.queryId)
    if (put?.deviceId !== session.device.deviceId) return
    this.#put.delete(answer.queryId)
    const asked = this.#asked.get(answer.queryId)
    if (asked) {
      asked({ at: new Date(), rows: answer.rows, error: answer.error })
      return
    }
    await this.#parts.db.transaction(async (tx) => {
      await tx.query('insert into device_answer (query_id, device_id, rows, error) values ($1, $2, $3, $4)', [
        answer.queryId,
        put.deviceId,
        JSON.stringify(answer.rows),
        answer.error,
      ])
      await tx.notify({ kind: 'device_answer', queryId: answer.queryId })
    })
  }

  #forOther({ deviceId, queryId, query }: Extract<BusMessage, { kind: 'device_query' }>): void {
    try {
      this.#putTo(deviceId, queryId, query as LiveQuery)
    } catch (error) {
      // Too many at once: whoever asked hears nothing and says so.
      if (!(error instanceof Refusal)) this.#parts.onError(error)
    }
  }

  #putTo(deviceId: string, queryId: string, query: LiveQuery): boolean {
    const session = this.#parts.current(deviceId)
    if (!session) return false
    const now = Date.now()
    for (const [id, { until }] of this.#put) if (until < now) this.#put.delete(id)
    const underWay = [...this.#put.values()].filter((put) => put.deviceId === deviceId).length
    if (underWay >= mostPerDevice)
      throw new Refusal('request.rate_limited', 'That device has not answered the last questions yet', {
        retryAfterS: 5,
      })
    this.#put.set(queryId, { deviceId, until: now + answerMs })
    return session.send({ kind: 'query', queryId, query })
  }

  async #askOthers(deviceId: string, queryId: string, query: LiveQuery): Promise<void> {
    const [row] = await this.#parts.db.query<Row & { online: boolean }>(
      `select ${isOnline} as online
       from device d where d.id = $1 and d.state = 'active'`,
      [deviceId],
    )
    if (!row?.online) throw new Refusal('device.offline')
    await this.#parts.db.transaction((tx) => tx.notify({ kind: 'device_query', queryId, deviceId, query }))
  }

  async #fetch(queryId: string): Promise<void> {
    const [row] = await this.#parts.db.query<Row & { at: Date; rows: Record<string, unknown>[]; error: string | null }>(
      'delete from device_answer where query_id = $1 returning at, rows, error',
      [queryId],
    )
    if (row) this.#asked.get(queryId)?.(row)
  }
}
