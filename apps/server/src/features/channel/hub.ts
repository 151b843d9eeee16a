import {
  noticePayloadType,
  type AgentMessage,
  type Envelope,
  type Hello,
  type LiveQuery,
  type ServerMessage,
} from '@riposte/contract'
import type { SigningKey } from '../../platform/crypto/signing-key.ts'
import type { BusMessage, Database } from '../../platform/db/database.ts'
import type { CommandSource, DeviceActor } from '../../platform/device-link.ts'
import { storable } from '../../platform/http/storable.ts'
import { Challenges } from './challenges.ts'
import { CommandPush } from './command-push.ts'
import { Presence } from './presence.ts'
import { Questions } from './questions.ts'
import { readMessage } from './read-message.ts'
import { Session, type Goodbye, type Link } from './session.ts'
import { Slots } from './slots.ts'
import { takeHello } from './take-hello.ts'

export interface HubParts {
  readonly db: Database
  readonly serverId: string
  readonly signingKey: SigningKey
  readonly addresses: () => readonly { host: string; port: number }[]
  readonly policy: (organisationId: string) => Promise<Extract<ServerMessage, { kind: 'welcome' }>['policy']>
  readonly heartbeatMs: number
  readonly onError: (error: unknown) => void
}

/** Connections of one identity that have not said hello yet; probes of the channel are among them. */
const mostNewcomers = 4
const helloWithinMs = 15_000
/** Hellos that are looked at together. */
const hellosAtOnce = 8
/** They all wait for the one chain of the audit log; more at once would only keep leases and people waiting. */
const storesAtOnce = 3
/** Silence, in heartbeats, after which a connection is taken for dead. */
const silentHeartbeats = 2.5
const ticksPerHeartbeat = 4
/** Within which another server has heard that a device moved, and is through with what it was taking. */
const letGoMs = 2_000

const noCommands: CommandSource = {
  take: () => Promise.resolve(new Map()),
  again: () => Promise.resolve([]),
  store: () => Promise.resolve([]),
}

/** Every connection of an agent to this server, WebSocket or long poll: who is there, what they say, what they are sent. */
export class ChannelHub {
  readonly presence: Presence
  readonly #parts: HubParts
  readonly #sessions = new Map<string, Session>()
  readonly #newcomers = new Set<Session>()
  readonly #hellos = new Slots(hellosAtOnce)
  readonly #stores = new Slots(storesAtOnce)
  readonly #challenges: Challenges
  readonly #push: CommandPush
  readonly #questions: Questions
  #ticking: NodeJS.Timeout | undefined
  #tick = 0
  #writing = false
  #closed = false
  #source: CommandSource = noCommands

  constructor(parts: HubParts) {
    this.#parts = parts
    const { db, serverId, onError } = parts
    this.presence = new Presence({ serverId, db, onError })
    const current = (deviceId: string): Session | undefined => this.#sessions.get(deviceId)
    this.#challenges = new Challenges({ db, serverId, current, onError })
    this.#push = new CommandPush({
      source: () => this.#source,
      current,
      all: () => [...this.#sessions.keys()],
      onError,
    })
    this.#questions = new Questions({ db, current, onError })
  }

  get counts(): { connected: number; commandsSent: number } {
    return { connected: this.#sessions.size, commandsSent: this.#push.sent }
  }

  /** Who knows what the devices are due. */
  use(source: CommandSource): void {
    this.#source = source
  }

  async start(): Promise<void> {
    await this.presence.start()
    const everyMs = Math.max(20, this.#parts.heartbeatMs / ticksPerHeartbeat)
    this.#ticking = setInterval(() => this.#sweep(), everyMs).unref()
  }

  hear = (message: BusMessage): void => {
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- most of what is said on the bus is for others
    switch (message.kind) {
      case 'commands':
        this.#push.wake(message.deviceIds)
        return
      case 'devices_ended':
        for (const deviceId of message.deviceIds) this.endDevice(deviceId, message)
        return
      case 'device_query':
      case 'device_answer':
        this.#questions.hear(message)
        return
      case 'device_moved':
        this.#letGo(message)
        return
      case 'device_challenge':
      case 'device_challenged':
        this.#challenges.hear(message)
        return
      default:
      // For others.
    }
  }

  /** Messages of the bus were lost: everything that one could have said is looked for. */
  catchUp(): void {
    this.#push.wake([])
    void this.#endTheEnded().catch(this.#parts.onError)
  }

  /** @returns null when that identity has too many connections that say nothing */
  open(device: DeviceActor, link: Link): Session | null {
    const silent = [...this.#newcomers].filter((other) => other.device.deviceId === device.deviceId)
    if (this.#closed || silent.length >= mostNewcomers) return null
    const session = new Session(device, link, Date.now())
    this.#newcomers.add(session)
    return session
  }

  /** The link is gone. */
  closed(session: Session): void {
    session.over()
    this.#newcomers.delete(session)
    if (this.#sessions.get(session.device.deviceId) !== session) return
    this.#sessions.delete(session.device.deviceId)
    this.presence.left(session)
  }

  /** One message as it came. What is wrong with it ends the connection; nothing that it says may end more than that. */
  async receive(session: Session, message: unknown): Promise<void> {
    if (session.isOver()) return
    this.sign(session)
    try {
      const read = readMessage(message)
      if (read.is === 'invalid') this.end(session, { code: 'request.invalid', detail: read.why })
      else if (read.is === 'message') await this.#act(session, read.message, read.wire)
    } catch (error) {
      this.#parts.onError(error)
      this.end(session, { code: 'internal', detail: 'Something went wrong on our side; connect again' })
    }
  }

  /** It is alive. */
  sign(session: Session): void {
    session.heardAt = Date.now()
    session.fresh = true
  }

  end(session: Session, goodbye: Goodbye | null): void {
    if (session.isOver()) return
    session.link.end(goodbye)
    this.closed(session)
  }

  endDevice(deviceId: string, goodbye: Goodbye): void {
    const { code, detail } = goodbye
    for (const session of [this.#sessions.get(deviceId), ...this.#newcomers])
      if (session?.device.deviceId === deviceId) this.end(session, { code, detail })
  }

  ask(deviceId: string, query: LiveQuery): Promise<{ at: Date; rows: readonly Record<string, unknown>[] }> {
    return this.#questions.ask(deviceId, query)
  }

  /** Everybody is told to go elsewhere; agents come back by themselves. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#ticking)
    for (const session of [...this.#sessions.values(), ...this.#newcomers])
      this.end(session, { code: 'channel.restarting', detail: 'This server stops; connect again' })
    await this.#push.idle()
    await this.presence.stop()
  }

  async #act(session: Session, message: AgentMessage, wire: object): Promise<void> {
    if (message.kind === 'hello') return this.#hello(session, message)
    if (message.kind === 'probe') {
      this.#proveReached(session, message.nonce)
      return
    }
    if (session.hello === 0) {
      this.end(session, { code: 'channel.hello_first', detail: 'The first message is hello' })
      return
    }
    // Whatever comes after the hello has been answered was said by somebody who heard the answer.
    session.confirmed = true
    if (message.kind === 'heartbeat') {
      session.clockSkewMs = Date.parse(message.sentAt) - session.heardAt
      return
    }
    if (message.kind === 'answer') return this.#questions.answered(session, storable(message))
    const { reports } = wire as { readonly reports: readonly object[] }
    const reportIds = await this.#stores.run(() => this.#source.store(session.device, message.reports, reports))
    session.send({ kind: 'stored', reportIds: [...reportIds] })
  }

  async #hello(session: Session, hello: Hello): Promise<void> {
    if (session.isOver()) return
    if (session.hello !== 0) {
      this.end(session, { code: 'channel.hello_twice', detail: 'One connection has one hello' })
      return
    }
    const { db, serverId } = this.#parts
    const clockSkewMs = Date.parse(hello.sentAt) - session.heardAt
    const answer = await takeHello(
      { db, serverId, otherAlive: this.#challenges.otherAlive, slots: this.#hellos },
      session.device,
      hello,
      { by: session.link.by, clockSkewMs },
    )
    if (answer.is === 'refused') {
      this.end(session, answer.goodbye)
      return
    }
    session.hello = answer.hello
    session.runId = hello.runId
    session.clockSkewMs = clockSkewMs
    // It may have gone while it was written down.
    if (session.isOver()) {
      this.presence.left(session)
      return
    }
    this.#newcomers.delete(session)
    const before = this.#sessions.get(session.device.deviceId)
    this.#sessions.set(session.device.deviceId, session)
    if (before) this.end(before, { code: 'channel.superseded', detail: 'A newer connection took over' })
    this.presence.changed(session.device.organisationId, session.device.deviceId)
    session.send({
      kind: 'welcome',
      serverTime: new Date().toISOString(),
      hello: answer.hello,
      heartbeatMs: this.#parts.heartbeatMs,
      addresses: [...this.#parts.addresses()],
      keys: this.#parts.signingKey.announce(),
      policy: await this.#parts.policy(session.device.organisationId),
    })
    const send = (commands: readonly Envelope[]): void => this.#push.send(session, commands)
    do send(await this.#source.again(session.device.deviceId))
    while (session.missedSome())
    session.ready = true
    this.#push.wake([session.device.deviceId])
    if (answer.moved) await this.#takeOver(session)
  }

  /** Another server may have taken commands for it in this moment: they are sent once more when it has let go. An agent drops doubles. */
  async #takeOver(session: Session): Promise<void> {
    const { db, serverId, onError } = this.#parts
    const { deviceId } = session.device
    await db.transaction((tx) => tx.notify({ kind: 'device_moved', deviceId, serverId, hello: session.hello }))
    const again = async (): Promise<void> => {
      if (!session.isOver()) this.#push.send(session, await this.#source.again(deviceId))
    }
    setTimeout(() => void again().catch(onError), letGoMs).unref()
  }

  #letGo(message: Extract<BusMessage, { kind: 'device_moved' }>): void {
    const session = this.#sessions.get(message.deviceId)
    if (message.serverId === this.#parts.serverId || !session || session.hello >= message.hello) return
    this.end(session, { code: 'channel.superseded', detail: 'A newer connection took over' })
  }

  #proveReached(session: Session, nonce: string): void {
    const payload = { nonce, deviceId: session.device.deviceId, at: new Date().toISOString() }
    session.send({ kind: 'notice', envelope: this.#parts.signingKey.seal(noticePayloadType, payload).envelope })
  }

  /** One look at all of them instead of a timer for each. */
  #sweep(): void {
    const now = Date.now()
    const { heartbeatMs, onError } = this.#parts
    this.#tick += 1
    for (const session of this.#newcomers) if (now - session.openedAt > helloWithinMs) this.end(session, null)
    let index = 0
    for (const session of this.#sessions.values()) {
      index += 1
      if (now - session.heardAt > silentHeartbeats * heartbeatMs) this.end(session, null)
      // A quarter of them each time.
      else if (index % ticksPerHeartbeat === this.#tick % ticksPerHeartbeat) session.link.ping()
    }
    if (this.#writing || this.#tick % ticksPerHeartbeat !== 0) return
    const fresh = [...this.#sessions.values()].filter((session) => session.fresh)
    for (const session of fresh) session.fresh = false
    this.#writing = true
    void this.presence
      .heard(fresh)
      .catch(onError)
      .finally(() => {
        this.#writing = false
      })
  }

  async #endTheEnded(): Promise<void> {
    const ids = [...this.#sessions.keys()]
    const rows = await this.#parts.db.query<{ id: string; state: 'held' | 'retired' }>(
      `select id, state from device where id = any($1::uuid[]) and state <> 'active'`,
      [ids],
    )
    for (const { id, state } of rows) this.endDevice(id, { code: `device.${state}`, detail: `This device is ${state}` })
  }
}
