import { EventEmitter } from 'node:events'
import { bindContext } from '../core/context.ts'
import { mayRewrite } from './mysql-values.ts'
import { failCommand, RefusedCommand } from './refused-command.ts'
import type { Sink } from './sink.ts'
import {
  bindAcquire,
  bindEmitter,
  lastCallback,
  StatementDoor,
  textIn,
  type DoorOptions,
  type Method,
} from './statement-door.ts'

interface Class {
  readonly prototype: { readonly format?: Format }
}
type Format = (this: unknown, text: string, values: unknown) => unknown
/** A statement on its way: an emitter that calls back, too. */
type Command = EventEmitter & { _callback?: unknown }
/** `mysql`: callbacks and emitters. It writes the values into the statement, wherever a question mark stands. */
export const mysql: Sink = {
  module: 'mysql',
  kinds: ['sql'],
  files: ['lib/Connection.js', 'lib/Pool.js'],
  patch: (exports, engine, file) => {
    if (file === '') return
    const { prototype } = exports as Class
    if (prototype.format) write = prototype.format
    new StatementDoor(engine, 'mysql').guard(prototype, 'query', options)
    if (file === 'lib/Pool.js') bindAcquire(prototype, 'getConnection')
  },
}

/** How a connection writes values into a statement; a pool has it done by one. */
let write: Format | null = null

const options: DoorOptions = {
  text: ([statement]) => textIn(statement),
  written: ([statement, second], self, text) => {
    const given = typeof second === 'function' || second === undefined
    const values = !given ? second : typeof statement === 'object' ? textIn(statement, 'values') : undefined
    if (!write || !mayRewrite(text, values)) return text
    const { config } = self as { config?: { connectionConfig?: unknown } }
    return write.call({ config: config?.connectionConfig ?? config }, text, values)
  },
  refuse: (error, args) => {
    const given = args[0] instanceof EventEmitter ? (args[0] as Command) : null
    return failCommand(given ?? new RefusedCommand(error), given?._callback ?? lastCallback(args), error)
  },
  prepare: (args) => {
    // A cluster hands over what it made of statement and callback while it waited for a connection.
    const given = args[0] instanceof EventEmitter ? (args[0] as Command) : null
    if (given && typeof given._callback === 'function') given._callback = bindContext(given._callback as Method)
    if (given) bindEmitter(given)
    return args
  },
  emits: true,
}
