import { EventEmitter } from 'node:events'
import { bindContext } from '../core/context.ts'
import type { Sink } from './sink.ts'
import { bindEmitter, lastCallback, StatementDoor, type DoorOptions, type Method } from './statement-door.ts'

interface Class {
  readonly prototype: object
}

/** `mssql`: every form of its requests, templates too, comes down to a text and a callback. */
export const mssql: Sink = {
  module: 'mssql',
  kinds: ['sql'],
  files: ['lib/tedious/request.js', 'lib/base/prepared-statement.js'],
  patch: (exports, engine, file) => {
    if (file === '') return
    const door = new StatementDoor(engine, 'mssql')
    for (const name of ['_query', '_batch', '_prepare']) door.guard((exports as Class).prototype, name, calling)
  },
}

const calling: DoorOptions = {
  // A prepared statement may have been given its text before.
  text: ([text], self) => text || (self as { statement?: unknown }).statement,
  refuse: (error, args) => {
    const callback = lastCallback(args)
    if (callback) process.nextTick(callback, error)
    return undefined
  },
  prepare: (args, self) => {
    if (self instanceof EventEmitter) bindEmitter(self as EventEmitter)
    return args
  },
}

/** What `tedious` is given: the text, and who is to be told. */
interface TediousRequest {
  readonly sqlTextOrProcedure?: unknown
  callback?: unknown
}

/** `tedious`, where an app uses it without `mssql`. */
export const tedious: Sink = {
  module: 'tedious',
  kinds: ['sql'],
  files: ['lib/connection.js'],
  patch: (exports, engine, file) => {
    const { Connection, default: own } = exports as { readonly Connection?: Class; readonly default?: Class }
    const door = new StatementDoor(engine, 'mssql')
    for (const name of ['execSql', 'execSqlBatch', 'prepare'])
      door.guard((file === '' ? Connection : own)?.prototype, name, sending)
  },
}

const sending: DoorOptions = {
  text: ([request]) => (request as TediousRequest).sqlTextOrProcedure,
  refuse: (error, [request]) => {
    const { callback } = request as TediousRequest
    if (typeof callback === 'function') process.nextTick(() => (callback as Method).call(request, error))
    return undefined
  },
  prepare: (args) => {
    const request = args[0] as TediousRequest
    if (typeof request.callback === 'function') request.callback = bindContext(request.callback as Method)
    if (request instanceof EventEmitter) bindEmitter(request as EventEmitter)
    return args
  },
}
