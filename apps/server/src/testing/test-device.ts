import {
  agentProtocol,
  channelPath,
  gatewayServerName,
  type AgentMessage,
  type Capability,
  type Enrolment,
  type EnrolmentAnswer,
  type Hello,
  type HostFacts,
  type ServerMessage,
} from '@riposte/contract'
import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import { request } from 'node:https'
import WebSocket from 'ws'
import { hashSecret, newId, newSecret } from '../platform/crypto/secrets.ts'
import type { TestApp } from './start-app.ts'

export interface Identity {
  readonly privateKey: KeyObject
  /** SPKI DER in base64. */
  readonly publicKey: string
}

export interface HttpAnswer {
  readonly status: number
  readonly body: Record<string, never>
}

/** An agent as the wire sees it, without an agent: for tests of the control plane. */
export interface TestDevice {
  readonly id: string
  readonly identity: Identity
  readonly enrolment: EnrolmentAnswer
  readonly facts: HostFacts
  /** Opens the channel, says hello unless told not to, and waits for the answer. */
  connect(options?: ConnectOptions): Promise<TestChannel>
  request(method: string, path: string, body?: unknown): Promise<HttpAnswer>
}

export interface ConnectOptions {
  readonly hello?: Partial<Hello> | false
  readonly certificate?: string
  readonly by?: 'websocket' | 'long_poll'
  /** Where; the one that enrolled it, if absent. */
  readonly server?: TestApp
}

export interface TestChannel {
  /** Every message so far. */
  readonly received: readonly ServerMessage[]
  send(message: AgentMessage | Record<string, unknown>): void
  /** As it is, without JSON. Over a WebSocket only. */
  sendRaw(data: string | Buffer): void
  /** The first message of that kind that was not handed out yet. @throws Error when none comes in time */
  next<Kind extends ServerMessage['kind']>(kind: Kind, waitMs?: number): Promise<Extract<ServerMessage, { kind: Kind }>>
  /** Its end, however it comes. */
  readonly closed: Promise<void>
  close(): void
  /** Breaks off without a word. */
  drop(): void
  /** Reads and says no more, as a host that was switched off. */
  deafen(): void
}

const waitedMs = 10_000
export const allCapabilities = (...types: string[]): Capability[] =>
  types.map((type) => ({ type, available: true, why: null }))

export const sampleFacts = (change: Partial<HostFacts> = {}): HostFacts => ({
  hostname: 'web-3',
  os: { platform: 'linux', name: 'Debian GNU/Linux 13', kernel: '6.12.0' },
  architecture: 'x64',
  machineId: randomUUID().replaceAll('-', ''),
  bootId: randomUUID(),
  addresses: ['192.0.2.10'],
  gateways: ['192.0.2.1'],
  resolvers: ['192.0.2.53'],
  agentPid: 4_242,
  nodeVersion: '24.0.0',
  ...change,
})

export function newIdentity(): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') }
}

/** A token that works once, put into the database. */
export async function makeEnrolmentToken(
  server: TestApp,
  change: { expiresAt?: Date; organisationId?: string; groups?: string[]; tags?: string[] } = {},
): Promise<string> {
  const secret = newSecret()
  const expiresAt = change.expiresAt ?? new Date(Date.now() + 3_600_000)
  await server.app.db.query(
    `insert into enrolment_token (id, organisation_id, prefix, token_hash, groups, tags, created_at, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, now(), 'test', $7)`,
    [
      newId(),
      change.organisationId ?? server.organisationId,
      secret.slice(0, 6),
      hashSecret(secret),
      change.groups ?? [],
      change.tags ?? [],
      expiresAt,
    ],
  )
  return `rie1.${'0'.repeat(64)}.${secret}`
}

export function enrolmentOf(identity: Identity, token: string, change: Partial<Enrolment> = {}): Enrolment {
  const covered = Buffer.from(`riposte-enrol:${token}:${identity.publicKey}`)
  return {
    protocol: agentProtocol,
    token,
    publicKey: identity.publicKey,
    proof: sign(null, covered, identity.privateKey).toString('base64'),
    name: 'web-3',
    agentVersion: '0.1.0',
    facts: sampleFacts(),
    capabilities: [],
    ...change,
  }
}

interface TlsChange {
  readonly key?: string
  readonly cert?: string
}

/** One request to the agents' listener. */
export function callAgents(
  server: TestApp,
  wish: { method: string; path: string; body?: unknown; headers?: Record<string, string> } & TlsChange,
): Promise<HttpAnswer> {
  const { hostname, port } = new URL(server.agentUrl)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method: wish.method,
        path: wish.path,
        headers: { ...(wish.body === undefined ? {} : { 'content-type': 'application/json' }), ...wish.headers },
        agent: false,
        // The authority is made anew for each test; what the certificate says is tested by itself.
        rejectUnauthorized: false,
        servername: gatewayServerName,
        key: wish.key,
        cert: wish.cert,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({ status: response.statusCode ?? 0, body: (text === '' ? {} : JSON.parse(text)) as never })
        })
      },
    )
    sent.on('error', reject)
    sent.end(wish.body === undefined ? undefined : JSON.stringify(wish.body))
  })
}

/** Enrols a made-up host. */
export async function enrolDevice(server: TestApp, change: Partial<Enrolment> = {}): Promise<TestDevice> {
  const identity = newIdentity()
  const wish = enrolmentOf(identity, change.token ?? (await makeEnrolmentToken(server)), change)
  const { status, body } = await callAgents(server, { method: 'POST', path: '/agent/v1/enrol', body: wish })
  if (status !== 201) throw new Error(`enrolment answered ${status}: ${JSON.stringify(body)}`)
  return asDevice(server, { identity, enrolment: body as unknown as EnrolmentAnswer, facts: wish.facts, wish })
}

function asDevice(
  server: TestApp,
  parts: { identity: Identity; enrolment: EnrolmentAnswer; facts: HostFacts; wish: Enrolment },
): TestDevice {
  const { identity, enrolment, facts, wish } = parts
  const key = identity.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  let lastHello = 0
  return {
    id: enrolment.deviceId,
    identity,
    enrolment,
    facts,
    request: (method, path, body) => callAgents(server, { method, path, body, key, cert: enrolment.certificate }),
    connect: async ({
      hello = {},
      certificate = enrolment.certificate,
      by = 'websocket',
      server: at = server,
    } = {}) => {
      const tls = { key, cert: certificate }
      const channel = by === 'websocket' ? await openWebSocket(at, tls) : openLongPoll((body) => poll(at, tls, body))
      if (hello === false) return channel
      channel.send({
        kind: 'hello',
        agentVersion: wish.agentVersion,
        runId: randomUUID(),
        lastHello,
        sentAt: new Date().toISOString(),
        facts,
        capabilities: wish.capabilities,
        sequence: 0,
        chain: { sequence: 0, hash: createHash('sha256').update('').digest('hex') },
        ...hello,
      })
      const answer = await Promise.race([channel.next('welcome'), channel.closed])
      if (answer) lastHello = answer.hello
      return channel
    },
  }
}

const poll = async (server: TestApp, tls: Required<TlsChange>, body: unknown): Promise<ServerMessage[]> => {
  const answer = await callAgents(server, { method: 'POST', path: '/agent/v1/poll', body, ...tls })
  if (answer.status !== 200) throw new Error(`poll answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return (answer.body as unknown as { messages: ServerMessage[] }).messages
}

/** Hands out messages by kind, in their order. */
class Inbox {
  readonly received: ServerMessage[] = []
  readonly #taken = new Set<ServerMessage>()
  readonly #waiting = new Set<() => void>()

  put(message: ServerMessage): void {
    this.received.push(message)
    for (const wake of this.#waiting) wake()
  }

  async next<Kind extends ServerMessage['kind']>(
    kind: Kind,
    waitMs = waitedMs,
  ): Promise<Extract<ServerMessage, { kind: Kind }>> {
    const until = Date.now() + waitMs
    for (;;) {
      const found = this.received.find((message) => message.kind === kind && !this.#taken.has(message))
      if (found) {
        this.#taken.add(found)
        return found as Extract<ServerMessage, { kind: Kind }>
      }
      const left = until - Date.now()
      if (left <= 0)
        throw new Error(`no ${kind} within ${waitMs} ms; received: ${JSON.stringify(this.received).slice(0, 2_000)}`)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          this.#waiting.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, left)
        this.#waiting.add(wake)
      })
    }
  }
}

/** A WebSocket that fails to open rejects with the status that it was answered with. */
export function openWebSocket(server: TestApp, tls: TlsChange): Promise<TestChannel> {
  const inbox = new Inbox()
  const options = { ...tls, rejectUnauthorized: false, servername: gatewayServerName, perMessageDeflate: false }
  const socket = new WebSocket(`${server.agentUrl.replace('https', 'wss')}${channelPath}`, options)
  socket.on('message', (data: Buffer) => inbox.put(JSON.parse(data.toString()) as ServerMessage))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.once('open', () =>
      resolve({
        received: inbox.received,
        send: (message) => socket.send(JSON.stringify(message)),
        sendRaw: (data) => socket.send(data),
        next: (kind, waitMs) => inbox.next(kind, waitMs),
        closed,
        close: () => socket.close(),
        drop: () => socket.terminate(),
        deafen: () => socket.pause(),
      }),
    )
  })
}

function openLongPoll(ask: (body: unknown) => Promise<ServerMessage[]>): TestChannel {
  const inbox = new Inbox()
  const session = randomUUID()
  const outbox: unknown[] = []
  let open = true
  let running = false
  let end: () => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    end = () => {
      open = false
      resolve()
    }
  })
  /** One request carries what there is up; another waits for what comes down. */
  const run = async (): Promise<void> => {
    if (running) return
    running = true
    while (open) {
      const messages = await ask({ session, waitMs: 500, messages: outbox.splice(0, 200) }).catch(() => null)
      for (const message of messages ?? []) inbox.put(message)
      if (!messages || messages.some(({ kind }) => kind === 'goodbye')) end()
    }
  }
  return {
    received: inbox.received,
    send: (message) => {
      outbox.push(message)
      void run()
    },
    sendRaw: () => {
      throw new Error('a long poll carries JSON')
    },
    next: (kind, waitMs) => inbox.next(kind, waitMs),
    closed,
    close: end,
    drop: end,
    deafen: end,
  }
}
