import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Input } from '@riposte/contract'
import type { BlockedError } from './blocked-error.ts'
import type { Limits } from './limits.ts'
import { BodyTee } from '../sources/body-tee.ts'
import { collectInputs, type Collected } from '../sources/collect-inputs.ts'
import { collectMessage, type Message } from '../sources/collect-message.ts'
import { express, type FrameworkView } from '../sources/framework-view.ts'
import { ValueCollector } from '../sources/value-collector.ts'

/** Ends what a request opened, telling the client the reference and the names of the cookies that it shall forget. */
export type Refuse = (reference: string, clear: readonly string[]) => void

/** What is known of the work in hand: a request, or inputs that the app named itself. Everything is worked out when first asked for. */
export class Context {
  request: IncomingMessage | null
  readonly response: ServerResponse | null
  readonly #named: readonly Input[]
  readonly #limits: Limits
  #body: BodyTee | null = null
  #message: Message | null = null
  #collected: Collected | null = null
  #stamp: readonly unknown[] | null = null
  /** How a framework tells what it parsed, and the object of its own that it tells it of. */
  #view: FrameworkView = express
  #viewed: object | null = null
  /** Ends what has no `ServerResponse` to answer with: a WebSocket, a stream of HTTP/2. */
  refuse: Refuse | null = null
  /** The request in which further inputs were named. */
  #within: Context | null = null
  #blocked: BlockedError | null = null
  /** Said of a connection whose messages nobody opened. */
  opaque: string | null = null
  cutReported = false
  /**
   * What those who watch answers know of its answer. Kept here since frameworks give each answer another prototype: whatever is put on
   * it afterwards costs a new shape, some ten microseconds.
   */
  answer: object | null = null
  userId: string | null = null
  sessionId: string | null = null

  constructor(
    request: IncomingMessage | null,
    response: ServerResponse | null,
    limits: Limits,
    named: readonly Input[] = none,
  ) {
    this.request = request
    this.response = response
    this.#limits = limits
    this.#named = named
  }

  /** Keeps a part of the body that the app is about to read. */
  keep(chunk: Buffer): void {
    this.#body ??= new BodyTee(this.#limits.bodyBytes)
    this.#body.keep(chunk)
  }

  /** From here on the framework is asked for what it parsed, through an object of its own. */
  seenThrough(view: FrameworkView, of: object): void {
    this.#view = view
    this.#viewed = of
  }

  /** The path that was asked for, as it came; null where no request is known. */
  get path(): string | null {
    const { request } = this
    if (!request) return null
    const url = (request as typeof request & { readonly originalUrl?: string }).originalUrl ?? request.url ?? '/'
    const mark = url.indexOf('?')
    return mark === -1 ? url : url.slice(0, mark)
  }

  /** The pattern of the route, where the framework tells it. */
  route(): string | null {
    const of = this.#viewed ?? this.request
    return of && this.#view.route(of)
  }

  /** Set once something of this request was blocked: what follows is refused too. */
  get blocked(): BlockedError | null {
    return this.#within ? this.#within.blocked : this.#blocked
  }

  set blocked(error: BlockedError | null) {
    if (this.#within) this.#within.blocked = error
    else this.#blocked = error
  }

  /** The same request, in which the app handles values that came earlier or another way. */
  withInputs(inputs: readonly Input[]): Context {
    const context = new Context(this.request, this.response, this.#limits, [...this.#named, ...inputs])
    context.#within = this
    context.#body = this.#body
    context.#message = this.#message
    context.#view = this.#view
    context.#viewed = this.#viewed
    context.refuse = this.refuse
    context.opaque = this.opaque
    context.userId = this.userId
    context.sessionId = this.sessionId
    return context
  }

  /** A context for one message of a connection that a request opened: the values of both count. */
  forMessage(data: unknown, refuse: Refuse): Context {
    const context = new Context(this.request, null, this.#limits, this.#named)
    context.#message = { data }
    context.refuse = refuse
    context.userId = this.userId
    context.sessionId = this.sessionId
    return context
  }

  /** The values that came from outside so far; the same list again while nothing new came. */
  inputs(): Collected {
    const { request } = this
    if (!request) return { inputs: this.#named, cut: false, cuts: none, unread: null }
    const of = this.#viewed ?? request
    const params = this.#view.params(of)
    const body = this.#view.body(of)
    const files = this.#view.files(of)
    const stamp = [params, body, files, this.#body?.length ?? 0, request.url]
    const known = this.#stamp
    if (!this.#collected || !known || stamp.some((part, index) => part !== known[index])) {
      this.#stamp = stamp
      const collector = new ValueCollector(this.#limits)
      if (this.#message) collectMessage(collector, this.#message)
      collectInputs(collector, { request, params, body, files, tee: this.#body }, this.#limits)
      const { cuts } = collector
      const unread = collector.unread ?? this.opaque
      const inputs = this.#named.length > 0 ? [...this.#named, ...collector.inputs] : collector.inputs
      this.#collected = { inputs, cut: cuts.length > 0, cuts, unread }
    }
    return this.#collected
  }
}

const none: readonly never[] = []

export const contexts = new AsyncLocalStorage<Context>()

/** A callback that runs in the context of whoever handed it over, however late and from wherever it is called. */
export function bindContext<Arguments extends unknown[], Result>(
  callback: (this: unknown, ...args: Arguments) => Result,
): (this: unknown, ...args: Arguments) => Result {
  const context = contexts.getStore()
  if (!context) return callback
  return function bound(this: unknown, ...args: Arguments): Result {
    return contexts.run(context, () => callback.apply(this, args))
  }
}
