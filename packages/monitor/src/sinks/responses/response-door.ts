import { ServerResponse } from 'node:http'
import type { Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { isSealed } from '../../respond/block.ts'
import { contextOf } from '../../sources/keep-context.ts'
import {
  followBody,
  ignorePart,
  inRequest,
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

/** What is known of the answer to one request. */
class Leave {
  /** Undefined until its head is known. */
  following: Following | null | undefined = undefined
  leaving: Leaving | null = null
}

const leaveOf = (context: Context): Leave => (context.answer ??= new Leave()) as Leave

/** Ends the writing of a part that must not leave, or not yet, as was seen when its head was made. */
const unwinding = new Error('the part does not leave')

/** Judges what leaves, on the way out: the head when it is made, and each part of a body before it is written. */
export function guardResponses(engine: Engine): void {
  const prototype = ServerResponse.prototype as object as Record<string, Method<ServerResponse>>
  for (const name of ['writeHead', 'writeHeader']) guardHead(prototype, name, engine)
  const write = beneath(prototype, 'write')
  for (const name of ['write', 'end'] as const) guardBody(prototype, name, engine, write)
}

function guardHead(prototype: Record<string, Method<ServerResponse>>, name: string, engine: Engine): void {
  const next = beneath(prototype, name)
  define(prototype, name, function guarded(this: ServerResponse) {
    // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
    const given = arguments
    const context = contextOf(this)
    if (!context) return next().apply(this, given)
    const answer = leaveOf(context)
    const { leaving } = answer
    if (!leaving) lookOnce(this, context, engine)
    if (context.blocked) return isSealed(this) ? this : next().apply(this, given)
    const result = next().apply(this, given)
    const head = readHead(this)
    let verdict: Verdict = judgeHead(head, engine, context) ? 'refused' : 'passes'
    if (verdict === 'passes' && answer.following === undefined) {
      const following = (answer.following = followBody(head, engine, context))
      if (following && leaving) verdict = judgePart(following, engine, leaving.given, leaving.last)
    }
    if (verdict === 'passes') return result
    if (!leaving) return this
    leaving.verdict = verdict
    throw unwinding
  })
}

function guardBody(
  prototype: Record<string, Method<ServerResponse>>,
  name: 'write' | 'end',
  engine: Engine,
  write: Beneath<ServerResponse>,
): void {
  const next = beneath(prototype, name)
  const last = name === 'end'
  const guarded: Send<ServerResponse> = function guarded() {
    // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
    const given = arguments
    const context = contextOf(this)
    if (!context) return next().apply(this, given)
    const answer = leaveOf(context)
    const { following } = answer
    if (following === undefined) lookOnce(this, context, engine)
    // Whoever kept the method from before the answer was sealed still comes this way.
    if (context.blocked) return isSealed(this) ? ignorePart(this, given, last) : next().apply(this, given)
    if (following) {
      const verdict = judgePart(following, engine, given, last)
      if (verdict !== 'passes') return keepPart(following, verdict, this, given, last)
      for (const one of following.waiting.splice(0)) write().apply(this, one)
    }
    if (following !== undefined || isMade(this)) return next().apply(this, given)
    const leaving: Leaving = (answer.leaving = { given, last, verdict: 'passes' })
    try {
      return next().apply(this, given)
    } catch (error) {
      if (error !== unwinding) throw error
      const known = answer.following
      return known ? keepPart(known, leaving.verdict, this, given, last) : ignorePart(this, given, last)
    } finally {
      answer.leaving = null
    }
  }
  define(prototype, name, guarded)
}

/** The last moment at which what the request did unseen can get another answer. */
function lookOnce(answer: ServerResponse, context: Context, { lookout }: Engine): void {
  if (lookout && !context.blocked && !isMade(answer)) inRequest(context, lookout)
}

const isMade = (answer: ServerResponse): boolean => typeof (answer as { _header?: unknown })._header === 'string'
