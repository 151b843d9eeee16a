import { createHash, generateKeyPairSync, randomBytes, randomInt, randomUUID, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ConfigSnapshot, IncidentBatchAnswer, ProjectType } from '@riposte/contract'
import {
  api,
  canonicalJson,
  formatProjectToken,
  IncidentBatch,
  IncidentReport,
  InstanceReport,
  preAuthEncoding,
  RuleDraft,
  snapshotPayloadType,
} from '@riposte/contract'

/** How it misbehaves; null: it does not. `slow` answers after so many milliseconds. */
export type FakeFault =
  | null
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Refuses batches of more incidents than this with 413. */
  | { readonly kind: 'too_large_above'; readonly incidents: number }

export interface FakeControlPlane {
  readonly url: string
  readonly projectToken: string
  readonly projectId: string
  /** A new revision with these rules; running apps hear of it. */
  publish(rules: (typeof RuleDraft)['_input'][], change?: Partial<ConfigSnapshot>): number
  /** What the next fetches get: a wrong signature, an older revision, a payload of one's own, the text as it is. */
  serve(what: { readonly text: string } | { readonly snapshot: unknown; readonly wrongSignature?: boolean }): void
  /** The signed text of a snapshot, as the config route answers it. */
  signed(snapshot: unknown, wrongSignature?: boolean): string
  snapshot(): ConfigSnapshot
  /** Tells the streams, whether true or not. */
  announce(revision: number): void
  incidents(): IncidentReport[]
  /** How often each incident id came, over all batches. */
  deliveries(): ReadonlyMap<string, number>
  batches(): readonly number[]
  reports(): InstanceReport[]
  streams(): number
  fail(fault: FakeFault, route?: 'config' | 'stream' | 'report' | 'incidents'): void
  /** Rejects incidents for which this is true. */
  rejectWhen(test: (incident: IncidentReport) => boolean): void
  requests(): readonly string[]
  /** As kill -9 would: every connection ends, nothing listens. */
  kill(): Promise<void>
  /** On the same port, with what was stored. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** A control plane that speaks the contract's four routes for running apps over a real socket on loopback. */
export async function startFakeControlPlane(
  options: { projectType?: ProjectType; heartbeatMs?: number; pingMs?: number } = {},
): Promise<FakeControlPlane> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const stranger = generateKeyPairSync('ed25519').privateKey
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const keyFingerprint = createHash('sha256').update(spki).digest('hex').slice(0, 32)
  const projectId = randomUUID()
  const projectToken = formatProjectToken({ projectId, keyFingerprint, secret: randomBytes(32).toString('base64url') })

  const stored = new Map<string, IncidentReport>()
  const deliveries = new Map<string, number>()
  const batches: number[] = []
  const reports: InstanceReport[] = []
  const requests: string[] = []
  const streams = new Set<ServerResponse>()
  const sockets = new Set<Socket>()
  const faults = new Map<string, FakeFault>()
  let mayReject: (incident: IncidentReport) => boolean = () => false
  let snapshot = {
    projectId,
    projectName: 'Fake',
    projectType: options.projectType ?? 'cloud',
    revision: 1,
    issuedAt: new Date().toISOString(),
    rules: [],
  } as unknown as ConfigSnapshot
  let configText = signed(snapshot)

  function signed(value: unknown, wrongSignature = false): string {
    const payload = Buffer.from(canonicalJson(value))
    const sig = sign(null, preAuthEncoding(snapshotPayloadType, payload), wrongSignature ? stranger : privateKey)
    return JSON.stringify({
      envelope: {
        payloadType: snapshotPayloadType,
        payload: payload.toString('base64'),
        signatures: [{ keyid: keyFingerprint, sig: sig.toString('base64') }],
      },
      keys: [spki.toString('base64')],
    })
  }

  const answer = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

  const routes = {
    config(request: IncomingMessage, response: ServerResponse) {
      const etag = `"${createHash('sha256').update(configText).digest('hex').slice(0, 16)}"`
      if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
      else answer(response, 200, configText, { etag })
    },
    stream(_request: IncomingMessage, response: ServerResponse) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`: hello\n\nevent: config\ndata: {"revision":${snapshot.revision}}\n\n`)
      streams.add(response)
      response.on('close', () => streams.delete(response))
    },
    report(_request: IncomingMessage, response: ServerResponse, body: unknown) {
      const report = InstanceReport.safeParse(body)
      if (!report.success) {
        answer(response, 400, report.error.message)
        return
      }
      reports.push(report.data)
      const heartbeatMs = options.heartbeatMs ?? 30_000
      answer(response, 200, { revision: snapshot.revision, serverTime: new Date().toISOString(), heartbeatMs })
    },
    incidents(_request: IncomingMessage, response: ServerResponse, body: unknown) {
      const batch = IncidentBatch.safeParse(body)
      if (!batch.success) {
        answer(response, 400, batch.error.message)
        return
      }
      const fault = faults.get('incidents')
      if (fault?.kind === 'too_large_above' && batch.data.incidents.length > fault.incidents) {
        answer(response, 413, { code: 'request.too_large' })
        return
      }
      batches.push(batch.data.incidents.length)
      answer(response, 200, store(batch.data.incidents))
    },
  }
  type RouteName = keyof typeof routes

  function store(incidents: readonly unknown[]): IncidentBatchAnswer {
    const result: IncidentBatchAnswer = { accepted: [], duplicates: [], rejected: [] }
    incidents.forEach((item, index) => {
      const read = IncidentReport.safeParse(item)
      if (!read.success || mayReject(read.data)) {
        const issue = read.error?.issues[0]
        const message = issue?.message ?? 'refused by the test'
        result.rejected.push({ index, id: read.data?.id ?? null, path: issue?.path.join('.') ?? '', message })
        return
      }
      const { id, count } = read.data
      deliveries.set(id, (deliveries.get(id) ?? 0) + 1)
      const known = stored.get(id)
      if (!known || known.count < count) stored.set(id, read.data)
      ;(known ? result.duplicates : result.accepted).push(id)
    })
    return result
  }

  const byPath: Record<string, RouteName> = {
    [`${api.sdkConfig.method} ${api.sdkConfig.path}`]: 'config',
    [`${api.sdkStream.method} ${api.sdkStream.path}`]: 'stream',
    [`${api.sdkReport.method} ${api.sdkReport.path}`]: 'report',
    [`${api.sdkIncidents.method} ${api.sdkIncidents.path}`]: 'incidents',
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = byPath[`${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`]
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (!route) {
      answer(response, 404, {})
      return
    }
    requests.push(route)
    if (request.headers.authorization !== `Bearer ${projectToken}`) {
      answer(response, 401, { code: 'auth.token_invalid' })
      return
    }
    const fault = faults.get(route) ?? null
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms))
    if (fault?.kind === 'status') {
      answer(response, fault.status, {}, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter })
      return
    }
    if (fault?.kind === 'garbage') {
      answer(response, 200, '<html>{')
      return
    }
    const text = Buffer.concat(chunks).toString('utf8')
    routes[route](request, response, text === '' ? undefined : JSON.parse(text))
  }

  let server: Server
  async function listen(port: number): Promise<void> {
    server = createServer((request, response) => {
      handle(request, response).catch(() => response.destroy())
    })
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  }

  /** Below the range from which the system takes ports for outgoing connections: one of those could take it between kill and restart. */
  async function listenAnywhere(tries = 20): Promise<number> {
    const port = randomInt(20_000, 32_000)
    try {
      await listen(port)
      return port
    } catch (error) {
      if (tries === 0) throw error
      return listenAnywhere(tries - 1)
    }
  }

  const kill = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.resetAndDestroy()
    })
  const announce = (revision: number) => {
    for (const response of streams) response.write(`event: config\ndata: {"revision":${revision}}\n\n`)
  }
  const pings = setInterval(() => {
    for (const response of streams) response.write(': ping\n\n')
  }, options.pingMs ?? 5_000).unref()

  const port = await listenAnywhere()
  return {
    url: `http://127.0.0.1:${port}`,
    projectToken,
    projectId,
    publish(rules, change = {}) {
      const revision = snapshot.revision + 1
      snapshot = {
        ...snapshot,
        revision,
        issuedAt: new Date().toISOString(),
        rules: rules.map((rule, position) => ({ ...RuleDraft.parse(rule), id: randomUUID(), position })),
        ...change,
      } as ConfigSnapshot
      configText = signed(snapshot)
      announce(snapshot.revision)
      return snapshot.revision
    },
    serve(what) {
      configText = 'text' in what ? what.text : signed(what.snapshot, what.wrongSignature)
    },
    signed,
    snapshot: () => snapshot,
    announce,
    incidents: () => [...stored.values()],
    deliveries: () => deliveries,
    batches: () => batches,
    reports: () => [...reports],
    streams: () => streams.size,
    fail(fault, route) {
      for (const name of route ? [route] : (Object.keys(routes) as RouteName[])) faults.set(name, fault)
    },
    rejectWhen(test) {
      mayReject = test
    },
    requests: () => requests,
    kill,
    async restart() {
      await listen(port)
    },
    async stop() {
      clearInterval(pings)
      await kill()
    },
  }
}
