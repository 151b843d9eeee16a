import { bindContext } from '../core/context.ts'
import { refusedStream } from './refused-command.ts'
import type { Sink } from './sink.ts'
import { lastCallback, rejects, replaceMethod, StatementDoor, textIn, type DoorOptions } from './statement-door.ts'

/**
 * `mariadb`, with promises and with callbacks. Since 3.5 `import` gets ES modules and `require` a bundle that keeps its classes to
 * itself: there the first thing that a factory hands out shows its class.
 */
export const mariadb: Sink = {
  module: 'mariadb',
  kinds: ['sql'],
  files: ['callback.js', 'dist/promise.cjs', 'dist/callback.cjs'],
  esModules: ['lib/connection-promise.js', 'lib/pool-promise.js', 'lib/connection-callback.js', 'lib/pool-callback.js'],
  patch: (exports, engine, file) => {
    const door = StatementDoor.of(engine, 'mariadb')
    const refuse = file.includes('callback') ? callsBack : rejects
    const guardClass = (prototype: unknown): void => {
      for (const name of ['query', 'execute', 'prepare', 'batch']) door.guard(prototype, name, { text, refuse })
      door.guard(prototype, 'queryStream', { text, refuse: refusedStream })
      if (file.includes('callback')) door.bindAcquire(prototype, 'getConnection')
    }
    if (file.startsWith('lib/')) {
      guardClass(classOf(exports).prototype)
      return
    }
    const guardInstance = (made: unknown): void => {
      if (typeof made !== 'object' || made === null) return
      // A cluster asks a connection for everything.
      if ('beginTransaction' in made || 'activeConnections' in made) guardClass(made)
      // A pool and a cluster hand out others, at once, later, or to a callback.
      for (const name of ['getConnection', 'of'])
        replaceMethod(
          made,
          name,
          'watch',
          (original) => (self, args) => watch(original.apply(self, args.map(watched)), guardInstance),
        )
    }
    const watched = (arg: unknown): unknown =>
      typeof arg === 'function'
        ? bindContext((error: unknown, made: unknown): unknown => {
            guardInstance(made)
            return (arg as (error: unknown, made: unknown) => unknown)(error, made)
          })
        : arg
    for (const name of ['createConnection', 'createPool', 'createPoolCluster'])
      replaceMethod(
        exports,
        name,
        'watch',
        (original) => (self, args) => watch(original.apply(self, args), guardInstance),
      )
  },
}

const text: DoorOptions['text'] = ([statement]) => textIn(statement)

function watch(made: unknown, guardInstance: (made: unknown) => void): unknown {
  if (made instanceof Promise)
    return made.then((instance: unknown) => {
      guardInstance(instance)
      return instance
    })
  guardInstance(made)
  return made
}

const classOf = (exports: unknown): { readonly prototype: unknown } =>
  (exports as { default?: { prototype: unknown } }).default ?? (exports as { prototype: unknown })

const callsBack: DoorOptions['refuse'] = (error, args) => {
  const callback = lastCallback(args)
  if (callback) process.nextTick(callback, error)
  return undefined
}
