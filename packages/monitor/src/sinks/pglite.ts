import { bindContext } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import type { Sink } from './sink.ts'
import { rejects, replaceMethod, StatementDoor } from './statement-door.ts'

/** `@electric-sql/pglite`: PostgreSQL inside the process. A transaction hands out an object of its own. */
export const pglite: Sink = {
  module: '@electric-sql/pglite',
  kinds: ['sql'],
  files: ['dist/index.cjs'],
  esModules: ['dist/index.js'],
  patch: (exports, engine) => {
    const { PGlite } = exports as { readonly PGlite?: { readonly prototype: object } }
    if (!PGlite) throw new Error('this PGlite has no PGlite')
    guard(PGlite.prototype, engine)
    replaceMethod(PGlite.prototype, 'transaction', 'watch', (original) => (self, [work, ...rest]) => {
      if (typeof work !== 'function') return original.call(self, work, ...rest)
      const watched = bindContext((transaction: unknown): unknown => {
        guard(transaction, engine)
        return (work as (transaction: unknown) => unknown)(transaction)
      })
      return original.call(self, watched, ...rest)
    })
  },
}

function guard(target: unknown, engine: Engine): void {
  const door = new StatementDoor(engine, 'postgresql')
  for (const name of ['query', 'exec']) door.guard(target, name, { text: ([sql]) => sql, refuse: rejects, waits: true })
}
