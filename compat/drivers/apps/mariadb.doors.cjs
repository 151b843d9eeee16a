'use strict'

const { called, collected, odd, statement, tables } = require('./serve.cjs')

/** mariadb: promises and callbacks, pools, clusters, prepared statements, batches, streams. */
exports.doors = async ({ mariadb, callback }) => {
  const options = {
    host: '127.0.0.1',
    port: Number(process.env.MARIADB_PORT),
    user: 'root',
    database: process.env.DATABASE,
  }
  const first = await mariadb.createConnection({ ...options, database: undefined })
  await first.query(`create database ${options.database}`)
  await first.end()
  const connectionLimit = Number(process.env.POOL ?? 4)
  const pool = mariadb.createPool({ ...options, connectionLimit, acquireTimeout: 30_000 })
  const calling = callback.createPool({ ...options, connectionLimit, acquireTimeout: 30_000 })
  const cluster = mariadb.createPoolCluster()
  cluster.add('one', { ...options, connectionLimit: 2 })
  const callingCluster = callback.createPoolCluster()
  callingCluster.add('one', { ...options, connectionLimit: 2 })
  const connection = await mariadb.createConnection(options)
  for (const table of tables) await connection.query(table)
  const callingConnection = callback.createConnection(options)

  const borrowed = async (work) => {
    const one = await pool.getConnection()
    try {
      return await work(one)
    } finally {
      await one.release()
    }
  }
  return {
    promise: (name) => pool.query(statement(name)),
    object: (name) => pool.query({ sql: statement(name), rowsAsArray: false }),
    execute: (name) => pool.execute(statement(name)),
    connection: (name) => connection.query(statement(name)),
    'connection-execute': (name) => connection.execute(statement(name)),
    borrowed: (name) => borrowed((one) => one.query(statement(name))),
    prepare: (name) =>
      borrowed(async (one) => {
        const prepared = await one.prepare(statement(name))
        const rows = await prepared.execute([])
        prepared.close()
        return rows
      }),
    stream: (name) => borrowed((one) => collected(one.queryStream(statement(name)))),
    transaction: (name) =>
      borrowed(async (one) => {
        try {
          await one.beginTransaction()
          const rows = await one.query(statement(name))
          await one.commit()
          return rows
        } catch (error) {
          await one.rollback()
          throw error
        }
      }),
    batch: (name) =>
      pool
        .batch(`insert into account values (3, '${name}', ?)`, [['x']])
        .then(() => pool.query('select secret from account')),
    cluster: (name) => cluster.of('one').query(statement(name)),
    'cluster-connection': async (name) => {
      const one = await cluster.getConnection()
      return one.query(statement(name)).finally(() => one.release())
    },
    callback: (name) => called((done) => calling.query(statement(name), done)),
    'callback-execute': (name) => called((done) => calling.execute(statement(name), done)),
    'callback-connection': (name) => called((done) => callingConnection.query(statement(name), done)),
    'callback-emitter': (name) => collected(callingConnection.query(statement(name))),
    'callback-stream': (name) => collected(callingConnection.queryStream(statement(name))),
    'callback-borrowed': (name) =>
      called((done) =>
        calling.getConnection((error, one) => {
          if (error) return done(error)
          one.query(statement(name), (failed, rows) => {
            one.release()
            done(failed, rows)
          })
        }),
      ),
    'callback-cluster': (name) => called((done) => callingCluster.of('one').query(statement(name), done)),

    odd: async () => [await odd((given) => pool.query(given)), await odd((given) => pool.execute(given))],

    bound: (name) => pool.query('select name from account where name = ?', [name]),
    'bound-execute': (name) => pool.execute('select name from account where name = ?', [name]),
    escaped: (name) => pool.query(`select name from account where name = ${pool.escape(name)}`),
    slow: (name) => pool.query(`select sleep(0.01), '${name}' as name`).then((rows) => rows[0].name),
    'slow-callback': (name) =>
      called((done) => calling.query(`select sleep(0.01), '${name}' as name`, done)).then((rows) => rows[0].name),
    'slow-borrowed': (name) =>
      called((done) =>
        calling.getConnection((error, one) => {
          if (error) return done(error)
          one.query(`select sleep(0.01), '${name}' as name`, (failed, rows) => {
            one.release()
            done(failed, rows?.[0].name)
          })
        }),
      ),
  }
}
