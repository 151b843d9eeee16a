import http, { IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import { Context, contexts } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import type { Guard } from '../core/guard.ts'
import type { Limits } from '../core/limits.ts'

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean
type Push = (this: unknown, chunk: unknown, encoding?: BufferEncoding) => boolean

const contextKey = Symbol('riposte.context')
type Known = IncomingMessage & { [contextKey]?: Context }

/**
 * Every request that a server hands to the app runs in a context of its own, and what the app reads of its body is kept along.
 * https does not inherit `emit`: both are patched. The hottest path of all: no closure, no rest array, and no header is read for
 * a request that asks for nothing judged.
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
      engine.counters.requests += 1
      const context = guard<Context | null, [Known, ServerResponse, Limits]>(
        'context',
        openContext,
        null,
        first as Known,
        second as ServerResponse,
        limits,
      )
      return context
        ? contexts.run(context, handOn, original, this, event, first, second)
        : original.call(this, event, first, second)
    }
  }
  teeBodies(guard)
}

function openContext(request: Known, response: ServerResponse, limits: Limits): Context {
  const context = new Context(request, response, limits)
  request[contextKey] = context
  return context
}

const handOn = (original: Emit, server: unknown, event: string | symbol, first: unknown, second: unknown): boolean =>
  original.call(server, event, first, second)

/** Reads nothing itself: an app that ignores a body still does. */
function teeBodies(guard: Guard): void {
  const prototype = IncomingMessage.prototype as unknown as { push: Push }
  const original = prototype.push
  prototype.push = function push(chunk, encoding) {
    const context = (this as Known)[contextKey]
    if (context && Buffer.isBuffer(chunk)) guard('body', keep, undefined, context, chunk)
    return original.call(this, chunk, encoding)
  }
}

const keep = (context: Context, chunk: Buffer): void => context.keep(chunk)
