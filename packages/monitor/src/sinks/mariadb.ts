import { bindContext } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import { failCommand, RefusedCommand, refusedStream } from './refused-command.ts'
import type { Sink } from './sink.ts'
import {
  bindAcquire,
  lastCallback,
  rejects,
  replaceMethod,
  StatementDoor,
  textIn,
  type DoorOptions,
} from './statement-door.ts'

/**
 * `mariadb`, with promises and with callbacks. Since 3.5 `import` gets ES modules and `require` a bundle that keeps its classes to
 * itself: there the first thing that a factory hands out shows its class.
 */
export const mariadb: Sink = {
  module: 'mariadb',
  ownText: 'Cannot_execute_new_commands:_connection_closed',
  kinds: ['sql'],
  files: ['dist/promise.cjs', 'dist/callback.cjs'],
  mustComeFirst: ['dist/promise.cjs', 'dist/callback.cjs'],
  esModules: ['lib/connection-promise.js', 'lib/pool-promise.js', 'lib/connection-callback.js', 'lib/pool-callback.js'],
  patch: (exports, engine, file) => {
    if (file.startsWith('lib/')) guardClass(classOf(exports).prototype, engine, file.includes('callback'))
  },
  replacement: (exports, engine, file) =>
    file.startsWith('dist/') ? watchFactories(exports as object, engine, file.includes('callback')) : null,
}

function guardClass(prototype: unknown, engine: Engine, callbacks: boolean): void {
  const door = new StatementDoor(engine, 'mariadb')
  const refuse = callbacks ? callsBack : rejects
  for (const name of ['query', 'execute', 'prepare', 'batch'])
    door.guard(prototype, name, { text, refuse, emits: callbacks, waits: !callbacks })
  door.guard(prototype, 'queryStream', { text, refuse: refusedStream, emits: true })
  if (callbacks) bindAcquire(prototype, 'getConnection')
}

function watchFactories(exports: object, engine: Engine, callbacks: boolean): object {
  const guardInstance = (made: unknown): void => {
    if (typeof made !== 'object' || made === null) return
    // A cluster asks a connection for everything.
    if ('beginTransaction' in made || 'activeConnections' in made) guardClass(made, engine, callbacks)
    // A pool and a cluster hand out others: at once, later, or to a callback.
    for (const name of ['getConnection', 'of'])
      replaceMethod(made, name, 'watch', (original) => (self, args) => watch(original.apply(self, args.map(watched))))
  }
  const watch = (made: unknown): unknown => {
    if (made instanceof Promise) return made.then(watch)
    guardInstance(made)
    return made
  }
  const watched = (arg: unknown): unknown =>
    typeof arg === 'function'
      ? bindContext((error: unknown, made: unknown): unknown => {
          guardInstance(made)
          return (arg as (error: unknown, made: unknown) => unknown)(error, made)
        })
      : arg
  const watchedCopy = (given: object): Record<string, unknown> => {
    const copy: Record<string, unknown> = { ...given }
    for (const name of ['createConnection', 'createPool', 'createPoolCluster'])
      replaceMethod(copy, name, 'watch', (original) => (self, args) => watch(original.apply(self, args)))
    return copy
  }
  const copy = watchedCopy(exports)
  if (typeof copy['default'] === 'object' && copy['default'] !== null) copy['default'] = watchedCopy(copy['default'])
  return copy
}

const text: DoorOptions['text'] = ([statement]) => textIn(statement)

const classOf = (exports: unknown): { readonly prototype: unknown } =>
  (exports as { default?: { prototype: unknown } }).default ?? (exports as { prototype: unknown })

const callsBack: DoorOptions['refuse'] = (error, args) =>
  failCommand(new RefusedCommand(error), lastCallback(args), error)
