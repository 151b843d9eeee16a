import { api, Problem, type Api, type RouteDefinition, type RouteId } from '@riposte/contract'
import type { z } from 'zod'

type Part<Route, Name extends string> =
  Route extends Record<Name, infer Schema extends z.ZodType> ? Record<Name, z.input<Schema>> : unknown
type OptionalPart<Route, Name extends string> =
  Route extends Record<Name, infer Schema extends z.ZodType> ? Partial<Record<Name, z.input<Schema>>> : unknown

/** What a route takes: parameters, query and body as its schemas read them. */
export type Arguments<Id extends RouteId> = Part<PlainParams<Api[Id]>, 'params'> &
  OptionalPart<Api[Id], 'query'> &
  Part<Api[Id], 'body'>
export type Answer<Id extends RouteId> = Api[Id] extends { response: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined
/** Ids in a URL are plain text here; the server reads them. */
type PlainParams<Route> = Route

/** A refusal of the server, or a server that could not be reached (`code` is `network.unreachable`). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly status: number
  readonly errors: Problem['errors']

  constructor(problem: Pick<Problem, 'title' | 'code' | 'status' | 'detail' | 'errors'>) {
    super(problem.detail ?? problem.title)
    this.code = problem.code
    this.status = problem.status
    this.errors = problem.errors
  }
}

export function pathOf(id: RouteId, params: Record<string, string> = {}, query: Record<string, unknown> = {}): string {
  const path = api[id].path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (item !== undefined && item !== null && item !== '')
        search.append(name, `${item as string | number | boolean}`)
    }
  }
  return search.size > 0 ? `${path}?${search.toString()}` : path
}

interface LooseArguments {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
}

/** Calls a route of the contract and reads its answer by the contract. @throws ApiError */
export async function call<Id extends RouteId>(id: Id, args: Arguments<Id>, signal?: AbortSignal): Promise<Answer<Id>> {
  const route: RouteDefinition = api[id]
  const { params, query, body } = args as LooseArguments
  const response = await fetch(pathOf(id, params, query), {
    method: route.method,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
    credentials: 'same-origin',
  }).catch(unreachable)
  if (!response.ok) throw await readProblem(response)
  if (response.status === 204 || !route.response) return undefined as Answer<Id>
  return route.response.parse(await response.json()) as Answer<Id>
}

export function unreachable(error: unknown): never {
  if (error instanceof DOMException && error.name === 'AbortError') throw error
  throw new ApiError({ title: 'The control plane does not answer', code: 'network.unreachable', status: 0 })
}

export async function readProblem(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  const problem = Problem.safeParse(body)
  if (problem.success) return new ApiError(problem.data)
  return new ApiError({
    title: `The server answered ${response.status}`,
    code: `http.${response.status}`,
    status: response.status,
  })
}
