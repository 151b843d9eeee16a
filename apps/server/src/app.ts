import staticFiles from '@fastify/static'
import { api } from '@riposte/contract'
import type { FastifyInstance } from 'fastify'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { accessRoutes, createGatekeeper } from './features/access/index.ts'
import { auditLogRoutes, auditRoutes, keepCheckpoints } from './features/audit/index.ts'
import { catalogRoutes } from './features/catalog/index.ts'
import { ConnectedInstances, Snapshots, syncRoutes } from './features/config-sync/index.ts'
import { deviceRoutes, openReleaseSecrets, seedEnrolments } from './features/devices/index.ts'
import { createEvidence, openCollector } from './features/evidence/index.ts'
import { incidentRoutes } from './features/incidents/index.ts'
import { ConsoleFeed, consoleKey, sweepMs, sweepStreams } from './features/live/index.ts'
import { memberRoutes } from './features/members/index.ts'
import { Notifications } from './features/notifications/index.ts'
import { createPeople, expireBy } from './features/people/index.ts'
import { projectRoutes } from './features/projects/index.ts'
import { cancelOpenOf, createResponses, readHostPolicy, voidScriptRuns } from './features/responses/index.ts'
import { ruleRoutes } from './features/rules/index.ts'
import { runScriptExtension, scriptRoutes } from './features/scripts/index.ts'
import { openAgents, type Agents, type AgentsOptions } from './open-agents.ts'
import { openPostgresBus } from './platform/bus/postgres-bus.ts'
import { systemClock, type Clock } from './platform/clock.ts'
import { openAuthority } from './platform/crypto/authority.ts'
import { openSecretBox } from './platform/crypto/secret-box.ts'
import type { SigningKey } from './platform/crypto/signing-key.ts'
import { Database, type Row, type Transaction } from './platform/db/database.ts'
import type { CommandSource } from './platform/device-link.ts'
import { createHttp } from './platform/http/create-http.ts'
import { openEvidenceStore, type EvidenceStoreSetting } from './platform/evidence-store/open-evidence-store.ts'
import type { Handlers } from './platform/http/handler.ts'
import { drawOpenApi } from './platform/http/openapi.ts'
import { Refusal } from './platform/http/refusal.ts'
import { registerRoutes } from './platform/http/register-routes.ts'
import { Jobs } from './platform/jobs/jobs.ts'
import { EventStreams } from './platform/stream/event-stream.ts'

export interface AppOptions {
  readonly databaseUrl: string
  readonly publicUrl: string
  readonly signingKey: SigningKey
  readonly consoleDir: string
  /** Folder of keys, for its owner's eyes. */
  readonly secretsDir: string
  readonly logLevel: string
  readonly version: string
  readonly evidenceStore: EvidenceStoreSetting
  /** The agents' listener. */
  readonly agents: AgentsOptions
  /** How often streams are held against their sessions and tokens; for tests. */
  readonly sweepMs?: number
  /** What decisions take for the time; for tests. */
  readonly clock?: Clock
}

export interface App {
  readonly http: FastifyInstance
  readonly db: Database
  readonly jobs: Jobs
  readonly agents: Agents
  /** Enrolment tokens for the devices that a first start brings along, by name. */
  seedDevices(organisationId: string, names: readonly string[]): Promise<Record<string, string>>
  /** What devices are due, as their channel asks for it. */
  readonly commands: CommandSource
  close(): Promise<void>
}

/** The control plane, put together: read it as a table of contents. */
export async function createApp(options: AppOptions): Promise<App> {
  const { databaseUrl, publicUrl, signingKey } = options
  const http = await createHttp(options.logLevel)
  const logError = (error: unknown): void => http.log.error({ err: error }, 'in the background')

  const db = new Database(databaseUrl, logError)
  const clock = options.clock ?? systemClock
  const box = openSecretBox(options.secretsDir)
  const jobs = new Jobs({ db, clock, onError: logError })
  const streams = new EventStreams()
  const connected = new ConnectedInstances()
  const snapshots = new Snapshots(db, signingKey)
  const feed = new ConsoleFeed({ db, streams, snapshots, onError: logError })
  const sweep = (): void => void sweepStreams(db, streams).catch(logError)
  const bus = await openPostgresBus(databaseUrl, () => {
    feed.catchUp()
    sweep()
    jobs.wake()
    agents.catchUp()
  })
  bus.subscribe(feed.hear)
  bus.subscribe((message) => message.kind === 'jobs' && jobs.wake())
  await keepCheckpoints({ db, jobs, clock, signingKey })
  const authority = await openAuthority(options.secretsDir, systemClock())
  const releaseSecrets = openReleaseSecrets(options.secretsDir)
  const agents = await openAgents({
    options: options.agents,
    logLevel: options.logLevel,
    db,
    bus,
    clock,
    authority,
    signingKey,
    releaseSecrets,
    policy: (organisationId) => readHostPolicy(db, organisationId),
    onError: logError,
  })
  const sweeping = setInterval(sweep, options.sweepMs ?? sweepMs).unref()

  const readRollout = async (projectId: string) => {
    const rows = await db.query<Row & { id: string; applied_revision: number | null }>(
      `select id, applied_revision from instance where project_id = $1 and last_seen_at > now() - interval '1 hour'`,
      [projectId],
    )
    return rows.map((row) => ({ applied: row.applied_revision, connected: connected.has(row.id) }))
  }

  const evidence = createEvidence(
    {
      db,
      clock,
      store: openEvidenceStore(options.evidenceStore),
      collector: await openCollector(options.secretsDir),
      onError: logError,
    },
    jobs,
  )

  const scripts = {
    db,
    clock,
    signingKey,
    box,
    voidRuns: (tx: Transaction, organisationId: string, scriptId: string, detail: string) =>
      voidScriptRuns(tx, scriptId, { organisationId, now: clock(), detail }),
  }
  const notifications = new Notifications({ db, box, clock, jobs })
  const people = createPeople(
    {
      db,
      clock,
      box,
      notifications,
      publicUrl,
      expireOnDevice: (response, account) => expireBy(db, responses.submit)(response, account),
      onError: logError,
    },
    jobs,
  )
  const responses = createResponses(
    {
      db,
      clock,
      signingKey,
      live: agents.live,
      extensions: [evidence.extension, runScriptExtension(scripts), people.extension],
      findPeople: people.find,
      controlPlane: () => agents.addresses().map(({ host }) => host),
      onError: logError,
    },
    jobs,
  )

  agents.serve({ source: responses.commands, handlers: evidence.agentHandlers })

  const handlers: Handlers = {
    ...accessRoutes(db, publicUrl),
    ...auditRoutes(db),
    ...auditLogRoutes({ db, clock, signingKey }),
    ...catalogRoutes,
    ...deviceRoutes({
      db,
      clock,
      live: agents.live,
      secrets: releaseSecrets,
      pin: authority.pin,
      addresses: () => agents.addresses(),
      newest: options.version,
      endWork: async (tx, { actor, deviceId, now, reason }) => {
        await cancelOpenOf(tx, deviceId, {
          organisationId: actor.organisationId,
          now,
          detail: `Device retired: ${reason}`,
        })
      },
    }),
    ...evidence.routes,
    ...incidentRoutes(db),
    ...memberRoutes(db, publicUrl),
    ...people.routes,
    ...projectRoutes(db, signingKey.fingerprint, connected.has),
    ...responses.routes,
    ...ruleRoutes(db, readRollout),
    ...scriptRoutes(scripts),
    ...syncRoutes({ db, snapshots, streams, connected, announce: feed.instancesChanged }),
    stream: ({ actor, reply }) => {
      reply.hijack()
      streams.open({
        key: consoleKey(actor.organisationId),
        response: reply.raw,
        credential: actor.tokenId ?? actor.sessionId,
        closed: () => undefined,
      })
      return Promise.resolve()
    },
  }
  const gatekeeper = createGatekeeper(db, publicUrl, people.byDirectoryToken)
  registerRoutes(http, api, handlers, gatekeeper)
  await people.registerScim(http, gatekeeper)
  registerOperations(http, { db, streams, counts: () => agents.counts(), ...options })
  await registerConsole(http, options.consoleDir)

  return {
    http,
    db,
    jobs,
    agents,
    seedDevices: (organisationId, names) =>
      seedEnrolments({ db, clock, pin: authority.pin, addresses: () => agents.addresses() }, organisationId, names),
    commands: responses.commands,
    close: async () => {
      clearInterval(sweeping)
      streams.close()
      await agents.close()
      await http.close()
      await jobs.close()
      await evidence.close()
      await people.close()
      await bus.close()
      await db.close()
    },
  }
}

function registerOperations(
  http: FastifyInstance,
  parts: {
    db: Database
    streams: EventStreams
    counts: () => ReturnType<Agents['counts']>
    version: string
    publicUrl: string
  },
): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'riposte_streams_open',
    help: 'Open event streams of apps and consoles',
    registers: [registry],
    collect() {
      this.set(parts.streams.count())
    },
  })
  new Gauge({
    name: 'riposte_agents_connected',
    help: 'Agents whose connection this server holds',
    registers: [registry],
    collect() {
      this.set(parts.counts().connected)
    },
  })
  new Counter({
    name: 'riposte_commands_sent_total',
    help: 'Signed commands that this server has sent to agents, those that were sent again included',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(parts.counts().commandsSent)
    },
  })
  const openApi = drawOpenApi(parts.version, parts.publicUrl)
  http.get('/healthz', () => ({ status: 'ok' }))
  http.get('/readyz', async () => {
    await parts.db.query('select 1 from migration limit 1')
    return { status: 'ready' }
  })
  http.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  http.get('/api/v1/openapi.json', () => openApi)
}

/** The console's files; any other address that a person may open is one of its pages. */
async function registerConsole(http: FastifyInstance, folder: string): Promise<void> {
  const built = existsSync(path.join(folder, 'index.html'))
  if (built) {
    await http.register(staticFiles, {
      root: folder,
      // Files are looked up when asked for: a rebuilt console needs no restart.
      wildcard: true,
      setHeaders: (response, file: string) => {
        void response.header(
          'cache-control',
          file.includes(`${path.sep}assets${path.sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
        )
      },
    })
  }
  http.setNotFoundHandler((request, reply) => {
    if (
      built &&
      request.method === 'GET' &&
      !request.url.startsWith('/api/') &&
      (request.headers.accept ?? '').includes('text/html')
    )
      return reply.sendFile('index.html')
    throw new Refusal('route.not_found')
  })
}
