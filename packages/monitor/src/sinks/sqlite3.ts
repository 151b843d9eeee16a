import { EventEmitter } from 'node:events'
import type { Sink } from './sink.ts'
import { lastCallback, StatementDoor, type DoorOptions } from './statement-door.ts'

/** `sqlite3`: callbacks, on a database that hands itself back for the next call. A statement is judged when it is prepared. */
export const sqlite3: Sink = {
  module: 'sqlite3',
  kinds: ['sql'],
  files: ['lib/sqlite3.js'],
  patch: (exports, engine) => {
    const { Database } = exports as { readonly Database?: { readonly prototype: object } }
    if (!Database) throw new Error('this sqlite3 has no Database')
    const door = new StatementDoor(engine, 'sqlite')
    const text: DoorOptions['text'] = ([sql]) => sql
    for (const name of ['run', 'get', 'all', 'each', 'map', 'exec'])
      door.guard(Database.prototype, name, { text, refuse: (error, args, self) => tell(error, args, self) })
    door.guard(Database.prototype, 'prepare', {
      text,
      refuse: (error, args) => tell(error, args, new RefusedStatement(error)),
    })
  },
}

/** The driver tells its last callback, and nobody when there is none. */
function tell(error: Error, args: readonly unknown[], result: unknown): unknown {
  const callback = lastCallback(args)
  if (callback) process.nextTick(() => callback.call(result, error))
  return result
}

/** Stands for a prepared statement that will not run. */
class RefusedStatement extends EventEmitter {
  readonly #error: Error

  constructor(error: Error) {
    super()
    this.#error = error
  }

  bind(...args: unknown[]): this {
    return this.#fail(args)
  }
  run(...args: unknown[]): this {
    return this.#fail(args)
  }
  get(...args: unknown[]): this {
    return this.#fail(args)
  }
  all(...args: unknown[]): this {
    return this.#fail(args)
  }
  each(...args: unknown[]): this {
    return this.#fail(args)
  }
  map(...args: unknown[]): this {
    return this.#fail(args)
  }
  reset(callback?: () => void): this {
    if (callback) process.nextTick(callback)
    return this
  }
  finalize(callback?: () => void): this {
    return this.reset(callback)
  }

  #fail(args: readonly unknown[]): this {
    tell(this.#error, args, this)
    return this
  }
}
