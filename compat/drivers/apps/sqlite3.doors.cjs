'use strict'

const { called, odd, statement, tables } = require('./serve.cjs')

/** sqlite3: callbacks. */
exports.doors = async ({ sqlite3 }) => {
  const database = new sqlite3.Database(':memory:')
  for (const table of [...tables, 'create table note (text)']) await called((done) => database.run(table, done))
  const secrets = () => called((done) => database.all('select secret from account', done))
  return {
    all: (name) => called((done) => database.all(statement(name), done)),
    'all-values': (name) => called((done) => database.all(statement(name), [], done)),
    get: (name) => called((done) => database.get(statement(name), done)).then(secrets),
    each: (name) => {
      const rows = []
      return called((done) => {
        database.each(
          statement(name),
          (error, row) => (error ? done(error) : rows.push(row)),
          (error) => done(error, rows),
        )
      })
    },
    run: (name) => called((done) => database.run(`insert into note values ('${name}')`, done)).then(secrets),
    exec: (name) =>
      called((done) => database.exec(`delete from note; insert into note values ('${name}')`, done)).then(secrets),
    prepare: (name) => called((done) => database.prepare(statement(name)).all(done)),
    'prepare-callback': (name) =>
      called((done) => {
        const prepared = database.prepare(statement(name), (error) => (error ? done(error) : prepared.all(done)))
      }),
    // The driver's own next call in the chain goes on.
    chained: (name) => called((done) => database.serialize(() => database.run('select 1').all(statement(name), done))),

    // Its other methods end the process when they are given anything but a text, with or without us.
    odd: () => odd((given) => called((done) => database.exec(given, done))),

    bound: (name) => called((done) => database.all('select name from account where name = ?', [name], done)),
    'bound-name': (name) =>
      called((done) => database.all('select name from account where name = $name', { $name: name }, done)),
    escaped: (name) =>
      called((done) => database.all(`select name from account where name = '${name.replaceAll("'", "''")}'`, done)),
  }
}
