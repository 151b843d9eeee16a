import path from 'node:path'
import { startChild, type Child } from '../lib/child.ts'
import type { AnyGuard, Surroundings } from './guards.ts'
import { routeOf, type RouteId } from './routes.ts'
import { pathOnly } from './surroundings.ts'

type Question = { readonly ask: 'cpu' | 'heap' | 'rss' | 'status' }
type Job = { readonly job: object }
export type Loader = Child<Job>

export interface Server {
  readonly guard: AnyGuard
  readonly port: number
  readonly child: Child<Question>
  readonly startMs: number
}

/** @param options `withSqlite` loads the native driver too, which is no part of a start that is measured */
export async function startServer(
  guard: AnyGuard,
  around: Surroundings,
  options: { readonly withSqlite?: boolean; readonly execArgv?: readonly string[] } = {},
): Promise<Server> {
  const { child, ready, startMs } = await startChild<Question>(path.join(import.meta.dirname, 'app.cjs'), {
    execArgv: [...guard.execArgv(), ...(options.execArgv ?? [])],
    env: {
      ...pathOnly(),
      NODE_ENV: 'production',
      GUARD: guard.id,
      DATABASE_URL: around.databaseUrl,
      FILES: around.files,
      UPSTREAM: around.upstreamUrl,
      SQLITE: String(options.withSqlite ?? false),
      ...guard.env(around),
    },
    isReady: (message) => (message as { type?: string }).type === 'listening',
  })
  return { guard, child, startMs, port: (ready as { port: number }).port }
}

export const startLoader = async (): Promise<Loader> =>
  (await startChild<Job>(path.join(import.meta.dirname, 'load.mjs'), { env: pathOnly() })).child

export interface Sample {
  /** User and system time of the server process for one request. */
  readonly cpuMicros: number
  readonly wallMicros: number
}

/** One block of requests to one server. @throws when an answer was not 200. */
export async function measure(
  loader: Loader,
  server: Server,
  id: RouteId,
  requestsAtFullShare: number,
): Promise<Sample> {
  const { path, body, share = 1 } = routeOf(id)
  const requests = Math.ceil(requestsAtFullShare * share)
  const before = (await server.child.ask({ ask: 'cpu' })) as NodeJS.CpuUsage
  const load = (await loader.ask({ job: { path, body, port: server.port, requests, connections: 8 } })) as {
    medianMicros: number
    failed: number
  }
  const after = (await server.child.ask({ ask: 'cpu' })) as NodeJS.CpuUsage
  if (load.failed > 0) throw new Error(`${load.failed} of ${requests} ${id} requests were not answered with 200`)
  const cpu = after.user + after.system - before.user - before.system
  return { cpuMicros: cpu / requests, wallMicros: load.medianMicros }
}

/** Whether the guard stops a real attack, so that nothing that sleeps is measured. */
export async function stopsAttack(server: Server, attack: string, around: Surroundings): Promise<boolean> {
  const path = attack.replace('{upstream}', encodeURIComponent(around.upstreamUrl))
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`)
  await response.text()
  return response.status !== 200
}

/** Riposte is measured connected, with the console's configuration applied. @throws when it does not get there. */
export async function waitUntilConnected(server: Server): Promise<unknown> {
  const end = performance.now() + 15_000
  for (;;) {
    const status = (await server.child.ask({ ask: 'status' })) as {
      uplink?: { mode?: string; appliedRevision?: number | null; lastError?: string | null }
    } | null
    if (status?.uplink?.mode === 'connected' && typeof status.uplink.appliedRevision === 'number') return status
    if (performance.now() > end) throw new Error(`Riposte did not connect: ${JSON.stringify(status?.uplink)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
