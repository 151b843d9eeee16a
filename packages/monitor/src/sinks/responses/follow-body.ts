import type { BlockedError } from '../../core/blocked-error.ts'
import { contexts, type Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { BodyText } from './body-text.ts'
import type { BodyWatch, Head } from './watcher.ts'
import { watchers } from './watchers.ts'

/** Those who follow one answer's body, and what its bytes say. */
export interface Following {
  readonly context: Context
  readonly watches: readonly BodyWatch[]
  readonly text: BodyText
  /** Parts that leave with the next one. */
  readonly waiting: Given[]
}

/** Some bytes before the first text are how encodings begin; many are something else. */
const mostWaiting = 4

/** Judges what a head says by itself. @returns why the answer must not leave: then the client has been told */
export function judgeHead(head: Head, engine: Engine, context: Context): BlockedError | null {
  if (head.status < 300 || head.status > 399) return null
  return inRequest(context, () => {
    for (const watcher of watchers) {
      if (!watcher.head || !engine.wants(watcher.kind)) continue
      const refusal = engine.aside('answer', () => watcher.head?.(head, engine, context) ?? null)
      if (refusal) return refusal
    }
    return null
  })
}

/** @returns null when nobody follows this answer's body */
export function followBody(head: Head, engine: Engine, context: Context): Following | null {
  if (context.request?.method === 'HEAD' || head.status === 204 || head.status === 304) return null
  let watches: BodyWatch[] | null = null
  for (const watcher of watchers) {
    if (!watcher.body || !engine.wants(watcher.kind)) continue
    const watch = engine.aside('answer', () => watcher.body?.(head, engine, context) ?? null)
    if (watch) (watches ??= []).push(watch)
  }
  return watches && { context, watches, text: new BodyText(head), waiting: [] }
}

/** The arguments of a `write` or an `end`. */
export type Given = ArrayLike<unknown> & Iterable<unknown>

/** `waits`: nothing can be read of it yet, and what follows may be refused. `refused`: the client has been told. */
export type Verdict = 'passes' | 'waits' | 'refused'

/** Judges a part of a body, of which nothing has left yet. */
export function judgePart(following: Following, engine: Engine, given: Given, last: boolean): Verdict {
  return inRequest(following.context, () => {
    const { watches, waiting } = following
    const whole = last ? following.text.whole(given[0], given[1]) : null
    if (whole !== null && watches.every((watch) => watch.mayPass?.(whole))) return 'passes'
    const text = engine.aside('answer', () => following.text.part(given[0], given[1], last)) ?? ''
    if (text === '' && !last) return following.text.isSilent && waiting.length < mostWaiting ? 'waits' : 'passes'
    for (const watch of watches) if (engine.aside('answer', () => watch.part(text, last))) return 'refused'
    return 'passes'
  })
}

/** The part is not written: it is refused, or waits for the next one. @returns what the app is told instead */
export function keepPart(following: Following, verdict: Verdict, answer: object, given: Given, last: boolean): unknown {
  if (verdict === 'waits') {
    following.waiting.push(given)
    return true
  }
  for (const one of following.waiting.splice(0)) ignorePart(answer, one, false)
  return ignorePart(answer, given, last)
}

/** Whoever waits for a part to be written is told that it is. @returns what `write` and `end` do */
export function ignorePart(answer: object, given: Given, last: boolean): unknown {
  const callback = [...given].find((one) => typeof one === 'function')
  if (callback) queueMicrotask(callback as () => void)
  return last ? answer : true
}

/** What is written from within another request's work is still of this one; values that the app named on the way count too. */
export const inRequest = <Result>(context: Context, work: () => Result): Result =>
  contexts.getStore()?.request === context.request ? work() : contexts.run(context, work)
