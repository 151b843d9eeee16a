import { watchPrototypes } from '../merges/prototype-watch.ts'
import { guardModelCalls } from '../llm/model-fetch.ts'
import type { Sink } from '../sink.ts'
import { guardFunctionConstructors } from './code-from-text.ts'
import { guardFetch } from './fetch.ts'

/** What needs no import. */
export const globals: Sink = {
  module: 'globalThis',
  kinds: ['request', 'code', 'merge', 'prompt'],
  patch: (exports, engine) => {
    const scope = exports as { Function: FunctionConstructor }
    guardFetch(scope, engine)
    guardModelCalls(scope, engine)
    guardFunctionConstructors(scope, engine)
    watchPrototypes(engine)
  },
}
