import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Input } from '@riposte/contract'
import type { BlockedError } from './blocked-error.ts'
import type { Limits } from './limits.ts'
import { BodyTee } from '../sources/body-tee.ts'
import { collectInputs, type Collected } from '../sources/collect-inputs.ts'

/** What is known of the work in hand: a request, or inputs that the app named itself. Everything is worked out when first asked for. */
export class Context {
  readonly request: IncomingMessage | null
  readonly response: ServerResponse | null
  readonly #named: readonly Input[]
  readonly #limits: Limits
  #body: BodyTee | null = null
  #collected: Collected | null = null
  #stamp: readonly unknown[] | null = null
  /** Set once something of this request was blocked: what follows is refused too. */
  blocked: BlockedError | null = null
  cutReported = false
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

  /** The values that came from outside so far; the same list again while nothing new came. */
  inputs(): Collected {
    const { request } = this
    if (!request) return { inputs: this.#named, cut: false }
    const parsed = request as IncomingMessage & { body?: unknown; params?: unknown }
    const stamp = [parsed.body, parsed.params, this.#body?.length ?? 0, request.url]
    const known = this.#stamp
    if (!this.#collected || !known || stamp.some((part, index) => part !== known[index])) {
      this.#stamp = stamp
      this.#collected = collectInputs(request, this.#body, this.#limits)
    }
    return this.#collected
  }
}

const none: readonly Input[] = []

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
