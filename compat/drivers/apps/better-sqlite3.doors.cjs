'use strict'

const { odd, statement, tables } = require('./serve.cjs')

/** better-sqlite3: everything is synchronous. */
exports.doors = ({ Database }) => {
  const database = new Database(':memory:')
  for (const table of tables) database.exec(table)
  database.exec('create table note (text)')
  return {
    all: (name) => database.prepare(statement(name)).all(),
    get: (name) => [database.prepare(statement(name)).get(), database.prepare('select secret from account').all()],
    iterate: (name) => [...database.prepare(statement(name)).iterate()],
    transaction: (name) => database.transaction(() => database.prepare(statement(name)).all())(),
    exec: (name) => {
      database.exec(`delete from note; insert into note values ('${name}')`)
      return database.prepare('select secret from account').all()
    },

    odd: async () => [await odd((given) => database.prepare(given)), await odd((given) => database.exec(given))],

    bound: (name) => database.prepare('select name from account where name = ?').all(name),
    escaped: (name) => database.prepare(`select name from account where name = '${name.replaceAll("'", "''")}'`).all(),
  }
}
