'use strict'

/** @returns what an app asks of the database: once with a hole, once as it should be. BOUND closes the hole. */
const database = (pool) => {
  const bound = (name) => pool.query('select secret from account where name = $1', [name]).then(({ rows }) => rows)
  const ask = (name) => pool.query(`select secret from account where name = '${name}'`).then(({ rows }) => rows)
  return { ask: process.env.BOUND ? bound : ask, bound }
}

/** Starts the app, says its port, and answers what the test asks of the SDK. */
exports.start = async (app, modules, pg) => {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 })
  pool.on('error', () => {})
  const server = await app.serve(modules, database(pool))
  process.on('message', async () => {
    const { monitor } = await import('@riposte/monitor')
    process.send({ status: monitor.status() })
  })
  process.on('disconnect', () => process.exit(0))
  process.send({ port: server.address().port })
}

exports.listen = (server) =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
