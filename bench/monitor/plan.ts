import { guards, type AnyGuard } from './guards.ts'
import { routeIds, routeOf, type RouteId } from './routes.ts'

export interface Plan {
  readonly rounds: number
  readonly slices: number
  /** In one block of one server, before the share of the route. */
  readonly requests: number
  readonly warmUp: number
  readonly starts: number
  readonly idleMs: number
  readonly routes: readonly RouteId[]
  /** Everything is measured, so that the figures may be kept. */
  readonly whole: boolean
}

/** `--quick` measures less of each, `--only=pg,file` fewer routes and no start. */
export function readPlan(args: readonly string[]): Plan {
  const only = args
    .find((arg) => arg.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',')
  const routes = routeIds.filter((id) => only?.some((name) => id.startsWith(name)) ?? !routeOf(id).alone)
  if (routes.length === 0) throw new Error(`--only takes some of: ${routeIds.join(', ')}`)
  const sizes = args.includes('--quick')
    ? { rounds: 5, slices: 2, requests: 200, warmUp: 1_000, starts: 6, idleMs: 1_000 }
    : { rounds: 9, slices: 3, requests: 400, warmUp: 4_000, starts: 15, idleMs: 2_000 }
  return { ...sizes, routes, whole: only === undefined }
}

/** What a peer could not do: altogether, or in one route. What we cannot do ends the bench. */
export class Failures {
  readonly #messages = new Map<string, string>()
  readonly #say: (line: string) => void

  constructor(say: (line: string) => void) {
    this.#say = say
  }

  of(guard: string, route?: RouteId): string | undefined {
    return this.#messages.get(guard) ?? this.#messages.get(`${guard} ${route ?? ''}`)
  }

  note(guard: AnyGuard, error: unknown, route?: RouteId): void {
    const message = error instanceof Error ? error.message : String(error)
    const isPeer = guards.some(({ id }) => id === guard.id && (id === 'zen' || id === 'dd'))
    if (!isPeer) throw new Error(`${guard.title}: ${message}`)
    this.#messages.set(route === undefined ? guard.id : `${guard.id} ${route}`, message)
    this.#say(`${guard.title} failed${route === undefined ? '' : ` in ${route}`}: ${message}`)
  }
}
