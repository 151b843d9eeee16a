import diagnostics from 'node:diagnostics_channel'
import { contexts, type Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { replace } from '../replace.ts'
import { settle, type Verdict } from '../settle.ts'
import type { Sink } from '../sink.ts'
import { judgeCall, noteRedirect } from './outgoing-calls.ts'

interface DispatchOptions {
  readonly origin?: string | URL
  readonly path?: string
}

/** Of all versions: what a call is answered through. */
interface Handler {
  readonly onResponseError?: (controller: unknown, error: Error) => void
  readonly onError?: (error: Error) => void
}

type Dispatch = (this: object, options: DispatchOptions, handler: Handler) => boolean
type Fetch = (this: unknown, ...args: unknown[]) => unknown

/**
 * The global `fetch` is undici inside, loaded when it is first called: so is its guard, since loading it earlier would cost every
 * start. Each hop of a redirect is a dispatch of its own and judged as one.
 */
export function guardFetch(scope: object, engine: Engine): void {
  watchRedirects(engine)
  let ready = false
  replace<Fetch>(scope, 'fetch', (original) => {
    return function fetch(this: unknown, ...args) {
      if (!ready) {
        ready = true
        engine.aside('fetch', () => guardGlobalDispatcher(engine))
      }
      return Reflect.apply(original, this, args)
    }
  })
}

/** The `undici` package, whose dispatchers are not those of the global fetch. */
export const undici: Sink = {
  module: 'undici',
  kinds: ['request'],
  patch: (exports, engine) => {
    const { Agent } = exports as { readonly Agent?: { readonly prototype: object } }
    if (!Agent) throw new Error('this undici has no Agent')
    guardDispatch(Agent.prototype, engine)
    watchRedirects(engine)
  },
}

function guardGlobalDispatcher(engine: Engine): void {
  // Loads undici, which then leaves its dispatcher here.

  new Headers()
  for (const version of [1, 2]) {
    const dispatcher = (globalThis as Record<symbol, object | undefined>)[
      Symbol.for(`undici.globalDispatcher.${version}`)
    ]
    if (dispatcher) guardDispatch(dispatcher, engine)
  }
}

const guarded = new WeakSet()

/** Clients, pools, agents and proxies share one `dispatch`, a step or two up; interceptors call it through each other. */
function guardDispatch(from: object, engine: Engine): void {
  let owner: object | null = from
  while (owner && !Object.hasOwn(owner, 'dispatch')) owner = Object.getPrototypeOf(owner) as object | null
  if (!owner || guarded.has(owner)) return
  guarded.add(owner)
  let depth = 0
  replace<Dispatch>(owner, 'dispatch', (original) => {
    return function dispatch(this: object, options, handler) {
      const context = contexts.getStore()
      const verdict = context && depth === 0 ? judgeDispatch(engine, context, this, options) : null
      const go = (): boolean => {
        depth += 1
        try {
          return original.call(this, options, handler)
        } finally {
          depth -= 1
        }
      }
      if (verdict === null) return go()
      const done = settle(verdict, go, (refusal) => refuse(handler, refusal))
      return typeof done === 'boolean' ? done : true
    }
  })
}

function judgeDispatch(engine: Engine, context: Context, dispatcher: object, options: DispatchOptions): Verdict {
  const url = engine.aside('url', () => urlOf(dispatcher, options))
  return url ? judgeCall((operation) => engine.judgeInTime(operation), context, url) : null
}

function urlOf(dispatcher: object, { origin, path = '/' }: DispatchOptions): string | null {
  const from = origin ?? ownOrigin(dispatcher)
  const text = from instanceof URL ? from.origin : typeof from === 'string' ? from.replace(/\/$/, '') : null
  return text === null ? null : text + path
}

/** A client knows its origin itself. */
function ownOrigin(dispatcher: object): unknown {
  const own = Object.getOwnPropertySymbols(dispatcher).find((symbol) => symbol.description === 'url')
  return own && (dispatcher as Record<symbol, unknown>)[own]
}

function refuse(handler: Handler, refusal: Error): false {
  if (handler.onResponseError) handler.onResponseError(null, refusal)
  else if (handler.onError) handler.onError(refusal)
  else throw refusal
  return false
}

interface UndiciRequest {
  readonly origin: string | URL
  readonly path: string
}

let watching = false
const makers = new WeakMap<object, Context>()

/** An answer arrives in the context of whoever opened the connection, so that each request's own is remembered. */
function watchRedirects(engine: Engine): void {
  if (watching) return
  watching = true
  diagnostics.subscribe('undici:request:create', (message) => {
    const context = contexts.getStore()
    if (context) makers.set((message as { request: object }).request, context)
  })
  diagnostics.subscribe('undici:request:headers', (message) => {
    engine.aside('redirect', () => {
      const { request, response } = message as {
        readonly request: UndiciRequest
        readonly response: { readonly statusCode: number; readonly headers: readonly Buffer[] }
      }
      const context = makers.get(request)
      if (!context || response.statusCode < 300 || response.statusCode > 399) return
      const at = response.headers.findIndex(
        (name, index) => index % 2 === 0 && String(name).toLowerCase() === 'location',
      )
      if (at === -1) return
      noteRedirect(
        context,
        `${String(request.origin)}${request.path}`,
        response.statusCode,
        String(response.headers[at + 1]),
      )
    })
  })
}
