import type { ConsoleEvent } from '@riposte/contract'
import type { BusMessage, Database, Row } from '../../platform/db/database.ts'
import type { EventStreams } from '../../platform/stream/event-stream.ts'
import { projectOf, sdkKey, type Snapshots } from '../config-sync/index.ts'
import { summaryColumns, toSummary, type SummaryRow } from '../incidents/index.ts'

export const consoleKey = (organisationId: string): string => `console:${organisationId}`

/** How long changes of instances are gathered before consoles hear of them. */
const instancesMs = 100

/** Turns what transactions notified into events for the consoles and apps that are connected to this server. */
export class ConsoleFeed {
  readonly #db: Database
  readonly #streams: EventStreams
  readonly #snapshots: Snapshots
  readonly #organisations = new Map<string, string>()
  readonly #restless = new Set<string>()
  readonly #onError: (error: unknown) => void

  constructor(parts: { db: Database; streams: EventStreams; snapshots: Snapshots; onError: (error: unknown) => void }) {
    this.#db = parts.db
    this.#streams = parts.streams
    this.#snapshots = parts.snapshots
    this.#onError = parts.onError
  }

  hear = (message: BusMessage): void => {
    this.#handle(message).catch(this.#onError)
  }

  /** Messages were lost: whoever is connected is told what holds now. */
  catchUp = (): void => {
    this.#snapshots.forget()
    for (const key of this.#streams.keys()) {
      const projectId = projectOf(key)
      if (projectId === null) {
        // A console's: it reads again what it shows.
        this.#streams.send(key, 'devices', { ids: [] })
        this.#streams.send(key, 'responses', { ids: [], requestIds: [] })
        continue
      }
      this.#snapshots
        .newest(projectId)
        .then(({ revision }) => {
          this.#streams.send(key, 'config', { revision })
          return this.#tell(projectId, { name: 'rules', data: { projectId, revision } as never })
        })
        .catch(this.#onError)
    }
  }

  /** Gathered, since a thousand instances may come back at once. */
  instancesChanged = (projectId: string): void => {
    if (this.#restless.has(projectId)) return
    this.#restless.add(projectId)
    setTimeout(() => {
      this.#restless.delete(projectId)
      this.#tell(projectId, { name: 'instances', data: { projectId } as never }).catch(this.#onError)
    }, instancesMs).unref()
  }

  async #handle(message: BusMessage): Promise<void> {
    switch (message.kind) {
      case 'rules':
        this.#snapshots.forget(message.projectId)
        this.#streams.send(sdkKey(message.projectId), 'config', { revision: message.revision })
        return this.#tell(message.projectId, {
          name: 'rules',
          data: { projectId: message.projectId, revision: message.revision } as never,
        })
      case 'incidents':
        return this.#tellIncidents(message.projectId, message.ids)
      case 'incidents_changed':
        return this.#tell(message.projectId, {
          name: 'incident_changed',
          data: { projectId: message.projectId, ids: [...message.ids] } as never,
        })
      case 'credential_ended':
        this.#streams.endOf(message.id)
        return
      case 'instances': {
        this.instancesChanged(message.projectId)
        return
      }
      case 'devices':
        return this.#send(message.organisationId, { name: 'devices', data: { ids: [...message.ids] } })
      case 'responses':
        return this.#send(message.organisationId, {
          name: 'responses',
          data: { ids: [...message.ids], requestIds: [...message.requestIds] },
        })
      case 'response_output':
        return this.#sendOutput(message)
      case 'people':
        return this.#send(message.organisationId, { name: 'people', data: {} })
      case 'scripts':
        return this.#send(message.organisationId, { name: 'scripts', data: {} })
      case 'jobs':
      case 'commands':
      case 'devices_ended':
      case 'device_query':
      case 'device_answer':
      case 'device_challenge':
      case 'device_challenged':
      case 'device_moved':
        // For the features that act on them.
        return
    }
  }

  async #tellIncidents(projectId: string, ids: readonly string[]): Promise<void> {
    const rows = await this.#db.query<SummaryRow>(
      `select ${summaryColumns} from incident where id = any($1) order by sort_at`,
      [ids],
    )
    for (const row of rows) await this.#tell(projectId, { name: 'incident', data: toSummary(row) as never })
  }

  #send(organisationId: string, event: ConsoleEvent): Promise<void> {
    this.#streams.send(consoleKey(organisationId), event.name, event.data)
    return Promise.resolve()
  }

  async #sendOutput(message: Extract<BusMessage, { kind: 'response_output' }>): Promise<void> {
    const rows = await this.#db.query<Row & { at: Date; stream: string; text: string }>(
      'select at, stream, text from response_output where response_id = $1 and id >= $2 order by id limit 100',
      [message.responseId, message.from],
    )
    for (const { at, stream, text } of rows)
      await this.#send(message.organisationId, {
        name: 'response_output',
        data: { id: message.responseId, at: at.toISOString(), stream, text },
      })
  }

  async #tell(projectId: string, event: ConsoleEvent): Promise<void> {
    const organisationId = this.#organisations.get(projectId) ?? (await this.#organisationOf(projectId))
    if (organisationId !== undefined) this.#streams.send(consoleKey(organisationId), event.name, event.data)
  }

  async #organisationOf(projectId: string): Promise<string | undefined> {
    const [row] = await this.#db.query<{ organisation_id: string }>(
      'select organisation_id from project where id = $1',
      [projectId],
    )
    if (row) this.#organisations.set(projectId, row.organisation_id)
    return row?.organisation_id
  }
}
