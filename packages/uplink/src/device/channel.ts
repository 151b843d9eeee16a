import { X509Certificate } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import type { AgentMessage, Envelope, ServerMessage } from '@riposte/contract'
import { backoffMs } from '../net/backoff.ts'
import { AddressBook, systemResolve } from './address-book.ts'
import type { ChannelMemory, ChannelOptions, ChannelStatus, DeviceChannel, HostRules } from './channel-options.ts'
import { channelTimings, type ChannelTimings } from './channel-timings.ts'
import { deviceHttp, type DeviceHttp } from './device-http.ts'
import { clientContext, dial, pinOf, type Dialled } from './dial.ts'
import type { KnownAddress } from './identity.ts'
import { openLongPoll, openWebSocket, UpgradeRefused, type ChannelLink, type LinkEvents } from './link.ts'
import { proveReached } from './prove-reached.ts'
import { readServerMessage } from './read-server-message.ts'
import { isRenewalDue, renewCertificate } from './renew-certificate.ts'
import { ServerClock } from './server-clock.ts'
import { takeNewKeys } from './take-new-keys.ts'

const hourMs = 3_600_000
const heartbeatsUntilSilent = 2.5
const quietCodes: ReadonlySet<string> = new Set(['device.held', 'device.retired'])

export const openDeviceChannel = (options: ChannelOptions): DeviceChannel => new Channel(options)

class Channel implements DeviceChannel {
  readonly http: DeviceHttp
  readonly #options: ChannelOptions
  readonly #timings: ChannelTimings
  readonly #book: AddressBook
  readonly #clock: ServerClock
  readonly #pin: string
  readonly #random: () => number
  #memory: ChannelMemory
  #context: SecureContext
  #link: ChannelLink | null = null
  #address: KnownAddress | null = null
  #ready = false
  #since: number | null = null
  #contactAt: number | null = null
  #heardAt = 0
  #helloAt = 0
  #heartbeatMs = 30_000
  #failures = 0
  #refreshedAt = -Infinity
  #pollUntil = -Infinity
  #renewedAt = -Infinity
  #unwanted: { code: string; detail: string } | null = null
  #lastProblem: string | null = null
  #timer: NodeJS.Timeout | null = null
  #stopped = true

  constructor(options: ChannelOptions) {
    this.#options = options
    this.#memory = options.memory
    this.#timings = { ...channelTimings, ...options.timings }
    this.#random = options.random ?? Math.random
    this.#book = new AddressBook(options.memory.endpoints, options.memory.known, options.resolve ?? systemResolve)
    this.#clock = new ServerClock(options.memory.newestTime, { monotonic, wall: options.wall ?? Date.now })
    this.#pin = pinOf(new X509Certificate(options.identity.authority))
    this.#context = clientContext({ ...options.identity, certificate: options.memory.certificate })
    this.http = deviceHttp(() => this.#dialAny())
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    void this.#connect()
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#link?.close()
    this.#link = null
    this.#ready = false
    this.http.close()
  }

  send(message: AgentMessage): boolean {
    if (!this.#ready || this.#link === null) return false
    this.#link.send(JSON.stringify(message))
    return true
  }

  status(): ChannelStatus {
    return {
      connected: this.#ready,
      by: this.#link?.by ?? null,
      address: this.#address,
      since: this.#since,
      lastContactAt: this.#contactAt,
      clockSkewMs: this.#clock.skewMs,
      unwanted: this.#unwanted,
      lastProblem: this.#lastProblem,
    }
  }

  now = (): number => this.#clock.now()
  addresses = (): readonly KnownAddress[] => this.#book.known()
  keys = (): readonly string[] => this.#memory.keys
  policy = (): HostRules => this.#memory.policy

  async roundTrip(timeoutMs: number): Promise<boolean> {
    const until = monotonic() + timeoutMs
    // The address in use first, then every other: one that answers is enough.
    for (const address of this.#book.known()) {
      const left = until - monotonic()
      if (left <= 0) return false
      const timeoutMs = Math.min(left, this.#timings.dialMs)
      const { deviceId } = this.#options.identity
      const dialNow = (): Promise<Dialled> => this.#dial(address, timeoutMs)
      if (await proveReached(dialNow, { deviceId, keys: this.#memory.keys, timeoutMs })) return true
    }
    return false
  }

  #dial(address: KnownAddress, timeoutMs: number): Promise<Dialled> {
    return dial({
      host: address.address,
      port: address.port,
      trust: { pin: this.#pin, newestTime: () => this.#clock.newest() },
      context: this.#context,
      timeoutMs,
    })
  }

  async #dialAny(): Promise<Dialled> {
    let problem: unknown = new Error('no address of the control plane is known')
    for (const address of this.#book.known()) {
      try {
        return await this.#dial(address, this.#timings.dialMs)
      } catch (error) {
        problem = error
      }
    }
    throw problem
  }

  /** One round over all addresses; waits before the next. */
  async #connect(): Promise<void> {
    if (this.#stopped) return
    if (this.#failures > 0 || this.#refreshDue()) await this.#refresh()
    for (const address of this.#book.known()) {
      if (this.#halted()) return
      try {
        await this.#open(address)
        return
      } catch (error) {
        this.#problem(`${address.address}:${address.port}: ${(error as Error).message}`)
      }
    }
    if (this.#book.known().length === 0) this.#problem('no name of the control plane resolves')
    this.#retry()
  }

  readonly #halted = (): boolean => this.#stopped

  async #open(address: KnownAddress): Promise<void> {
    const events = (): LinkEvents => {
      const self: { link: ChannelLink | null } = { link: null }
      return {
        alive: () => (this.#heardAt = monotonic()),
        message: (text) => this.#receive(text),
        ended: (why) => {
          if (self.link === null || self.link === this.#link || this.#link === null) this.#ended(why)
        },
      }
    }
    const poll = (): ChannelLink =>
      openLongPoll(() => this.#dial(address, this.#timings.dialMs), events(), {
        waitMs: this.#timings.pollWaitMs,
        timeoutMs: this.#timings.welcomeMs,
      })
    let link: ChannelLink
    if (this.#options.only === 'long_poll' || monotonic() < this.#pollUntil) {
      // A refused peer must be seen here, not in the middle of a poll.
      const dialled = await this.#dial(address, this.#timings.dialMs)
      dialled.socket.destroy()
      link = poll()
    } else {
      const dialled = await this.#dial(address, this.#timings.dialMs)
      try {
        link = await openWebSocket(dialled, events(), this.#timings.dialMs)
      } catch (error) {
        if (!(error instanceof UpgradeRefused)) throw error
        this.#problem(`WebSocket: ${error.message}; polling instead`)
        this.#pollUntil = monotonic() + this.#timings.retryWebSocketMs
        link = poll()
      }
    }
    if (this.#halted()) {
      link.close()
      return
    }
    this.#link = link
    this.#address = address
    this.#heardAt = this.#helloAt = monotonic()
    link.send(
      JSON.stringify({
        kind: 'hello',
        ...this.#options.hello(),
        lastHello: this.#memory.lastHello,
        sentAt: this.#wallTime(),
      } satisfies AgentMessage),
    )
    this.#wake(this.#timings.welcomeMs)
  }

  #receive(text: string): void {
    let message: ServerMessage | null
    try {
      message = readServerMessage(text)
    } catch (error) {
      this.#end(`a message that cannot be read: ${(error as Error).message.slice(0, 200)}`)
      return
    }
    if (message === null) return
    this.#contactAt = this.#clock.now()
    switch (message.kind) {
      case 'welcome': {
        this.#welcomed(message)
        return
      }
      case 'commands':
        return this.#options.onCommands?.(message.commands)
      case 'stored':
        return this.#options.onStored?.(message.reportIds)
      case 'query':
        return this.#options.onQuery?.(message.queryId, message.query)
      case 'goodbye':
        this.#unwanted = quietCodes.has(message.code) ? { code: message.code, detail: message.detail } : null
        {
          this.#end(`${message.code}: ${message.detail}`)
          return
        }
      case 'notice':
    }
  }

  #welcomed(message: Extract<ServerMessage, { kind: 'welcome' }>): void {
    this.#clock.tell(Date.parse(message.serverTime), this.#helloAt)
    this.#contactAt = this.#since = this.#clock.now()
    this.#heartbeatMs = message.heartbeatMs
    this.#book.learn(message.addresses)
    if (this.#address) this.#book.prefer(this.#address)
    this.#remember({
      lastHello: message.hello,
      newestTime: this.#clock.newest(),
      policy: message.policy,
      ...this.#newKeys(message.keys),
    })
    this.#failures = 0
    this.#unwanted = null
    this.#ready = true
    // It heard the answer: says so, for the count of hellos.
    this.send({ kind: 'heartbeat', sentAt: this.#wallTime() })
    this.#options.onReady?.()
    this.#wake(this.#heartbeatMs * (0.8 + 0.2 * this.#random()))
    if (this.#refreshDue()) void this.#refresh()
    void this.#renewWhenDue()
  }

  #newKeys(envelope: Envelope | null): Pick<ChannelMemory, 'keys' | 'keysIssuedAt'> | null {
    if (envelope === null) return null
    const taken = takeNewKeys(envelope, this.#memory)
    if (taken === 'refused')
      this.#problem('the new signing keys are not signed by one that is trusted: they are left alone')
    return taken === 'refused' ? null : taken
  }

  #remember(change: Partial<ChannelMemory>): void {
    this.#memory = { ...this.#memory, ...change, endpoints: this.#book.endpoints(), known: this.#book.known() }
    this.#options.save(this.#memory)
  }

  /** The one timer of a channel. */
  #wake(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#tick(), ms)
  }

  #tick(): void {
    if (this.#link === null) return void this.#connect()
    if (!this.#ready) {
      this.#end('the control plane did not answer hello')
      return
    }
    const silentMs = heartbeatsUntilSilent * this.#heartbeatMs
    const allowed = this.#link.by === 'long_poll' ? silentMs + this.#timings.pollWaitMs : silentMs
    if (monotonic() - this.#heardAt > allowed) {
      this.#end('the control plane fell silent')
      return
    }
    if (this.#link.by === 'long_poll' && this.#options.only === undefined && monotonic() > this.#pollUntil) {
      this.#end('trying a WebSocket again')
      return
    }
    this.send({ kind: 'heartbeat', sentAt: this.#wallTime() })
    this.#link.ping()
    if (this.#refreshDue()) void this.#refresh()
    void this.#renewWhenDue()
    this.#wake(this.#heartbeatMs * (0.8 + 0.2 * this.#random()))
  }

  #end(why: string): void {
    this.#link?.close()
    this.#ended(why)
  }

  #ended(why: string): void {
    if (this.#link === null) return
    this.#link = null
    this.#ready = false
    this.#since = null
    this.#problem(why)
    if (!this.#stopped) this.#retry()
  }

  #retry(): void {
    this.#failures += 1
    const wait = backoffMs(this.#failures, this.#random, this.#timings)
    this.#wake(this.#unwanted === null ? wait : this.#timings.unwantedMs * (0.5 + this.#random()))
  }

  #problem(problem: string): void {
    this.#lastProblem = problem
    this.#options.onProblem?.(problem)
  }

  #refreshDue(): boolean {
    return monotonic() - this.#refreshedAt > this.#timings.resolveEveryMs
  }

  async #refresh(): Promise<void> {
    this.#refreshedAt = monotonic()
    if ((await this.#book.refresh()) && !this.#stopped) this.#remember({})
  }

  /** Asked at most once an hour. */
  async #renewWhenDue(): Promise<void> {
    if (monotonic() - this.#renewedAt < hourMs || !isRenewalDue(this.#memory.certificate, this.#clock.now())) return
    this.#renewedAt = monotonic()
    try {
      const certificate = await renewCertificate(this.http, this.#options.identity)
      this.#context = clientContext({ ...this.#options.identity, certificate })
      this.#remember({ certificate })
    } catch (error) {
      this.#problem(`the certificate was not renewed: ${(error as Error).message}`)
    }
  }

  #wallTime(): string {
    return new Date((this.#options.wall ?? Date.now)()).toISOString()
  }
}

const monotonic = (): number => performance.now()
