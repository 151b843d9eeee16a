import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import { Context, contexts } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import type { Guard } from '../core/guard.ts'
import type { Limits } from '../core/limits.ts'

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean

/** Every request that a server hands to the app runs in a context of its own. https does not inherit the method: both are patched. */
export function installHttp(engine: Engine, guard: Guard, limits: Limits): void {
  for (const server of [http.Server, https.Server]) {
    const prototype = server.prototype as unknown as { emit: Emit }
    const original = prototype.emit
    prototype.emit = function emit(event, ...args) {
      if (event !== 'request' && event !== 'checkContinue') return original.call(this, event, ...args)
      engine.counters.requests += 1
      const context = guard(
        'context',
        () => new Context(args[0] as IncomingMessage, args[1] as ServerResponse, [], limits),
        null,
      )
      return context
        ? contexts.run(context, () => original.call(this, event, ...args))
        : original.call(this, event, ...args)
    }
  }
}
