import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { holdHead, takeHead } from '../../respond/held-head.ts'
import { contextOf } from '../../sources/keep-context.ts'
import { followBody, inRequest, judgeHead, judgePart, keepPart, type Following } from './follow-body.ts'
import { beneath, define, type Beneath, type Method, type Send } from './patch-method.ts'
import { headerIn, headOf } from './read-head.ts'

const followingKey = Symbol('riposte.following')
type Stream = ServerHttp2Stream & { [followingKey]?: Following | null }

/** What `guardResponses` does, for streams of HTTP/2. @param prototype of all of them: http2 hides the class */
export function guardStreams(prototype: object, engine: Engine): void {
  const target = prototype as Record<string, Method<Stream>>
  guardRespond(target, engine)
  const write = beneath(target, 'write')
  for (const name of ['write', 'end'] as const) guardBody(target, name, engine, write)
}

function guardRespond(target: Record<string, Method<Stream>>, engine: Engine): void {
  const next = beneath(target, 'respond')
  define(target, 'respond', function guarded(this: Stream, headers?: OutgoingHttpHeaders, options?: unknown) {
    // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
    const given = arguments
    const context = contextOf(this)
    const isOver = this.destroyed || this.closed || this.headersSent
    if (!context || context.blocked || isOver) return next().apply(this, given)
    // The last moment at which what the request did unseen can get another answer.
    if (engine.lookout) inRequest(context, engine.lookout)
    if (hasRefused(context)) return undefined
    const status = Number(headerIn(headers, ':status') ?? 200)
    const head = headOf(status, headers)
    if (judgeHead(head, engine, context)) return undefined
    const following = (this[followingKey] = followBody(head, engine, context))
    const endsHere = (options as { endStream?: boolean } | undefined)?.endStream === true
    if (!following || endsHere) return next().apply(this, given)
    // Once it left there is no other answer: it waits for the first part of the body, which most apps write at once.
    const send = (): unknown => next().apply(this, given)
    holdHead(this, { headers: { ':status': status, ...headers }, send, isEncoded: following.text.isEncoded })
    return undefined
  })
}

/** A function of its own, since looking may have changed it. */
const hasRefused = (context: Context): boolean => context.blocked !== null

function guardBody(
  target: Record<string, Method<Stream>>,
  name: 'write' | 'end',
  engine: Engine,
  write: Beneath<Stream>,
): void {
  const next = beneath(target, name)
  const last = name === 'end'
  const guarded: Send<Stream> = function guarded() {
    // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
    const given = arguments
    const context = contextOf(this)
    if (!context || context.blocked) return next().apply(this, given)
    let following = this[followingKey]
    // Node makes the head of whoever writes without one.
    if (following === undefined) following = this[followingKey] = followBody(headOf(200, undefined), engine, context)
    if (!following) return next().apply(this, given)
    const held = takeHead(this)
    const verdict = judgePart(following, engine, given, last)
    if (verdict === 'waits' && held) holdHead(this, held)
    if (verdict !== 'passes') return keepPart(following, verdict, this, given, last)
    held?.send()
    for (const one of following.waiting.splice(0)) write().apply(this, one)
    return next().apply(this, given)
  }
  define(target, name, guarded)
}
