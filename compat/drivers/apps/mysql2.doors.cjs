'use strict'

const { called, collected, odd, statement, tables } = require('./serve.cjs')

/** mysql2: callbacks, promises, pools, clusters, prepared statements, emitters, streams. */
exports.doors = async ({ mysql, promise }) => {
  const options = {
    host: '127.0.0.1',
    port: Number(process.env.MARIADB_PORT),
    user: 'root',
    database: process.env.DATABASE,
  }
  const first = await promise.createConnection({ ...options, database: undefined })
  await first.query(`create database ${options.database}`)
  await first.end()
  const pool = mysql.createPool({ ...options, connectionLimit: Number(process.env.POOL ?? 4) })
  const promised = promise.createPool({ ...options, connectionLimit: Number(process.env.POOL ?? 4) })
  const cluster = mysql.createPoolCluster()
  cluster.add('one', options)
  const connection = await promise.createConnection(options)
  for (const table of tables) await connection.query(table)

  return {
    callback: (name) => called((done) => pool.query(statement(name), done)),
    object: (name) => called((done) => pool.query({ sql: statement(name), timeout: 10_000 }, done)),
    execute: (name) => called((done) => pool.execute(statement(name), done)),
    connection: (name) =>
      called((done) =>
        pool.getConnection((error, borrowed) => {
          if (error) return done(error)
          borrowed.query(statement(name), (failed, rows) => {
            borrowed.release()
            done(failed, rows)
          })
        }),
      ),
    prepare: (name) =>
      called((done) =>
        pool.getConnection((error, borrowed) => {
          if (error) return done(error)
          borrowed.prepare(statement(name), (failed, prepared) => {
            if (failed) {
              borrowed.release()
              return done(failed)
            }
            prepared.execute([], (wrong, rows) => {
              borrowed.release()
              done(wrong, rows)
            })
          })
        }),
      ),
    cluster: (name) => called((done) => cluster.of('*').query(statement(name), done)),
    'cluster-execute': (name) => called((done) => cluster.of('*').execute(statement(name), done)),
    emitter: (name) => collected(pool.query(statement(name)), 'result'),
    stream: (name) => collected(pool.query(statement(name)).stream()),
    promise: (name) => promised.query(statement(name)).then(([rows]) => rows),
    'promise-execute': (name) => promised.execute(statement(name)).then(([rows]) => rows),
    'promise-of-pool': (name) =>
      pool
        .promise()
        .query(statement(name))
        .then(([rows]) => rows),
    transaction: async (name) => {
      const borrowed = await promised.getConnection()
      try {
        await borrowed.beginTransaction()
        const [rows] = await borrowed.query(statement(name))
        await borrowed.commit()
        return rows
      } catch (error) {
        await borrowed.rollback()
        throw error
      } finally {
        borrowed.release()
      }
    },
    // The driver writes this value into the statement as it is.
    raw: (name) =>
      called((done) => pool.query('select secret from account where name = ?', [mysql.raw(`'${name}'`)], done)),
    // The driver knows nothing of quotes: the value ends up outside of them.
    quoted: (name) => called((done) => pool.query("select secret from account where name = '?'", [name], done)),
    // Nobody waits for this one.
    forgotten: (name) => {
      pool.query(statement(name))
      return 'sent'
    },

    odd: async () => [await odd((given) => promised.query(given)), await odd((given) => promised.execute(given))],

    bound: (name) => called((done) => pool.query('select name from account where name = ?', [name], done)),
    'bound-execute': (name) =>
      promised.execute('select name from account where name = ?', [name]).then(([rows]) => rows),
    'bound-object': async (name) => {
      await promised.query('update account set ? where id = 0', { name })
      return promised.query('select name from account where name = ?', [name]).then(([rows]) => rows)
    },
    escaped: (name) =>
      called((done) => pool.query(`select name from account where name = ${mysql.escape(name)}`, done)),
    slow: (name) =>
      called((done) => pool.query(`select sleep(0.01), '${name}' as name`, done)).then((rows) => rows[0].name),
    'slow-promise': (name) => promised.query(`select sleep(0.01), '${name}' as name`).then(([rows]) => rows[0].name),
    'slow-borrowed': (name) =>
      called((done) =>
        pool.getConnection((error, borrowed) => {
          if (error) return done(error)
          borrowed.query(`select sleep(0.01), '${name}' as name`, (failed, rows) => {
            borrowed.release()
            done(failed, rows?.[0].name)
          })
        }),
      ),
  }
}
