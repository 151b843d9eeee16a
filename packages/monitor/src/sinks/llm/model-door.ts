import { AsyncLocalStorage } from 'node:async_hooks'
import { contexts, type Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import type { Verdict } from '../settle.ts'
import type { Message } from './read-messages.ts'

/** What was judged already in one request: conversations are sent whole with each step, and one client goes through another. */
const judged = new WeakMap<Context, Set<string>>()
/** Set while a client does what was judged at its own door. */
const within = new AsyncLocalStorage<true>()

export const inside = <Result>(work: () => Result): Result => within.run(true, work)

/** Whether a call to a model would be judged here and now: asked before anything is worked out. */
export const isWatched = (engine: Engine): boolean =>
  contexts.getStore() !== undefined && engine.wants('prompt') && within.getStore() !== true

/** Judges what is new in a prompt. */
export function judgePrompt(engine: Engine, read: () => readonly Message[]): Verdict {
  const context = contexts.getStore()
  if (!context) return null
  const messages = engine.aside('prompt', read) ?? []
  if (messages.length === 0) return null
  let known = judged.get(context)
  if (!known) judged.set(context, (known = new Set()))
  const fresh: Message[] = []
  for (const message of messages) {
    // The same words are worse from another mouth.
    const key = `${message.role === 'system' || message.role === 'developer' ? 's' : message.origin === undefined ? 'u' : 'f'}${message.text}`
    if (known.has(key)) continue
    known.add(key)
    fresh.push(message)
  }
  if (fresh.length === 0 && !context.blocked) return null
  return engine.judgeInTime({ kind: 'prompt', text: fresh.map(({ text }) => text).join('\n'), messages: fresh })
}
