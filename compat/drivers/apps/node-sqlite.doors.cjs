'use strict'

const { statement, tables } = require('./serve.cjs')

/** node:sqlite, of Node itself. */
exports.doors = ({ DatabaseSync }) => {
  const database = new DatabaseSync(':memory:')
  for (const table of tables) database.exec(table)
  database.exec('create table note (text)')
  return {
    all: (name) => database.prepare(statement(name)).all(),
    iterate: (name) => [...database.prepare(statement(name)).iterate()],
    exec: (name) => {
      database.exec(`delete from note; insert into note values ('${name}')`)
      return database.prepare('select secret from account').all()
    },

    bound: (name) => database.prepare('select name from account where name = ?').all(name),
    escaped: (name) => database.prepare(`select name from account where name = '${name.replaceAll("'", "''")}'`).all(),
  }
}
