import type { Sink } from '../sink.ts'
import { guardFunctionConstructors } from './code-from-text.ts'
import { guardFetch } from './fetch.ts'

/** What needs no import. */
export const globals: Sink = {
  module: 'globalThis',
  kinds: ['request', 'code'],
  patch: (exports, engine) => {
    const scope = exports as { Function: FunctionConstructor }
    guardFetch(scope, engine)
    guardFunctionConstructors(scope, engine)
  },
}
