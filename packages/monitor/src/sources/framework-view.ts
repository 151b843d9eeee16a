/** How one framework tells what it made of a request. Each is asked anew for every judged operation, and reads properties only. */
export interface FrameworkView {
  params(of: object): unknown
  body(of: object): unknown
  /** What was uploaded, without what it holds: names and types. */
  files(of: object): unknown
  /** The route's pattern, such as `/orders/:id`. */
  route(of: object): string | null
}

interface ExpressRequest {
  readonly params?: unknown
  readonly body?: unknown
  readonly file?: unknown
  readonly files?: unknown
  readonly baseUrl?: string
  readonly route?: { readonly path?: unknown }
}

/** Express, and whatever else leaves its findings on the request: NestJS on Express, Connect, Restify. */
export const express: FrameworkView = {
  params: (of) => (of as ExpressRequest).params,
  body: (of) => (of as ExpressRequest).body,
  files: (of) => (of as ExpressRequest).files ?? (of as ExpressRequest).file,
  route: (of) => {
    const { route, baseUrl = '' } = of as ExpressRequest
    return typeof route?.path === 'string' ? (baseUrl + route.path).slice(0, 500) : null
  },
}

interface FastifyRequest {
  readonly params?: unknown
  readonly body?: unknown
  readonly routeOptions?: { readonly url?: unknown }
}

/** Fastify, and NestJS on it. */
export const fastify: FrameworkView = {
  params: (of) => (of as FastifyRequest).params,
  body: (of) => (of as FastifyRequest).body,
  files: () => undefined,
  route: (of) => asRoute((of as FastifyRequest).routeOptions?.url),
}

interface KoaContext {
  readonly params?: unknown
  readonly request?: { readonly body?: unknown; readonly files?: unknown }
  readonly _matchedRoute?: unknown
}

export const koa: FrameworkView = {
  params: (of) => (of as KoaContext).params,
  body: (of) => (of as KoaContext).request?.body,
  files: (of) => (of as KoaContext).request?.files,
  route: (of) => asRoute((of as KoaContext)._matchedRoute),
}

const asRoute = (pattern: unknown): string | null => (typeof pattern === 'string' ? pattern.slice(0, 500) : null)
