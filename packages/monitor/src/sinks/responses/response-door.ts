import { ServerResponse } from 'node:http'
import type { Engine } from '../../core/engine.ts'
import { isSealed } from '../../respond/block.ts'
import { contextOf } from '../../sources/keep-context.ts'
import {
  followBody,
  ignorePart,
  judgeHead,
  judgePart,
  keepPart,
  type Following,
  type Given,
  type Verdict,
} from './follow-body.ts'
import { beneath, define, type Beneath, type Method, type Send } from './patch-method.ts'
import { readHead } from './read-head.ts'

/** A part whose writing makes the head: it is judged in there, once the head is final, and before either leaves. */
interface Leaving {
  readonly given: Given
  readonly last: boolean
  verdict: Verdict
}

const followingKey = Symbol('riposte.following')
const leavingKey = Symbol('riposte.leaving')
type Answer = ServerResponse & { [followingKey]?: Following | null; [leavingKey]?: Leaving | null }

/** Ends the writing of a part that must not leave, or not yet, as was seen when its head was made. */
const unwinding = new Error('the part does not leave')

/** Judges what leaves, on the way out: the head when it is made, and each part of a body before it is written. */
export function guardResponses(engine: Engine): void {
  const prototype = ServerResponse.prototype as object as Record<string, Method<Answer>>
  for (const name of ['writeHead', 'writeHeader']) guardHead(prototype, name, engine)
  const write = beneath(prototype, 'write')
  for (const name of ['write', 'end'] as const) guardBody(prototype, name, engine, write)
}

function guardHead(prototype: Record<string, Method<Answer>>, name: string, engine: Engine): void {
  const next = beneath(prototype, name)
  define(prototype, name, function guarded(this: Answer) {
    // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
    const given = arguments
    const context = contextOf(this)
    if (!context) return next().apply(this, given)
    if (context.blocked) return isSealed(this) ? this : next().apply(this, given)
    const result = next().apply(this, given)
    const leaving = this[leavingKey]
    const head = readHead(this)
    let verdict: Verdict = judgeHead(head, engine, context) ? 'refused' : 'passes'
    if (verdict === 'passes' && this[followingKey] === undefined) {
      const following = (this[followingKey] = followBody(head, engine, context))
      if (following && leaving) verdict = judgePart(following, engine, leaving.given, leaving.last)
    }
    if (verdict === 'passes') return result
    if (!leaving) return this
    leaving.verdict = verdict
    throw unwinding
  })
}

function guardBody(
  prototype: Record<string, Method<Answer>>,
  name: 'write' | 'end',
  engine: Engine,
  write: Beneath<Answer>,
): void {
  const next = beneath(prototype, name)
  const last = name === 'end'
  const guarded: Send<Answer> = function guarded() {
    // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
    const given = arguments
    const context = contextOf(this)
    if (!context) return next().apply(this, given)
    // Whoever kept the method from before the answer was sealed still comes this way.
    if (context.blocked) return isSealed(this) ? ignorePart(this, given, last) : next().apply(this, given)
    const following = this[followingKey]
    if (following) {
      const verdict = judgePart(following, engine, given, last)
      if (verdict !== 'passes') return keepPart(following, verdict, this, given, last)
      for (const one of following.waiting.splice(0)) write().apply(this, one)
    }
    if (following !== undefined || isMade(this)) return next().apply(this, given)
    const leaving: Leaving = (this[leavingKey] = { given, last, verdict: 'passes' })
    try {
      return next().apply(this, given)
    } catch (error) {
      if (error !== unwinding) throw error
      const known = this[followingKey]
      return known ? keepPart(known, leaving.verdict, this, given, last) : ignorePart(this, given, last)
    } finally {
      this[leavingKey] = null
    }
  }
  define(prototype, name, guarded)
}

const isMade = (answer: Answer): boolean => typeof (answer as { _header?: unknown })._header === 'string'
