import type { Sink } from './sink.ts'
import { StatementDoor, throws } from './statement-door.ts'

/** `better-sqlite3`: synchronous, so that it throws. A statement is judged when it is prepared; values are always bound. */
export const betterSqlite3: Sink = {
  module: 'better-sqlite3',
  kinds: ['sql'],
  patch: (exports, engine) => {
    const { prototype } = exports as { readonly prototype?: object }
    if (!prototype) throw new Error('this better-sqlite3 has no Database')
    const door = new StatementDoor(engine, 'sqlite')
    for (const name of ['prepare', 'exec']) door.guard(prototype, name, { text: ([sql]) => sql, refuse: throws })
    door.guard(prototype, 'pragma', {
      text: ([source]) => (typeof source === 'string' ? `PRAGMA ${source}` : null),
      refuse: throws,
    })
  },
}
