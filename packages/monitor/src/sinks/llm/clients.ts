import type { BlockedError } from '../../core/blocked-error.ts'
import type { Engine } from '../../core/engine.ts'
import { replaceMethod } from '../statement-door.ts'
import type { Sink } from '../sink.ts'
import { inside, isWatched, judgePrompt } from './model-door.ts'
import { isModelPath } from './model-path.ts'
import { messagesOf } from './read-messages.ts'

interface Class {
  readonly prototype: object
}
interface Exports {
  readonly OpenAI?: Class
  readonly Anthropic?: Class
  readonly default?: Class
}

/** All that a resource of the client sends, helpers and streams too, goes through one method of the client. */
const client = (module: string, name: 'OpenAI' | 'Anthropic'): Sink => ({
  module,
  kinds: ['prompt'],
  esModules: ['index.mjs'],
  earlyIfWanted: true,
  patch: (exports, engine) => {
    const { [name]: named, default: other } = exports as Exports
    const owner = named ?? other ?? (exports as Class)
    if (typeof (owner.prototype as { makeRequest?: unknown } | undefined)?.makeRequest !== 'function')
      throw new Error(`this ${module} has no client that sends`)
    guardRequests(owner.prototype, engine)
  },
})

/** `openai`, Azure's client too. */
export const openai = client('openai', 'OpenAI')
/** `@anthropic-ai/sdk`; its clients for clouds are built on it. */
export const anthropic = client('@anthropic-ai/sdk', 'Anthropic')

interface RequestOptions {
  readonly method?: unknown
  readonly path?: unknown
  readonly body?: unknown
}

function guardRequests(target: object, engine: Engine): void {
  replaceMethod(target, 'makeRequest', 'judge', (original) => (self, args) => {
    const go = (): unknown => original.apply(self, args)
    // The third is set when a request is sent again.
    if (args[2] !== undefined || !isWatched(engine)) return go()
    const options = args[0]
    return options instanceof Promise
      ? options.then(
          (resolved: unknown) => judgeThen(engine, resolved, go),
          // The client tells its caller what is wrong with them.
          go,
        )
      : judgeThen(engine, options, go)
  })
}

function judgeThen(engine: Engine, options: unknown, go: () => unknown): unknown {
  const { path, body } = (options ?? {}) as RequestOptions
  if (typeof path !== 'string' || !isModelPath(path)) return go()
  const verdict = judgePrompt(engine, () => messagesOf(body))
  const on = (refusal: BlockedError | null): unknown => (refusal ? Promise.reject(refusal) : inside(go))
  return verdict instanceof Promise ? verdict.then(on) : on(verdict)
}
