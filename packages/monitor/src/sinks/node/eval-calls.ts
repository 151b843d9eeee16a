import Module from 'node:module'
import type { Engine } from '../../core/engine.ts'
import type { Sink } from '../sink.ts'
import { refuseCode } from './code-from-text.ts'
import { guardName, rewriteEval } from './rewrite-eval.ts'

type Compile = (this: unknown, content: string, ...rest: unknown[]) => unknown
interface Loaded {
  readonly source?: string | Uint8Array | null
}
type Load = (url: string, context: unknown, next: (url: string, context: unknown) => Loaded) => Loaded
interface Hooks {
  readonly registerHooks?: (hooks: { readonly load: Load }) => unknown
}

/** Calls of `eval` in the scripts that the app loads from now on; in ES modules where Node lets their text be changed in time. */
export const evalCalls: Sink = {
  module: 'node:module',
  kinds: ['code'],
  patch: (_, engine) => {
    offerGuard(engine)
    const prototype = Module.prototype as unknown as { _compile: Compile }
    const original = prototype._compile
    prototype._compile = function compile(content, ...rest) {
      const text = typeof content === 'string' ? engine.aside('eval', () => rewriteEval(content)) : null
      return original.call(this, text ?? content, ...rest)
    }
    ;(Module as unknown as Hooks).registerHooks?.({
      load: (url, context, next) => {
        const loaded = next(url, context)
        return engine.aside('eval', () => withGuard(loaded)) ?? loaded
      },
    })
  },
}

function withGuard(loaded: Loaded): Loaded | undefined {
  const { source } = loaded
  if (source === null || source === undefined) return undefined
  const text = rewriteEval(typeof source === 'string' ? source : Buffer.from(source).toString('utf8'))
  return text === null ? undefined : { ...loaded, source: text }
}

/** Reads the code and hands it on, or throws. What is no text is nothing to `eval` either. */
function offerGuard(engine: Engine): void {
  const look = (code: unknown): unknown => {
    refuseCode(engine, code)
    return code
  }

  const indirect = eval
  const run = (code: unknown): unknown => indirect(look(code) as string)
  Object.defineProperty(globalThis, guardName, { value: Object.assign(look, { eval: run }), configurable: true })
}
