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
  readonly #body: BodyTee | null
  #collected: Collected | null = null
  #stamp: unknown[] = []
  /** Set once something of this request was blocked: what follows is refused too. */
  blocked: BlockedError | null = null
  cutReported = false
  userId: string | null = null
  sessionId: string | null = null

  constructor(
    request: IncomingMessage | null,
    response: ServerResponse | null,
    named: readonly Input[] = [],
    limits?: Limits,
  ) {
    this.request = request
    this.response = response
    this.#named = named
    this.#body = request && limits && BodyTee.mayHaveBody(request) ? new BodyTee(request, limits.bodyBytes) : null
  }

  /** The values that came from outside so far; the same list again while nothing new came. */
  inputs(limits: Limits): Collected {
    const { request } = this
    if (!request) return { inputs: this.#named, cut: false }
    const parsed = request as IncomingMessage & { body?: unknown; params?: unknown }
    const stamp = [parsed.body, parsed.params, this.#body?.length ?? 0, request.url]
    if (!this.#collected || stamp.some((part, index) => part !== this.#stamp[index])) {
      this.#stamp = stamp
      this.#collected = collectInputs(request, this.#body, limits)
    }
    return this.#collected
  }
}

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
