import type { BlockedError } from '../core/blocked-error.ts'
import { contexts } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import { EventEmitter } from 'node:events'
import { settle, type Verdict } from './settle.ts'
import type { Sink } from './sink.ts'
import { bindEmitter, outside, rejects, replaceMethod, throws } from './statement-door.ts'

interface Class {
  readonly prototype: object
}
interface Exports {
  readonly Collection?: Class
  readonly Db?: Class
  readonly Admin?: Class
  readonly MongoClient?: Class
  readonly AbstractCursor?: Class
  readonly FindCursor?: Class
  readonly AggregationCursor?: Class
  readonly OrderedBulkOperation?: Class
}

/** Of a function's arguments, what the database reads as a query. */
type Queried = (args: readonly unknown[]) => unknown

const first: Queried = ([query]) => query
const second: Queried = ([, query]) => query

/** A filter, and what among the options the database reads as expressions or conditions too. */
const filterWith =
  (options: number): Queried =>
  (args) => {
    const parts = partsOf(args[options])
    return parts ? { filter: args[0], ...parts } : args[0]
  }

const update: Queried = ([filter, change, options]) => ({ filter, update: change, ...partsOf(options) })

const mapReduce: Queried = ([map, reduce, options]) => [{ map, reduce }, options]

const optionParts = ['projection', 'fields', 'sort', 'let', 'arrayFilters', 'hint', 'min', 'max'] as const

function partsOf(options: unknown): Record<string, unknown> | null {
  if (typeof options !== 'object' || options === null) return null
  const given = options as Readonly<Record<string, unknown>>
  const parts: Record<string, unknown> = {}
  for (const name of optionParts) {
    const part = given[name]
    if (typeof part === 'object' && part !== null) parts[name] = part
  }
  return Object.keys(parts).length > 0 ? parts : null
}

/** They answer with a promise. What is only stored, such as a new document, is no query. */
const collectionCalls: Readonly<Record<string, Queried>> = {
  findOne: filterWith(1),
  updateOne: update,
  updateMany: update,
  replaceOne: filterWith(2),
  deleteOne: filterWith(1),
  deleteMany: filterWith(1),
  findOneAndUpdate: update,
  findOneAndReplace: filterWith(2),
  findOneAndDelete: filterWith(1),
  countDocuments: filterWith(1),
  count: filterWith(1),
  distinct: second,
  bulkWrite: first,
  mapReduce,
}
/** They add to a question that is asked later. */
const findSteps = ['filter', 'project', 'sort', 'min', 'max']
const aggregationSteps = [
  'addStage',
  'match',
  'group',
  'project',
  'lookup',
  'redact',
  'sort',
  'geoNear',
  'out',
  'unwind',
]
const bulkSteps = ['update', 'updateOne', 'replaceOne', 'arrayFilters']

/**
 * The `mongodb` driver, through which `mongoose` goes too. Judged where the app calls it: the driver's own work afterwards, on sockets
 * that many requests share, is done outside of the request.
 */
export const mongodb: Sink = {
  module: 'mongodb',
  ownText: 'MongoClient_bulkWrite_does_not_currently_support_automatic_encryption',
  kinds: ['nosql'],
  patch: (exports, engine) => {
    const { Collection, Db, Admin, MongoClient } = exports as Exports
    const { AbstractCursor, FindCursor, AggregationCursor, OrderedBulkOperation } = exports as Exports
    if (!Collection) throw new Error('this mongodb has no Collection')
    const door = new QueryDoor(engine)
    for (const [name, queried] of Object.entries(collectionCalls)) door.call(Collection.prototype, name, queried)
    for (const owner of [Db, Admin]) door.call(owner?.prototype, 'command', first)
    door.call(MongoClient?.prototype, 'bulkWrite', first)
    door.cursor(Collection.prototype, 'find', filterWith(1))
    for (const owner of [Collection, Db]) door.cursor(owner?.prototype, 'aggregate', first)
    door.cursor(Db?.prototype, 'runCursorCommand', first)
    for (const owner of [Collection, Db, MongoClient]) door.step(owner?.prototype, 'watch')
    for (const name of findSteps) door.step(FindCursor?.prototype, name)
    for (const name of aggregationSteps) door.step(AggregationCursor?.prototype, name)
    door.bulk(OrderedBulkOperation?.prototype)
    for (const owner of [FindCursor, AggregationCursor]) runOutside(owner?.prototype, '_initialize')
    bindStream(AbstractCursor?.prototype)
  },
}

/** A cursor, as far as its questions reach the server. */
type Cursor = Record<'_initialize' | 'count' | 'explain' | 'clone', unknown>
type Callback = (error: unknown, result?: unknown) => void

class QueryDoor {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  call(target: unknown, name: string, queried: Queried): void {
    replaceMethod(target, name, 'judge', (original) => (self, args) => {
      if (!contexts.getStore()) return original.apply(self, args)
      const go = (): unknown => outside(() => original.apply(self, args))
      return settle<unknown>(this.#judge(args, queried), go, rejects)
    })
  }

  /** Asks nothing before it is first read: then it fails. */
  cursor(target: unknown, name: string, queried: Queried): void {
    replaceMethod(target, name, 'judge', (original) => (self, args) => {
      if (!contexts.getStore()) return original.apply(self, args)
      const verdict = this.#judge(args, queried)
      const cursor: unknown = outside(() => original.apply(self, args))
      if (verdict !== null && typeof cursor === 'object' && cursor !== null) hold(cursor as Cursor, verdict)
      return cursor
    })
  }

  step(target: unknown, name: string): void {
    replaceMethod(target, name, 'judge', (original) => (self, args) => {
      if (!contexts.getStore()) return original.apply(self, args)
      const refusal = this.#engine.judge({ kind: 'nosql', filter: args[0] })
      if (refusal) return throws(refusal)
      const result = outside(() => original.apply(self, args))
      if (name === 'watch' && result instanceof EventEmitter) bindEmitter(result as EventEmitter)
      return result
    })
  }

  /** What `find` gives back takes the updates; its class is not among the driver's exports. */
  bulk(target: unknown): void {
    this.step(target, 'raw')
    replaceMethod(target, 'find', 'judge', (original) => (self, args) => {
      const refusal = contexts.getStore() ? this.#engine.judge({ kind: 'nosql', filter: args[0] }) : null
      if (refusal) return throws(refusal)
      const operators = original.apply(self, args)
      for (const name of bulkSteps) this.step(operators, name)
      return operators
    })
  }

  #judge(args: readonly unknown[], queried: Queried): Verdict {
    return this.#engine.judgeInTime(() => ({ kind: 'nosql', filter: queried(args) }))
  }
}

/** Lets a cursor ask nothing unless the verdict, when it comes, is that it may. */
function hold(cursor: Cursor, verdict: NonNullable<Verdict>): void {
  const after = async (work: () => unknown): Promise<unknown> => {
    const refusal: BlockedError | null = await verdict
    if (refusal) throw refusal
    return work()
  }
  for (const name of ['_initialize', 'count', 'explain'] as const) {
    const original = cursor[name]
    if (typeof original !== 'function') continue
    cursor[name] = (...args: unknown[]): unknown => {
      const callback = args.at(-1)
      const work = (): unknown => Reflect.apply(original, cursor, args)
      if (typeof callback !== 'function') return after(work)
      // The driver's fifth major starts a cursor with a callback.
      after(work).catch((error: unknown) => (callback as Callback)(error))
      return undefined
    }
  }
  const { clone } = cursor
  if (typeof clone !== 'function') return
  cursor.clone = (): unknown => {
    const copy = Reflect.apply(clone, cursor, []) as Cursor
    hold(copy, verdict)
    return copy
  }
}

const runOutside = (target: unknown, name: string): void =>
  replaceMethod(target, name, 'outside', (original) => (self, args) => outside(() => original.apply(self, args)))

/** Its events are told when a socket that many share has something to say. */
const bindStream = (target: unknown): void =>
  replaceMethod(target, 'stream', 'bind', (original) => (self, args) => {
    const stream = original.apply(self, args)
    if (contexts.getStore() && stream instanceof EventEmitter) bindEmitter(stream as EventEmitter)
    return stream
  })
