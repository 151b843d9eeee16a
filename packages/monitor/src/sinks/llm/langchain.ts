import type { BlockedError } from '../../core/blocked-error.ts'
import type { Engine } from '../../core/engine.ts'
import { settle } from '../settle.ts'
import type { Sink } from '../sink.ts'
import { rejects, replaceMethod } from '../statement-door.ts'
import { isWatched, judgePrompt } from './model-door.ts'
import { messagesIn } from './read-messages.ts'

interface Class {
  readonly prototype: object
}

/** `@langchain/core`: every model, whoever serves it, is asked by `generate` or gives a stream. */
export const langchain: Sink = {
  module: '@langchain/core',
  kinds: ['prompt'],
  files: ['dist/language_models/chat_models.cjs', 'dist/language_models/llms.cjs'],
  esModules: ['dist/language_models/chat_models.js', 'dist/language_models/llms.js'],
  earlyIfWanted: true,
  patch: (exports, engine, file) => {
    if (file === '') return
    const { BaseChatModel, BaseLLM } = exports as { readonly BaseChatModel?: Class; readonly BaseLLM?: Class }
    const model = BaseChatModel ?? BaseLLM
    if (!model) throw new Error('this @langchain/core has no models')
    guardModel(model.prototype, engine)
  },
}

function guardModel(target: object, engine: Engine): void {
  replaceMethod(target, 'generate', 'judge', (original) => (self, args) => {
    const go = (): unknown => original.apply(self, args)
    if (!isWatched(engine)) return go()
    return settle(
      judgePrompt(engine, () => messagesIn(args[0])),
      go,
      rejects,
    )
  })
  replaceMethod(target, '_streamIterator', 'judge', (original) => (self, args) => {
    const go = (): AsyncIterable<unknown> => original.apply(self, args) as AsyncIterable<unknown>
    if (!isWatched(engine)) return go()
    const verdict = judgePrompt(engine, () => messagesIn(promptOf(args[0])))
    return verdict === null ? go() : after(verdict, go)
  })
}

async function* after(
  verdict: BlockedError | Promise<BlockedError | null>,
  go: () => AsyncIterable<unknown>,
): AsyncGenerator {
  const refusal = await verdict
  if (refusal) throw refusal
  yield* go()
}

/** A prompt value gives its messages. */
function promptOf(input: unknown): unknown {
  const ask = (input as { toChatMessages?: unknown } | null | undefined)?.toChatMessages
  return typeof ask === 'function' ? Reflect.apply(ask as () => unknown, input, []) : input
}
