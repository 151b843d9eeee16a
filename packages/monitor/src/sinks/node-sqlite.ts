import type { Sink } from './sink.ts'
import { StatementDoor, throws } from './statement-door.ts'

/** `node:sqlite`, which Node has had since 22.5. Its tagged templates bind their values, so that there is nothing to judge. */
export const nodeSqlite: Sink = {
  module: 'node:sqlite',
  kinds: ['sql'],
  patch: (exports, engine) => {
    const { DatabaseSync } = exports as { readonly DatabaseSync?: { readonly prototype: object } }
    if (!DatabaseSync) throw new Error('this node:sqlite has no DatabaseSync')
    const door = new StatementDoor(engine, 'sqlite')
    for (const name of ['prepare', 'exec'])
      door.guard(DatabaseSync.prototype, name, { text: ([sql]) => sql, refuse: throws })
  },
}
