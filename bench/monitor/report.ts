import { drawTable, type PeerValue, type Row } from '../lib/results.ts'
import { median, round } from '../lib/statistics.ts'
import { guards, type GuardId } from './guards.ts'
import type { Sample } from './measure.ts'
import type { Failures, Plan } from './plan.ts'
import { routeOf, type RouteId } from './routes.ts'
import type { Requests } from './run-requests.ts'
import type { Start, Starts } from './run-starts.ts'

const peerIds = ['zen', 'dd'] as const

export interface Measured extends Requests {
  readonly plan: Plan
  readonly failures: Failures
  /** None when only routes were asked for. */
  readonly starts: Starts | null
  readonly sizes: Readonly<Partial<Record<GuardId, number>>>
}

/** Round against round, since a slow moment of the machine falls on the whole round. */
function added({ samples }: Measured, route: RouteId, guard: GuardId, what: keyof Sample): number {
  const byGuard = samples.get(route)
  const plain = byGuard?.get('plain') ?? []
  return median((byGuard?.get(guard) ?? []).map((sample, turn) => sample[what] - (plain[turn]?.[what] ?? Number.NaN)))
}

/** Turn against turn, since a start takes half a second in which the machine may have had other work. */
function addedStart({ starts }: Measured, guard: string): number {
  const plain = starts?.get('plain')?.startMs ?? []
  return median((starts?.get(guard)?.startMs ?? []).map((value, turn) => value - (plain[turn] ?? Number.NaN)))
}

const memoryOf = ({ starts }: Measured, guard: string, what: keyof Start): number =>
  median(starts?.get(guard)?.[what] ?? [])
const addedMemory = (measured: Measured, guard: string): number =>
  memoryOf(measured, guard, 'rssMb') - memoryOf(measured, 'plain', 'rssMb')

/** True unless Riposte let the attack on the route through: then what was measured was asleep. */
const isAwake = ({ attacks }: Measured, route: RouteId): boolean => attacks[route]?.riposte !== false

/** The published figures. */
export function toRows(measured: Measured): Row[] {
  const { plan, failures } = measured
  const withPeers = (id: string, unit: string, value: (guard: GuardId) => number, route?: RouteId): Row => ({
    id,
    unit,
    value: round(value('riposte'), unit === 'MB' ? 2 : 1),
    peers: Object.fromEntries(
      peerIds.map((peer): [string, PeerValue] => {
        const error = failures.of(peer, route)
        return [peer, error === undefined ? round(value(peer), unit === 'MB' ? 2 : 1) : { error }]
      }),
    ),
  })
  const perRequest = 'µs CPU per request'
  const noise = Math.max(...plan.routes.map((id) => noiseOf(measured, id)))
  return [
    ...plan.routes
      .filter((id) => routeOf(id).unpublished !== true && isAwake(measured, id))
      .map((id) => ({
        ...withPeers(`${id}.added_us`, perRequest, (guard) => added(measured, id, guard, 'cpuMicros'), id),
        noise: round(noiseOf(measured, id)),
      })),
    withPeers('start.added_ms', 'ms', (guard) => addedStart(measured, guard)),
    { id: 'start_register.added_ms', unit: 'ms', value: round(addedStart(measured, 'riposte_register')) },
    withPeers('rss.added_mb', 'MB', (guard) => addedMemory(measured, guard)),
    withPeers('package.mb', 'MB', (guard) => measured.sizes[guard] ?? Number.NaN),
    { id: 'noise_us', unit: perRequest, value: round(noise) },
  ]
}

/** What a second plain server costs more than the first. */
const noiseOf = (measured: Measured, route: RouteId): number =>
  Math.abs(added(measured, route, 'plain_again', 'cpuMicros'))

const columns = guards.filter(({ id }) => id !== 'plain')
type Column = (typeof columns)[number]['id']

/** The same for people: CPU and wall time of each route, who stopped the attack on it, and what a start takes. */
export function toTable(measured: Measured): string {
  const { plan, attacks, failures, sizes } = measured
  const line = (title: string, plain: string, cell: (guard: Column) => string): string[] => [
    title,
    plain,
    ...columns.map(({ id }) => cell(id)),
  ]
  const routeLines = plan.routes.flatMap((route) => {
    const { title } = routeOf(route)
    const times = (['cpuMicros', 'wallMicros'] as const).map((what) =>
      line(
        `${title}, ${what === 'cpuMicros' ? 'CPU' : 'wall'} µs`,
        String(round(median((measured.samples.get(route)?.get('plain') ?? []).map((sample) => sample[what])))),
        (guard) => (failures.of(guard, route) === undefined ? signed(added(measured, route, guard, what)) : 'failed'),
      ),
    )
    const stopped = attacks[route]
    const says = (guard: GuardId): string =>
      stopped?.[guard] === undefined ? '' : stopped[guard] ? 'stopped' : 'let through'
    return stopped ? [...times, line('  a real attack on it was', says('plain'), says)] : times
  })
  const startLines = measured.starts
    ? [
        line('start, ms', String(round(memoryOf(measured, 'plain', 'startMs'))), (id) =>
          id === 'plain_again' || failures.of(id) !== undefined ? '' : signed(addedStart(measured, id)),
        ),
        line('start by --import, ms', '', (id) =>
          id === 'riposte' ? signed(addedStart(measured, 'riposte_register')) : '',
        ),
        line('idle memory, MB', String(round(memoryOf(measured, 'plain', 'rssMb'))), (id) =>
          id === 'plain_again' || failures.of(id) !== undefined ? '' : signed(addedMemory(measured, id)),
        ),
        line('installed, MB', '', (id) => (sizes[id] === undefined ? '' : String(round(sizes[id], 2)))),
      ]
    : []
  return drawTable([line('added to a plain server', 'plain', titleOf), ...routeLines, ...startLines])
}

const titleOf = (guard: Column): string => columns.find(({ id }) => id === guard)?.title ?? guard

const signed = (value: number): string => `${value > 0 ? '+' : ''}${round(value)}`

/** Every round, for who doubts a median. */
export function toDetail({ plan, samples, attacks, starts }: Measured): object {
  const perRound = (list: readonly Sample[]): object[] =>
    list.map((one) => ({ cpu_us: round(one.cpuMicros), wall_us: round(one.wallMicros) }))
  return {
    plan,
    attacks,
    rounds: Object.fromEntries(
      [...samples].map(([id, byGuard]) => [
        id,
        Object.fromEntries([...byGuard].map(([guard, list]) => [guard, perRound(list)])),
      ]),
    ),
    starts: Object.fromEntries(starts ?? []),
  }
}
