import { IncomingMessage, ServerResponse } from 'node:http'
import { Server } from 'node:net'
import { contexts, type Context } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import type { Guard } from '../core/guard.ts'
import type { Limits } from '../core/limits.ts'
import { emitWith, keepContext, type Emit } from './keep-context.ts'
import { openContext, type Opening } from './open-context.ts'
import { guardResponses } from '../sinks/responses/response-door.ts'
import { watchFastify } from './fastify.ts'
import { teeBody } from './tee-body.ts'

/**
 * Every request that a server hands to the app runs in a context of its own, its events and its answer's too, and what the app
 * reads of its body is kept along. All servers that Node has inherit from the one of node:net: http, https and http2 are seen at
 * this one door. The hottest path of all: no closure, no rest array, and no header is read for a request that asks for nothing
 * judged.
 */
export function installHttp(engine: Engine, guard: Guard, limits: Limits): void {
  const opening: Opening = { engine, guard, limits }
  const prototype = Server.prototype as unknown as { emit: Emit }
  const original = prototype.emit
  prototype.emit = function emit(event: string | symbol) {
    // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
    const given = arguments as unknown as Parameters<Emit>
    if (!opensContext(event)) return original.apply(this, given)
    const context = guard<Context | null, [Opening, Parameters<Emit>]>('context', openContext, null, opening, given)
    if (context && engine.refuses(context)) return true
    return context ? contexts.run(context, emitWith, original, this, given) : original.apply(this, given)
  }
  for (const { prototype } of [IncomingMessage, ServerResponse]) keepContext(prototype)
  teeBody(IncomingMessage.prototype, guard)
  guardResponses(engine)
  watchFastify()
}

/** `stream` is how http2 tells of a request, of those for its compatible interface too. */
const opensContext = (event: string | symbol): boolean =>
  event === 'request' ||
  event === 'stream' ||
  event === 'upgrade' ||
  event === 'connect' ||
  event === 'checkContinue' ||
  event === 'checkExpectation'
