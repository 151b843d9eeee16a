import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { installPeers } from '../lib/peers.ts'
import { drawTable, writeResults, type PeerValue, type Row } from '../lib/results.ts'
import { median, round } from '../lib/statistics.ts'
import { benchDir, guards, registerGuard, type AnyGuard, type GuardId, type Surroundings } from './guards.ts'
import {
  measure,
  startLoader,
  startServer,
  stopsAttack,
  waitUntilConnected,
  type Loader,
  type Sample,
  type Server,
} from './measure.ts'
import { routes, type RouteId } from './routes.ts'
import { startSurroundings } from './surroundings.ts'

const isQuick = process.argv.includes('--quick')
const plan = isQuick
  ? { rounds: 5, slices: 2, requests: 200, warmUp: 1_000, starts: 6, idleMs: 1_000 }
  : { rounds: 9, slices: 3, requests: 400, warmUp: 4_000, starts: 15, idleMs: 2_000 }

const say = (line: string) => process.stderr.write(`${line}\n`)
const errors = new Map<string, string>()
const fail = (guard: AnyGuard, error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  if (!guard.id.startsWith('zen') && guard.id !== 'dd') throw new Error(`${guard.title}: ${message}`)
  errors.set(guard.id, message)
  say(`${guard.title} failed: ${message}`)
}

type Samples = Map<RouteId, Map<string, Sample[]>>

async function measureRequests(around: Surroundings): Promise<{ samples: Samples; attacks: Record<string, string> }> {
  const servers: Server[] = []
  const samples: Samples = new Map(routes.map(({ id }) => [id, new Map<string, Sample[]>()]))
  const attacks: Record<string, string> = {}
  let loader: Loader | null = null
  try {
    loader = await startLoader()
    for (const guard of guards) {
      try {
        const server = await startServer(guard, around)
        servers.push(server)
        if (guard.id === 'riposte') await waitUntilConnected(server)
        attacks[guard.id] = (await stopsAttack(server)) ? 'stopped' : 'let through'
      } catch (error) {
        fail(guard, error)
      }
    }
    if (attacks['plain'] !== 'let through')
      throw new Error('the plain server stopped the attack: the comparison would mean nothing')
    if (attacks['riposte'] !== 'stopped')
      throw new Error('Riposte let the attack through: the comparison would mean nothing')
    say('Warming up …')
    for (const { id } of routes)
      for (const server of servers)
        await measure(loader, server, id, plan.warmUp).catch((error: unknown) => fail(server.guard, error))
    for (let turn = 0; turn < plan.rounds; turn++) {
      say(`Round ${turn + 1} of ${plan.rounds} …`)
      for (const { id } of routes) await measureRound(loader, servers, id, { turn, samples })
    }
  } finally {
    await Promise.all([...servers.map(({ child }) => child.stop()), loader?.stop()])
  }
  return { samples, attacks }
}

/** One value for each server: several short blocks in turns, so that a slow moment of the machine falls on all. */
async function measureRound(
  loader: Loader,
  servers: readonly Server[],
  route: RouteId,
  { turn, samples }: { turn: number; samples: Samples },
): Promise<void> {
  const blocks = new Map<string, Sample[]>()
  for (let slice = 0; slice < plan.slices; slice++) {
    for (let place = 0; place < servers.length; place++) {
      const server = servers[(place + turn + slice) % servers.length]
      if (!server || errors.has(server.guard.id)) continue
      try {
        const sample = await measure(loader, server, route, plan.requests)
        blocks.set(server.guard.id, [...(blocks.get(server.guard.id) ?? []), sample])
      } catch (error) {
        fail(server.guard, error)
      }
    }
  }
  for (const [id, list] of blocks) {
    const byRound = samples.get(route) ?? new Map<string, Sample[]>()
    byRound.set(id, [
      ...(byRound.get(id) ?? []),
      { cpuMicros: mean(list.map((one) => one.cpuMicros)), wallMicros: mean(list.map((one) => one.wallMicros)) },
    ])
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** From spawning to listening, and the memory it then holds at rest. */
async function measureStarts(around: Surroundings): Promise<Map<string, { startMs: number[]; rssMb: number[] }>> {
  const found = new Map<string, { startMs: number[]; rssMb: number[] }>()
  const starting: AnyGuard[] = [...guards.filter(({ id }) => id !== 'plain_again'), registerGuard]
  for (let turn = -1; turn < plan.starts; turn++) {
    for (const guard of starting) {
      if (errors.has(guard.id)) continue
      try {
        const server = await startServer(guard, around)
        const takesRss = turn >= 0 && turn < 3
        if (takesRss) await new Promise((resolve) => setTimeout(resolve, plan.idleMs))
        const rss = (await server.child.ask({ ask: 'rss' })) as number
        await server.child.stop()
        // The first one only fills the file cache.
        if (turn < 0) continue
        const entry = found.get(guard.id) ?? { startMs: [], rssMb: [] }
        entry.startMs.push(server.startMs)
        if (takesRss) entry.rssMb.push(rss / 2 ** 20)
        found.set(guard.id, entry)
      } catch (error) {
        fail(guard, error)
      }
    }
  }
  return found
}

/** What npm would unpack into a user's node_modules. */
function packageMb(): number {
  const folder = path.resolve(benchDir, '../packages/monitor')
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const [report] = JSON.parse(packed.stdout) as { unpackedSize: number }[]
  if (!report) throw new Error(`npm pack said nothing: ${packed.stderr}`)
  return report.unpackedSize / 1e6
}

function installedMb(...folders: string[]): number {
  const sizes = folders.map((folder) => {
    const counted = spawnSync('du', ['-sk', folder], { encoding: 'utf8' })
    return Number(counted.stdout.split('\t')[0]) / 1_000
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}

const peerIds = ['zen', 'dd'] as const

async function main(): Promise<void> {
  const began = performance.now()
  try {
    installPeers(path.join(benchDir, 'peers'), say)
  } catch (error) {
    for (const id of peerIds) errors.set(id, (error as Error).message)
    say((error as Error).message)
  }
  const around = await startSurroundings()
  const { samples, attacks, starts } = await (async () => {
    try {
      const requests = await measureRequests(around)
      say('Starts and memory …')
      return { ...requests, starts: await measureStarts(around) }
    } finally {
      await around.stop()
    }
  })()

  const added = (route: RouteId, guard: GuardId, what: keyof Sample): number => {
    const byGuard = samples.get(route)
    const plain = byGuard?.get('plain') ?? []
    return median(
      (byGuard?.get(guard) ?? []).map((sample, index) => sample[what] - (plain[index]?.[what] ?? Number.NaN)),
    )
  }
  const withPeers = (id: string, unit: string, value: (guard: GuardId) => number, digits = 1): Row => ({
    id,
    unit,
    value: round(value('riposte'), digits),
    peers: Object.fromEntries(
      peerIds.map((peer): [string, PeerValue] => {
        const error = errors.get(peer)
        return [peer, error === undefined ? round(value(peer), digits) : { error }]
      }),
    ),
  })
  /** Turn against turn, since a start takes half a second in which the machine may have had other work. */
  const startOf = (id: string) => {
    const plain = starts.get('plain')?.startMs ?? []
    return median((starts.get(id)?.startMs ?? []).map((value, turn) => value - (plain[turn] ?? Number.NaN)))
  }
  const rssOf = (id: string) => median(starts.get(id)?.rssMb ?? []) - median(starts.get('plain')?.rssMb ?? [])
  const modules = path.join(benchDir, 'peers/node_modules')
  const allPeersMb = errors.size === 0 ? installedMb(modules) : Number.NaN
  const zenMb = installedMb(path.join(modules, '@aikidosec'))
  const sizes: Partial<Record<GuardId, number>> = { riposte: packageMb(), zen: zenMb, dd: allPeersMb - zenMb }
  const noise = Math.max(...routes.map(({ id }) => Math.abs(added(id, 'plain_again', 'cpuMicros'))))

  const published = routes.filter(({ id }) => id !== 'pg_inlined')
  const rows: Row[] = [
    ...published.map(({ id }) =>
      withPeers(`${id}.added_us`, 'µs CPU per request', (guard) => added(id, guard, 'cpuMicros')),
    ),
    withPeers('start.added_ms', 'ms', startOf),
    { id: 'start_register.added_ms', unit: 'ms', value: round(startOf('riposte_register')) },
    withPeers('rss.added_mb', 'MB', rssOf),
    withPeers('package.mb', 'MB', (guard) => sizes[guard] ?? Number.NaN, 2),
    { id: 'noise_us', unit: 'µs CPU per request', value: round(noise) },
  ]
  const columns = guards.filter(({ id }) => id !== 'plain')
  const shown = (guard: GuardId, value: number) =>
    errors.has(guard) ? 'failed' : `${value > 0 ? '+' : ''}${round(value)}`
  const table = drawTable([
    ['added to a plain server', 'plain', ...columns.map(({ title }) => title)],
    ...routes.flatMap(({ id, title }) =>
      (['cpuMicros', 'wallMicros'] as const).map((what) => [
        `${title}, ${what === 'cpuMicros' ? 'CPU' : 'wall'} µs`,
        String(round(median((samples.get(id)?.get('plain') ?? []).map((sample) => sample[what])))),
        ...columns.map((guard) => shown(guard.id, added(id, guard.id, what))),
      ]),
    ),
    [
      'start, ms',
      String(round(median(starts.get('plain')?.startMs ?? []))),
      ...columns.map(({ id }) => (id === 'plain_again' ? '' : shown(id, startOf(id)))),
    ],
    [
      'start by --import, ms',
      '',
      ...columns.map(({ id }) => (id === 'riposte' ? shown(id, startOf('riposte_register')) : '')),
    ],
    [
      'idle memory, MB',
      String(round(median(starts.get('plain')?.rssMb ?? []))),
      ...columns.map(({ id }) => (id === 'plain_again' ? '' : shown(id, rssOf(id)))),
    ],
    ['installed, MB', '', ...columns.map(({ id }) => (sizes[id] === undefined ? '' : String(round(sizes[id], 2))))],
    ['a real injection was', attacks['plain'] ?? '', ...columns.map(({ id }) => attacks[id] ?? '')],
  ])
  const perRoute = Object.fromEntries(
    routes.map(({ id }) => [
      id,
      Object.fromEntries(
        guards.map((guard) => [
          guard.id,
          (samples.get(id)?.get(guard.id) ?? []).map((one) => ({
            cpu_us: round(one.cpuMicros),
            wall_us: round(one.wallMicros),
          })),
        ]),
      ),
    ]),
  )
  const detail = {
    plan,
    attacks,
    versions: { zen: '1.8.36', dd: '5.132.0' },
    rounds: perRoute,
    starts: Object.fromEntries(starts),
  }
  const file = writeResults(path.join(benchDir, 'results'), 'monitor', rows, detail)
  process.stdout.write(
    `${table}\n\n${Math.round((performance.now() - began) / 1_000)} s; ${path.relative(process.cwd(), file)}\n`,
  )
}

await main()
