import http, { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import { Context, contexts } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import type { Guard } from '../core/guard.ts'
import type { Limits } from '../core/limits.ts'
import { contextOf, keepContext, setContextOf } from './keep-context.ts'

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean
type Push = (this: unknown, chunk: unknown, encoding?: BufferEncoding) => boolean

/**
 * Every request that a server hands to the app runs in a context of its own, its events and its answer's too, and what the app
 * reads of its body is kept along. https does not inherit `emit`: both are patched. The hottest path of all: no closure, no rest
 * array, and no header is read for a request that asks for nothing judged.
 */
export function installHttp(engine: Engine, guard: Guard, limits: Limits): void {
  for (const server of [http.Server, https.Server]) {
    const prototype = server.prototype as unknown as { emit: Emit }
    const original = prototype.emit
    prototype.emit = function emit(event: string | symbol, first?: unknown, second?: unknown) {
      if (event !== 'request' && event !== 'checkContinue') {
        // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
        return original.apply(this, arguments as unknown as Parameters<Emit>)
      }
      const context = guard<Context | null, [Engine, IncomingMessage, ServerResponse, Limits]>(
        'context',
        openContext,
        null,
        engine,
        first as IncomingMessage,
        second as ServerResponse,
        limits,
      )
      if (context && engine.refuses(context)) return true
      return context
        ? contexts.run(context, handOn, original, this, event, first, second)
        : original.call(this, event, first, second)
    }
  }
  keepContext(IncomingMessage.prototype)
  keepContext(ServerResponse.prototype)
  teeBodies(guard)
}

/** A request that one server hands to another, or `checkContinue` to `request`, stays the same request. */
function openContext(engine: Engine, request: IncomingMessage, response: ServerResponse, limits: Limits): Context {
  const known = contextOf(request)
  if (known) return known
  engine.counters.requests += 1
  const context = new Context(request, response, limits)
  setContextOf(request, context)
  setContextOf(response, context)
  return context
}

const handOn = (original: Emit, server: unknown, event: string | symbol, first: unknown, second: unknown): boolean =>
  original.call(server, event, first, second)

/** Reads nothing itself: an app that ignores a body still does. */
function teeBodies(guard: Guard): void {
  const prototype = IncomingMessage.prototype as unknown as { push: Push }
  const original = prototype.push
  prototype.push = function push(chunk, encoding) {
    if (chunk !== null) {
      const context = contextOf(this as IncomingMessage)
      if (context && Buffer.isBuffer(chunk)) guard('body', keep, undefined, context, chunk)
    }
    return original.call(this, chunk, encoding)
  }
}

const keep = (context: Context, chunk: Buffer): void => context.keep(chunk)
