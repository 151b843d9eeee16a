import { EventEmitter } from 'node:events'
import { bindContext } from '../core/context.ts'
import { mayRewrite } from './mysql-values.ts'
import { failCommand, RefusedCommand } from './refused-command.ts'
import type { Sink } from './sink.ts'
import {
  bindAcquire,
  bindEmitter,
  lastCallback,
  rejects,
  StatementDoor,
  textIn,
  type DoorOptions,
  type Method,
} from './statement-door.ts'

interface Class {
  readonly prototype: object
}
interface Exports {
  readonly Connection?: Class
  readonly Pool?: Class
  readonly PromisePool?: Class
  readonly PromiseConnection?: Class
}
/** A statement on its way: an emitter that calls back, too. */
type Command = EventEmitter & { onResult?: unknown }
interface Formatter {
  readonly config?: {
    readonly namedPlaceholders?: boolean
    readonly connectionConfig?: { namedPlaceholders?: boolean }
  }
  readonly format?: (text: string, values: unknown) => unknown
}

/**
 * `mysql2`, with callbacks and with promises. Pools, clusters and the promise classes all end in a connection's `query`, `execute` and
 * `prepare`; those in front are guarded too, so that a refused statement takes no connection and fails with the error as it is.
 */
export const mysql2: Sink = {
  module: 'mysql2',
  ownText: "Can't_add_new_command_when_connection_is_in_closed_state",
  kinds: ['sql'],
  files: ['promise.js', 'lib/connection.js', 'lib/pool.js', 'lib/promise/connection.js', 'lib/promise/pool.js'],
  patch: (exports, engine, file) => {
    const door = new StatementDoor(engine, 'mysql')
    const { Connection, Pool, PromisePool, PromiseConnection } = classesOf(exports, file)
    door.guard(Connection?.prototype, 'query', { ...emits, written })
    door.guard(Pool?.prototype, 'query', { ...emits, written })
    door.guard(Connection?.prototype, 'prepare', emits)
    for (const owner of [Connection, Pool]) door.guard(owner?.prototype, 'execute', emits)
    bindAcquire(Pool?.prototype, 'getConnection')
    for (const owner of [PromisePool, PromiseConnection]) {
      for (const name of ['query', 'execute', 'prepare'])
        door.guard(owner?.prototype, name, { text: statementOf, refuse: rejects, waits: true })
    }
  },
}

function classesOf(exports: unknown, file: string): Exports {
  if (file.endsWith('promise/connection.js')) return { PromiseConnection: exports as Class }
  if (file.endsWith('promise/pool.js')) return { PromisePool: exports as Class }
  if (file.endsWith('connection.js')) return { Connection: exports as Class }
  if (file.endsWith('pool.js')) return { Pool: exports as Class }
  // Of `promise.js` only the promise classes are wanted: its `Connection` is one of them.
  const { Connection, Pool, PromisePool, PromiseConnection } = exports as Exports
  return file === '' ? compact({ Connection, Pool }) : compact({ PromisePool, PromiseConnection })
}

const compact = (classes: { readonly [Name in keyof Exports]: Exports[Name] | undefined }): Exports =>
  Object.fromEntries(Object.entries(classes).filter(([, value]) => value !== undefined))

const statementOf: DoorOptions['text'] = ([statement]) => textIn(statement)

const emits: DoorOptions = {
  text: statementOf,
  refuse: (error, args) => {
    const given = args[0] instanceof EventEmitter ? (args[0] as Command) : null
    return failCommand(given ?? new RefusedCommand(error), given?.onResult ?? lastCallback(args), error)
  },
  prepare: (args) => {
    // A cluster hands over what it made of statement and callback while it waited for a connection.
    const given = args[0] instanceof EventEmitter ? (args[0] as Command) : null
    if (given && typeof given.onResult === 'function') given.onResult = bindContext(given.onResult as Method)
    if (given) bindEmitter(given)
    return args
  },
  emits: true,
}

/** `query` writes the values into the statement; `execute` sends them apart. */
const written: NonNullable<DoorOptions['written']> = ([statement, second], self, text) => {
  const { config, format } = self as Formatter
  if (!format || config?.namedPlaceholders || config?.connectionConfig?.namedPlaceholders) return text
  const values = typeof second === 'function' || second === undefined ? valuesIn(statement) : second
  return mayRewrite(text, values) ? format.call(self, text, values) : text
}

const valuesIn = (statement: unknown): unknown =>
  typeof statement === 'object' && statement !== null ? (statement as { values?: unknown }).values : undefined
