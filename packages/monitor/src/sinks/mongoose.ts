import { bindContext, contexts } from '../core/context.ts'
import type { Sink } from './sink.ts'
import { replaceMethod } from './statement-door.ts'

/** An operation that waits for the connection: its name, or what is to be called, and its arguments. */
type Waiting = [name: unknown, args: unknown]
type Call = (this: unknown, ...args: unknown[]) => unknown

/**
 * `mongoose` asks through the `mongodb` driver, where it is judged. While there is no connection it keeps what it is asked, and asks
 * when there is one again: on behalf of nobody, unless each keeps whom it is for.
 */
export const mongoose: Sink = {
  module: 'mongoose',
  kinds: ['nosql'],
  patch: (exports) => {
    const { Collection } = exports as { readonly Collection?: { readonly prototype: object } }
    if (!Collection) throw new Error('this mongoose has no Collection')
    const contextOf = new WeakMap<object, (work: () => unknown) => unknown>()
    replaceMethod(Collection.prototype, 'addQueue', 'bind', (original) => (self, args) => {
      const [, given] = args
      if (contexts.getStore() && typeof given === 'object' && given !== null)
        contextOf.set(
          given,
          bindContext((work: () => unknown) => work()),
        )
      return original.apply(self, args)
    })
    replaceMethod(Collection.prototype, 'doQueue', 'bind', (original) => (self, args) => {
      for (const entry of (self as { readonly queue?: Waiting[] }).queue ?? []) {
        const [name, given] = entry
        const within = typeof given === 'object' && given !== null ? contextOf.get(given) : undefined
        // Only now, since what gave up waiting is found by its name.
        if (within && typeof name === 'string') {
          entry[0] = function (this: Readonly<Record<string, Call>>, ...rest: unknown[]) {
            return within(() => this[name]?.(...rest))
          }
        }
      }
      return original.apply(self, args)
    })
  },
}
