import { execFileSync } from 'node:child_process'
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  X509Certificate,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TLSSocket } from 'node:tls'
import type { Duplex } from 'node:stream'
import {
  agentRoutes,
  canonicalJson,
  channelPath,
  commandPayloadType,
  gatewayServerName,
  noticePayloadType,
  preAuthEncoding,
  AgentMessage,
  type AgentReport,
  type Command,
  type Envelope,
  type Hello,
  type ServerMessage,
} from '@riposte/contract'
import { WebSocketServer, type WebSocket } from 'ws'

export interface GatewayDevice {
  readonly deviceId: string
  readonly organisationId: string
  readonly privateKey: string
  readonly certificate: string
  readonly authority: string
  readonly keys: readonly string[]
  readonly releaseSecret: string
}

/** The agents' side of a control plane over real TLS on loopback, with an authority of its own. */
export interface FakeGateway {
  readonly port: number
  /** Of its authority. */
  readonly pin: string
  /** SPKI DER, base64. */
  readonly signingKey: string
  /** A device with its key and certificate. @param days until the certificate ends */
  device(days?: number): GatewayDevice
  /** Signs and sends now, and again at each hello until something is reported of it. */
  issue(command: Command): void
  seal(payloadType: string, payload: unknown): Envelope
  /** To every device that is connected. */
  send(message: ServerMessage): void
  hellos(): readonly Hello[]
  /** Each once, in the order in which they came first. */
  reports(): readonly AgentReport[]
  /** How often each report id came. */
  deliveries(): ReadonlyMap<string, number>
  connections(): number
  /** `upgrades` false: WebSockets do not pass. `stores` false: reports are heard and not acknowledged. */
  behave(change: {
    readonly upgrades?: boolean
    readonly stores?: boolean
    readonly keys?: Envelope | null
    readonly serverTime?: (() => number) | null
  }): void
  cut(): void
  stop(): Promise<void>
}

const openssl = (folder: string, ...args: string[]): void =>
  void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore', timeout: 20_000 })

function makeAuthority(): {
  folder: string
  issue: (publicKey: string | null, options: { name: string; use: string; days: number }) => string
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'riposte-gateway-'))
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const authority = [
    '-addext',
    'basicConstraints=critical,CA:TRUE,pathlen:0',
    '-addext',
    'keyUsage=critical,keyCertSign',
  ]
  openssl(
    folder,
    'req',
    '-x509',
    ...curve,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '30',
    '-subj',
    '/CN=Test agents',
    ...authority,
  )
  openssl(folder, 'req', ...curve, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=any')
  return {
    folder,
    issue: (publicKey, { name, use, days }) => {
      writeFileSync(
        path.join(folder, 'ext'),
        `basicConstraints=critical,CA:FALSE\nextendedKeyUsage=${use}\nsubjectAltName=${name}\n`,
      )
      if (publicKey !== null) writeFileSync(path.join(folder, 'forced.pub'), publicKey)
      const forced = publicKey === null ? [] : ['-force_pubkey', 'forced.pub']
      const own = ['-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'issued.pem']
      openssl(folder, 'x509', '-req', ...own, '-days', String(days), '-extfile', 'ext', ...forced)
      return readFileSync(path.join(folder, 'issued.pem'), 'utf8')
    },
  }
}

export async function startFakeGateway(options: { readonly port?: number } = {}): Promise<FakeGateway> {
  const authority = makeAuthority()
  const file = (name: string): string => readFileSync(path.join(authority.folder, name), 'utf8')
  const serverCertificate = authority.issue(null, { name: `DNS:${gatewayServerName}`, use: 'serverAuth', days: 10 })
  const signing = generateKeyPairSync('ed25519')
  const signingKey = signing.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const seal = (payloadType: string, payload: unknown): Envelope => {
    const bytes = Buffer.from(canonicalJson(payload))
    const sig = sign(null, preAuthEncoding(payloadType, bytes), signing.privateKey).toString('base64')
    return { payloadType, payload: bytes.toString('base64'), signatures: [{ keyid: 'fake', sig }] }
  }
  const state = {
    upgrades: true,
    stores: true,
    keys: null as Envelope | null,
    serverTime: null as (() => number) | null,
    hello: 0,
  }
  const hellos: Hello[] = []
  const reports = new Map<string, AgentReport>()
  const deliveries = new Map<string, number>()
  const open = new Map<string, { readonly deviceId: string; readonly envelope: Envelope }>()
  /** Ways down, and whose they are. */
  const links = new Map<(message: ServerMessage) => void, string>()

  const again = (deviceId: string, reply: (message: ServerMessage) => void): void => {
    const due = [...open.values()].filter((waiting) => waiting.deviceId === deviceId)
    if (due.length > 0) reply({ kind: 'commands', commands: due.map(({ envelope }) => envelope) })
  }
  const hear = (message: AgentMessage, reply: (message: ServerMessage) => void, deviceId: string): void => {
    switch (message.kind) {
      case 'hello':
        hellos.push(message)
        state.hello += 1
        reply({
          kind: 'welcome',
          serverTime: new Date(state.serverTime?.() ?? Date.now()).toISOString(),
          hello: state.hello,
          heartbeatMs: 1_000,
          addresses: [{ host: '127.0.0.1', port }],
          keys: state.keys,
          policy: { neverBlock: [], protectedProcesses: [], isolationAllow: [] },
        })
        again(deviceId, reply)
        return
      case 'probe':
        reply({
          kind: 'notice',
          envelope: seal(noticePayloadType, { nonce: message.nonce, deviceId, at: new Date().toISOString() }),
        })
        return
      case 'reports':
        for (const report of message.reports) {
          deliveries.set(report.reportId, (deliveries.get(report.reportId) ?? 0) + 1)
          if (!state.stores) continue
          reports.set(report.reportId, reports.get(report.reportId) ?? report)
          if (report.commandId !== null) open.delete(report.commandId)
        }
        if (state.stores) reply({ kind: 'stored', reportIds: message.reports.map(({ reportId }) => reportId) })
        return
      case 'answer':
      case 'heartbeat':
    }
  }
  const deviceOf = (socket: Duplex): string =>
    /CN=([0-9a-f-]+)|device:([0-9a-f-]{36})/.exec(
      (socket as unknown as Pick<TLSSocket, 'getPeerCertificate'>).getPeerCertificate().subjectaltname ?? '',
    )?.[2] ?? ''

  const sessions = new Map<string, { readonly queue: ServerMessage[]; wake: () => void }>()
  const server = createServer(
    {
      key: file('server.key'),
      cert: serverCertificate + file('ca.pem'),
      ca: file('ca.pem'),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
    },
    (request, response) => {
      if (request.url !== agentRoutes.agentPoll.path) {
        response.writeHead(404).end('{}')
        return
      }
      let text = ''
      request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
      request.on('end', () => {
        const body = agentRoutes.agentPoll.body.safeParse(JSON.parse(text))
        if (!body.success) {
          response.writeHead(400).end('{}')
          return
        }
        const deviceId = deviceOf(request.socket)
        const session = sessions.get(body.data.session) ?? { queue: [], wake: () => undefined }
        sessions.set(body.data.session, session)
        // What comes between two polls waits for the next.
        const push = (message: ServerMessage): void => {
          session.queue.push(message)
          setImmediate(() => session.wake())
        }
        session.wake()
        const answer = (): void => {
          clearTimeout(timer)
          request.socket.off('close', answer)
          session.wake = () => undefined
          if (!response.writableEnded) response.end(JSON.stringify({ messages: session.queue.splice(0) }))
        }
        session.wake = answer
        const timer = setTimeout(answer, body.data.waitMs)
        request.socket.once('close', answer)
        const messages = body.data.messages.map((message) => AgentMessage.parse(message))
        if (messages.some(({ kind }) => kind === 'hello')) links.set(push, deviceId)
        for (const message of messages) hear(message, push, deviceId)
      })
    },
  )
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (!state.upgrades || request.url !== channelPath) {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
      return
    }
    const deviceId = deviceOf(socket)
    sockets.handleUpgrade(request, socket, head, (connection: WebSocket) => {
      const reply = (message: ServerMessage): void => connection.send(JSON.stringify(message))
      links.set(reply, deviceId)
      connection.on('error', () => undefined)
      connection.on('close', () => links.delete(reply))
      connection.on('message', (data: Buffer) =>
        hear(JSON.parse(data.toString('utf8')) as AgentMessage, reply, deviceId),
      )
    })
  })
  const connected = new Set<Duplex>()
  server.on('secureConnection', (socket: Duplex) => {
    connected.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => connected.delete(socket))
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const send = (message: ServerMessage, to?: string): void =>
    links.forEach((deviceId, link) => {
      if (to === undefined || to === deviceId) link(message)
    })
  const cut = (): void => connected.forEach((socket) => socket.destroy())

  return {
    port,
    pin: createHash('sha256')
      .update(new X509Certificate(file('ca.pem')).publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
    signingKey,
    seal,
    send: (message) => send(message),
    cut,
    device: (days = 5) => {
      const deviceId = randomUUID()
      const privateKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      const publicKey = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' }).toString()
      return {
        deviceId,
        organisationId: randomUUID(),
        privateKey,
        certificate: authority.issue(publicKey, {
          name: `URI:urn:riposte:device:${deviceId}`,
          use: 'clientAuth',
          days,
        }),
        authority: file('ca.pem'),
        keys: [signingKey],
        releaseSecret: Buffer.alloc(32, 7).toString('base64'),
      }
    },
    issue: (command) => {
      const envelope = seal(commandPayloadType, command)
      open.set(command.commandId, { deviceId: command.deviceId, envelope })
      send({ kind: 'commands', commands: [envelope] }, command.deviceId)
    },
    hellos: () => hellos,
    reports: () => [...reports.values()],
    deliveries: () => deliveries,
    connections: () => connected.size,
    behave: (change) => void Object.assign(state, change),
    stop: async () => {
      cut()
      sockets.close()
      await new Promise((resolve) => server.close(resolve))
      rmSync(authority.folder, { recursive: true, force: true })
    },
  }
}
