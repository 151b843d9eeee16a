import type { Engine } from '../../core/engine.ts'
import { replace } from '../replace.ts'
import { settle } from '../settle.ts'
import { rejects } from '../statement-door.ts'
import { isWatched, judgePrompt } from './model-door.ts'
import { isModelPath } from './model-path.ts'
import { messagesOf } from './read-messages.ts'

type Fetch = (this: unknown, ...args: unknown[]) => unknown

/** Larger ones hold files. */
const longestBody = 8_000_000

/**
 * What asks a model with the global `fetch`: the AI SDK, whose functions stand in an ES module that nothing can be put before, and
 * clients that nobody here knows.
 */
export function guardModelCalls(scope: object, engine: Engine): void {
  replace<Fetch>(scope, 'fetch', (original) => {
    return function fetch(this: unknown, ...args) {
      const go = (): unknown => Reflect.apply(original, this, args)
      if (!isWatched(engine)) return go()
      const body = engine.aside('model call', () => bodyOf(args[0], args[1]))
      if (body === undefined || body === null) return go()
      return settle<unknown>(
        judgePrompt(engine, () => messagesOf(JSON.parse(body))),
        go,
        rejects,
      )
    }
  })
}

/** The JSON that is sent to a model; null for every other call. */
function bodyOf(resource: unknown, init: unknown): string | null {
  const body = (init as { readonly body?: unknown } | null | undefined)?.body
  if (body === undefined || body === null) return null
  const url = typeof resource === 'string' ? resource : resource instanceof URL ? resource.href : null
  if (url === null || !isModelPath(url)) return null
  const text = typeof body === 'string' ? body : body instanceof Uint8Array ? new TextDecoder().decode(body) : ''
  return text.length <= longestBody && text.trimStart().startsWith('{') ? text : null
}
