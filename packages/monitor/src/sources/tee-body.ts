import type { Guard } from '../core/guard.ts'
import type { Context } from '../core/context.ts'
import { contextOf } from './keep-context.ts'

type Push = (this: unknown, chunk: unknown, encoding?: BufferEncoding) => boolean

/** Keeps what comes in of a body along with its request. Reads nothing itself: an app that ignores a body still does. */
export function teeBody(prototype: object, guard: Guard): void {
  const target = prototype as { push: Push }
  const original = target.push
  target.push = function push(chunk, encoding) {
    if (chunk !== null) {
      const context = contextOf(this as object)
      if (context && Buffer.isBuffer(chunk)) guard('body', keep, undefined, context, chunk)
    }
    return original.call(this, chunk, encoding)
  }
}

const keep = (context: Context, chunk: Buffer): void => context.keep(chunk)
