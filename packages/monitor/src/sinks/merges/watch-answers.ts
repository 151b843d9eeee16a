import { ServerResponse } from 'node:http'
import { contexts, type Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { contextOf } from '../../sources/keep-context.ts'
import { PrototypeWatch } from './prototype-watch.ts'

type Send = (this: ServerResponse, ...args: unknown[]) => unknown

/**
 * Looks at the prototypes before each operation and before an answer has a head: the last moment at which the request that changed
 * them can get another answer.
 */
export function watchPrototypes(engine: Engine): void {
  const watch = new PrototypeWatch(engine)
  engine.lookout = () => watch.check()
  const prototype = ServerResponse.prototype as object as Record<string, Send>
  for (const name of ['writeHead', 'write', 'end']) {
    const original = prototype[name] as Send
    const guarded: Send = function (...args) {
      const context = this.headersSent ? undefined : contextOf(this)
      if (context && !context.blocked && refuses(context, watch)) {
        const sealed = (this as object as Record<string, Send>)[name] as Send
        // The answer is given and sealed: what the app sends is taken and ignored.
        if (sealed !== guarded) return sealed.apply(this, args)
      }
      return original.apply(this, args)
    }
    Object.defineProperty(prototype, name, { value: guarded, configurable: true, writable: true, enumerable: false })
  }
}

function refuses(context: Context, watch: PrototypeWatch): boolean {
  if (contexts.getStore() === context) watch.check()
  else contexts.run(context, () => watch.check())
  return context.blocked !== null
}
