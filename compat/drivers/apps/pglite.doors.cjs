'use strict'

const { odd, statement, tables } = require('./serve.cjs')

/** PGlite: one connection inside the process; transactions wait for each other. */
exports.doors = async ({ PGlite }) => {
  const database = new PGlite()
  for (const table of tables) await database.exec(table)
  const rows = (result) => result.rows
  return {
    query: (name) => database.query(statement(name)).then(rows),
    exec: (name) => database.exec(statement(name)).then(([result]) => result.rows),
    transaction: (name) => database.transaction((one) => one.query(statement(name))).then(rows),
    'transaction-exec': (name) =>
      database.transaction((one) => one.exec(statement(name))).then(([result]) => result.rows),

    odd: () => odd((given) => database.query(given)),

    bound: (name) => database.query('select name from account where name = $1', [name]).then(rows),
    'bound-template': (name) => database.sql`select name from account where name = ${name}`.then(rows),
    'bound-transaction': (name) =>
      database.transaction((one) => one.sql`select name from account where name = ${name}`).then(rows),
    escaped: (name) =>
      database.query(`select name from account where name = '${name.replaceAll("'", "''")}'`).then(rows),
    slow: (name) =>
      database
        .transaction((one) => one.query(`select pg_sleep(0.01), '${name}' as name`))
        .then((result) => result.rows[0].name),
  }
}
