import { bindContext, contexts } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import { settle } from './settle.ts'
import type { Sink } from './sink.ts'

type Callback = (error: Error | null, result?: unknown) => void

interface QueryObject {
  readonly text?: unknown
  readonly callback?: unknown
  readonly submit?: unknown
  handleError?(error: Error, connection: unknown): void
}

type Query = (this: unknown, config: unknown, values?: unknown, callback?: unknown) => unknown
type Connect = (this: unknown, callback?: (...args: unknown[]) => unknown) => unknown

interface PgModule {
  readonly Client?: { readonly prototype: { query: Query } }
  readonly Pool?: { readonly prototype: object }
}

/**
 * The `pg` driver. A client's queue and a pool's line call back in the context of whoever let them go, so that callbacks are bound
 * to whoever handed them over; promises keep their own.
 */
export const pg: Sink = {
  module: 'pg',
  ownText: 'You_cannot_reuse_a_client',
  kinds: ['sql'],
  patch: (exports, engine) => {
    const { Client, Pool } = exports as PgModule
    if (!Client) throw new Error('this pg has no Client')
    Client.prototype.query = guardQuery(Client.prototype.query, engine)
    const pool = Pool && ownerOf(Pool.prototype, 'connect')
    if (pool) pool.connect = bindConnect(pool.connect)
  },
}

/** The prototype in the chain that holds the method itself. */
function ownerOf(prototype: object, method: 'connect'): { connect: Connect } | null {
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, method)) return at as { connect: Connect }
  }
  return null
}

function guardQuery(original: Query, engine: Engine): Query {
  return function query(this: unknown, config, values, callback) {
    if (!contexts.getStore()) return original.call(this, config, values, callback)
    const text = textOf(config)
    if (text === null) return pass(this, original, config, values, callback)
    const operation = { kind: 'sql', dialect: 'postgresql', text } as const
    // A query object must be on its way when this returns.
    const verdict = isSubmittable(config) ? engine.judge(operation) : engine.judgeInTime(operation)
    if (verdict === null) return pass(this, original, config, values, callback)
    return settle(
      verdict,
      () => pass(this, original, config, values, callback),
      (refusal) => fail(this, config, [values, callback], refusal),
    )
  }
}

function pass(self: unknown, original: Query, config: unknown, values: unknown, callback: unknown): unknown {
  if (typeof values === 'function') return original.call(self, config, bindContext(values as Callback), callback)
  if (typeof callback === 'function') return original.call(self, config, values, bindContext(callback as Callback))
  return original.call(self, config, values, callback)
}

const isSubmittable = (config: unknown): boolean =>
  typeof config === 'object' && config !== null && typeof (config as QueryObject).submit === 'function'

function textOf(config: unknown): string | null {
  if (typeof config === 'string') return config
  if (typeof config !== 'object' || config === null) return null
  const { text } = config as QueryObject
  if (typeof text === 'string') return text
  // pg-cursor and pg-query-stream keep theirs a step away.
  const inner = (config as { cursor?: QueryObject }).cursor?.text
  return typeof inner === 'string' ? inner : null
}

/** The refusal in the form in which the caller waits for an answer: callback, query object, or promise. */
function fail(client: unknown, config: unknown, rest: readonly unknown[], refusal: Error): unknown {
  const query = (typeof config === 'object' && config !== null ? config : {}) as QueryObject
  const callback = [...rest, query.callback].find((candidate) => typeof candidate === 'function') as
    Callback | undefined
  if (callback) {
    process.nextTick(bindContext(callback), refusal)
    return undefined
  }
  if (typeof query.submit === 'function') {
    process.nextTick(() => query.handleError?.(refusal, (client as { connection?: unknown }).connection))
    return config
  }
  return Promise.reject(refusal)
}

function bindConnect(original: Connect): Connect {
  return function connect(this: unknown, callback) {
    return callback ? original.call(this, bindContext(callback)) : original.call(this)
  }
}
