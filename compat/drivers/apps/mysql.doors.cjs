'use strict'

const { called, collected, statement, tables } = require('./serve.cjs')

/** mysql: callbacks, emitters, streams, pools and clusters. */
exports.doors = async ({ mysql }) => {
  const options = {
    host: '127.0.0.1',
    port: Number(process.env.MARIADB_PORT),
    user: 'root',
    database: process.env.DATABASE,
  }
  const first = mysql.createConnection({ ...options, database: undefined })
  await called((done) => first.query(`create database ${options.database}`, done))
  first.end()
  const pool = mysql.createPool({ ...options, connectionLimit: Number(process.env.POOL ?? 4) })
  const cluster = mysql.createPoolCluster()
  cluster.add('one', options)
  for (const table of tables) await called((done) => pool.query(table, done))
  const connection = mysql.createConnection(options)

  const borrowed = (ask) =>
    called((done) =>
      pool.getConnection((error, one) => {
        if (error) return done(error)
        ask(one, (failed, rows) => {
          one.release()
          done(failed, rows)
        })
      }),
    )
  return {
    callback: (name) => called((done) => pool.query(statement(name), done)),
    object: (name) => called((done) => pool.query({ sql: statement(name), timeout: 10_000 }, done)),
    connection: (name) => called((done) => connection.query(statement(name), done)),
    borrowed: (name) => borrowed((one, done) => one.query(statement(name), done)),
    cluster: (name) => called((done) => cluster.of('*').query(statement(name), done)),
    emitter: (name) => collected(pool.query(statement(name)), 'result'),
    stream: (name) => collected(pool.query(statement(name)).stream()),
    transaction: (name) =>
      borrowed((one, done) =>
        one.beginTransaction((error) => {
          if (error) return done(error)
          one.query(statement(name), (failed, rows) => {
            if (failed) return one.rollback(() => done(failed))
            one.commit((wrong) => done(wrong, rows))
          })
        }),
      ),
    raw: (name) =>
      called((done) => pool.query('select secret from account where name = ?', [mysql.raw(`'${name}'`)], done)),
    // The driver knows nothing of quotes: the value ends up outside of them.
    quoted: (name) => called((done) => pool.query("select secret from account where name = '?'", [name], done)),
    forgotten: (name) => {
      pool.query(statement(name))
      return 'sent'
    },

    bound: (name) => called((done) => pool.query('select name from account where name = ?', [name], done)),
    'bound-object': (name) =>
      called((done) => pool.query({ sql: 'select name from account where ?', values: { name } }, done)),
    escaped: (name) => called((done) => pool.query(`select name from account where name = ${pool.escape(name)}`, done)),
    slow: (name) =>
      called((done) => pool.query(`select sleep(0.01), '${name}' as name`, done)).then((rows) => rows[0].name),
    'slow-borrowed': (name) =>
      borrowed((one, done) => one.query(`select sleep(0.01), '${name}' as name`, done)).then((rows) => rows[0].name),
  }
}
