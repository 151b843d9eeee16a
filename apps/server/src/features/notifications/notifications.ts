import type { Clock } from '../../platform/clock.ts'
import { newId } from '../../platform/crypto/secrets.ts'
import type { SecretBox } from '../../platform/crypto/secret-box.ts'
import type { Database, Row, Transaction } from '../../platform/db/database.ts'
import { enqueue, type Jobs } from '../../platform/jobs/jobs.ts'
import { openChannels, type ChannelId } from './channels/catalog.ts'
import { DeliveryFailure, type Channel } from './channels/channel.ts'
import { writeMessage, type TemplateData, type TemplateId } from './templates.ts'

export interface NotificationWish<Id extends TemplateId> {
  readonly organisationId: string
  readonly channel: ChannelId
  readonly to: string
  readonly template: Id
  readonly data: TemplateData<Id>
  readonly personId: string | null
  readonly responseId: string | null
  /** The same key twice is the same message. */
  readonly uniqueKey: string
  /** When the background begins to try; whoever waits for it delivers it earlier by `deliver`. */
  readonly from: Date
}

export interface Delivery {
  readonly state: 'waiting' | 'accepted' | 'failed'
  /** What the other side said, or why it did not work. */
  readonly detail: string | null
  readonly finishedAt: Date | null
}

interface NotificationRow extends Row {
  organisation_id: string
  channel: string
  template: string
  recipient: string
  data: unknown
  attempts: number
  created_at: Date
}

const jobKind = 'notification.send'
const claimS = 60
/** After that a message is too late to be of use. */
const longestTryMs = 24 * 3_600_000

/** Messages that are to arrive: kept in the database, tried until they are taken or a day has passed. */
export class Notifications {
  readonly #db: Database
  readonly #clock: Clock
  readonly #channels: ReadonlyMap<string, Channel>

  constructor(parts: { db: Database; box: SecretBox; clock: Clock; jobs: Jobs }) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#channels = openChannels(parts)
    parts.jobs.on(jobKind, async ({ id }) => {
      const { state, detail } = await this.deliver(String(id))
      // The job table tries again, ever more rarely.
      if (state === 'waiting') throw new Error(`A message waits: ${detail ?? 'it is being sent'}`)
    })
  }

  ready(organisationId: string, channel: ChannelId): Promise<boolean> {
    return this.#channels.get(channel)?.ready(organisationId) ?? Promise.resolve(false)
  }

  /** Leaves a message in the transaction of the change that it tells of. @returns its id, the first one's when it is there already */
  async leave<Id extends TemplateId>(tx: Transaction, wish: NotificationWish<Id>): Promise<string> {
    const [row] = await tx.query<Row & { id: string }>(
      `with made as (
         insert into notification (id, organisation_id, channel, template, recipient, person_id, response_id, data, created_at, unique_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (unique_key) do nothing returning id)
       select id from made union all select id from notification where unique_key = $10 limit 1`,
      [
        newId(),
        wish.organisationId,
        wish.channel,
        wish.template,
        wish.to,
        wish.personId,
        wish.responseId,
        wish.data,
        this.#clock(),
        wish.uniqueKey,
      ],
    )
    const id = (row as { id: string }).id
    await enqueue(tx, { kind: jobKind, payload: { id }, runAt: wish.from, uniqueKey: `${jobKind}:${id}` })
    return id
  }

  /** Tries it now, unless another server is at it or it is done. Never throws for what the other side says. */
  async deliver(id: string): Promise<Delivery> {
    const now = this.#clock()
    const [claimed] = await this.#db.query<NotificationRow>(
      `update notification set attempts = attempts + 1, claimed_until = $2::timestamptz + make_interval(secs => $3)
       where id = $1 and state = 'waiting' and (claimed_until is null or claimed_until <= $2)
       returning organisation_id, channel, template, recipient, data, attempts, created_at`,
      [id, now, claimS],
    )
    if (claimed) {
      const outcome = await this.#try(id, claimed)
      const late = now.getTime() - claimed.created_at.getTime() > longestTryMs
      const state = outcome.state === 'waiting' && late ? 'failed' : outcome.state
      await this.#db.query(
        `update notification set state = $2, detail = $3, claimed_until = null, finished_at = $4 where id = $1 and state = 'waiting'`,
        [id, state, outcome.detail, state === 'waiting' ? null : this.#clock()],
      )
    }
    return this.look(id)
  }

  async look(id: string): Promise<Delivery> {
    const [row] = await this.#db.query<
      Row & { state: Delivery['state']; detail: string | null; finished_at: Date | null }
    >('select state, detail, finished_at from notification where id = $1', [id])
    // Gone with its person or organisation: nobody waits for it.
    return row
      ? { state: row.state, detail: row.detail, finishedAt: row.finished_at }
      : { state: 'failed', detail: 'The message is not there any more', finishedAt: null }
  }

  /** Sends once, now, and tells what came of it; nothing is kept. */
  async sendNow<Id extends TemplateId>(
    organisationId: string,
    channel: ChannelId,
    message: { to: string; template: Id; data: TemplateData<Id> },
  ): Promise<{ ok: boolean; detail: string }> {
    const { to, template, data } = message
    try {
      const said = await this.#channel(channel).send(organisationId, {
        id: newId(),
        to,
        ...writeMessage(template, data),
      })
      return { ok: true, detail: `Accepted for ${to}: ${said}` }
    } catch (error) {
      if (error instanceof DeliveryFailure) return { ok: false, detail: error.message }
      throw error
    }
  }

  #channel(id: string): Channel {
    const channel = this.#channels.get(id)
    if (!channel) throw new Error(`There is no channel ${id}`)
    return channel
  }

  async #try(id: string, row: NotificationRow): Promise<Pick<Delivery, 'state' | 'detail'>> {
    try {
      const written = writeMessage(row.template, row.data)
      const detail = await this.#channel(row.channel).send(row.organisation_id, { id, to: row.recipient, ...written })
      return { state: 'accepted', detail }
    } catch (error) {
      if (error instanceof DeliveryFailure)
        return { state: error.permanent ? 'failed' : 'waiting', detail: error.message }
      await this.#db.query('update notification set claimed_until = null where id = $1', [id])
      throw error
    }
  }
}
