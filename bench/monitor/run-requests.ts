import { guards, type GuardId, type Surroundings } from './guards.ts'
import { measure, startLoader, startServer, stopsAttack, waitUntilConnected } from './measure.ts'
import type { Loader, Sample, Server } from './measure.ts'
import type { Failures, Plan } from './plan.ts'
import { routeOf, type RouteId } from './routes.ts'

/** One for each round. */
export type Samples = ReadonlyMap<RouteId, ReadonlyMap<string, readonly Sample[]>>
export type Attacks = Readonly<Partial<Record<RouteId, Readonly<Partial<Record<GuardId, boolean>>>>>>

export interface Requests {
  readonly samples: Samples
  /** Of each route with a hole: who stopped the attack on it. */
  readonly attacks: Attacks
}

interface Bench {
  readonly around: Surroundings
  readonly plan: Plan
  readonly failures: Failures
  readonly say: (line: string) => void
}

export async function runRequests(bench: Bench): Promise<Requests> {
  const { around, plan, failures, say } = bench
  const servers: Server[] = []
  const samples = new Map<RouteId, Map<string, Sample[]>>()
  let loader: Loader | null = null
  try {
    loader = await startLoader()
    for (const guard of guards) {
      try {
        const server = await startServer(guard, around, { withSqlite: plan.routes.includes('sqlite') })
        servers.push(server)
        if (guard.id === 'riposte') await waitUntilConnected(server)
      } catch (error) {
        failures.note(guard, error)
      }
    }
    const attacks = await tryAttacks(servers, bench)
    say('Warming up …')
    for (const id of plan.routes) {
      for (const server of servers)
        await measure(loader, server, id, warmUpOf(id, plan)).catch((error: unknown) =>
          failures.note(server.guard, error, id),
        )
    }
    for (let turn = 0; turn < plan.rounds; turn++) {
      say(`Round ${turn + 1} of ${plan.rounds} …`)
      for (const id of plan.routes) {
        const found = await runRound(loader, servers, id, { ...bench, turn })
        const byGuard = samples.get(id) ?? new Map<string, Sample[]>()
        for (const [guard, sample] of found) byGuard.set(guard, [...(byGuard.get(guard) ?? []), sample])
        samples.set(id, byGuard)
      }
    }
    return { samples, attacks }
  } finally {
    await Promise.all([...servers.map(({ child }) => child.stop()), loader?.stop()])
  }
}

/** What is asked seldom is compiled late: it is warmed up with more than its share. */
const warmUpOf = (id: RouteId, { warmUp }: Plan): number => warmUp / Math.sqrt(routeOf(id).share ?? 1)

/** @throws when the plain server stops an attack: then the comparison would mean nothing */
async function tryAttacks(servers: readonly Server[], { around, plan }: Bench): Promise<Attacks> {
  const attacks: Partial<Record<RouteId, Partial<Record<GuardId, boolean>>>> = {}
  for (const id of plan.routes) {
    const { attack } = routeOf(id)
    if (attack === undefined) continue
    const stopped: Partial<Record<string, boolean>> = {}
    for (const server of servers) stopped[server.guard.id] = await stopsAttack(server, attack, around)
    if (stopped['plain'] === true) throw new Error(`the plain server stopped the attack on ${id}`)
    attacks[id] = stopped
  }
  return attacks
}

/** One value for each server: several short blocks in turns, so that a slow moment of the machine falls on all. */
async function runRound(
  loader: Loader,
  servers: readonly Server[],
  route: RouteId,
  { plan, failures, turn }: Bench & { readonly turn: number },
): Promise<Map<string, Sample>> {
  const blocks = new Map<string, Sample[]>()
  for (let slice = 0; slice < plan.slices; slice++) {
    for (let place = 0; place < servers.length; place++) {
      const server = servers[(place + turn + slice) % servers.length]
      if (!server || failures.of(server.guard.id, route) !== undefined) continue
      try {
        const sample = await measure(loader, server, route, plan.requests)
        blocks.set(server.guard.id, [...(blocks.get(server.guard.id) ?? []), sample])
      } catch (error) {
        failures.note(server.guard, error, route)
      }
    }
  }
  const means = [...blocks].map(([id, list]): [string, Sample] => [
    id,
    { cpuMicros: mean(list.map((one) => one.cpuMicros)), wallMicros: mean(list.map((one) => one.wallMicros)) },
  ])
  return new Map(means)
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
