'use strict'

const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')

/** Routes that ask the database in every form that a driver offers, each with the same hole. */
exports.routes = (express, pool) => {
  const app = express()
  app.use(express.json({ limit: '20mb' }), express.urlencoded({ extended: true }))
  const statement = (name) => `select id, secret from account where name = '${name}'`

  app.get('/promise', (request, response, next) => {
    pool.query(statement(request.query.name)).then(({ rows }) => response.json(rows), next)
  })
  app.get('/callback', (request, response, next) => {
    pool.query(statement(request.query.name), (error, result) => (error ? next(error) : response.json(result.rows)))
  })
  app.get('/config', (request, response, next) => {
    pool.query({ text: statement(request.query.name), name: '' }).then(({ rows }) => response.json(rows), next)
  })
  app.get('/uncaught', async (request, response) => {
    const { rows } = await pool.query(statement(request.query.name))
    response.json(rows)
  })
  app.get('/transaction', async (request, response, next) => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const { rows } = await client.query(statement(request.query.name))
      await client.query('commit')
      response.json(rows)
    } catch (error) {
      await client.query('rollback')
      next(error)
    } finally {
      client.release()
    }
  })
  app.get('/streaming', (request, response) => {
    response.write('first part\n')
    pool.query(statement(request.query.name)).then(
      ({ rows }) => response.end(JSON.stringify(rows)),
      () => response.end('after the error'),
    )
  })
  app.get('/swallowed', (request, response) => {
    pool.query(statement(request.query.name)).then(
      ({ rows }) => response.json(rows),
      () => response.status(200).json({ fine: true }),
    )
  })
  app.post('/body', (request, response, next) => {
    pool
      .query(statement(request.body.filter?.[0]?.name ?? request.body.name))
      .then(({ rows }) => response.json(rows), next)
  })
  app.get('/param/:name', (request, response, next) => {
    pool.query(statement(request.params.name)).then(({ rows }) => response.json(rows), next)
  })
  app.get('/header', (request, response, next) => {
    pool.query(statement(request.headers['x-name'])).then(({ rows }) => response.json(rows), next)
  })
  app.get('/cookie', (request, response, next) => {
    const name = decodeURIComponent(/name=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? '')
    pool.query(statement(name)).then(({ rows }) => response.json(rows), next)
  })
  app.get('/bound', (request, response, next) => {
    pool
      .query('select id, name from account where name = $1', [request.query.name])
      .then(({ rows }) => response.json(rows), next)
  })
  app.get('/escaped', (request, response, next) => {
    pool
      .query(statement(String(request.query.name).replaceAll("'", "''")))
      .then(({ rows }) => response.json(rows), next)
  })
  // The answer tells whose name the database was asked for: a context that leaks shows as a wrong 403 or a wrong 200.
  app.get('/slow', (request, response, next) => {
    pool.query(`select pg_sleep(0.01), '${request.query.name}' as name`, (error, result) =>
      error ? next(error) : response.json(result.rows[0].name),
    )
  })
  // Files that a library opens, and one that is sent by a stream to which nobody listens.
  const file = (request) => path.join(__dirname, request.query.file)
  let callbacks = 0
  app.get('/sendfile', (request, response) => response.sendFile(file(request)))
  app.get('/sendfile-callback', (request, response, next) => {
    response.sendFile(file(request), (error) => {
      callbacks += 1
      if (error) next(error)
    })
  })
  app.get('/download', (request, response) => response.download(file(request)))
  app.get('/pipe', (request, response) => fs.createReadStream(file(request)).pipe(response))
  app.get('/pipe-late', (request, response) => {
    response.write('first part\n')
    fs.createReadStream(file(request)).pipe(response)
  })
  app.use('/static', express.static(__dirname))
  app.get('/callbacks', (_request, response) => response.json(callbacks))
  app.get('/json', (_request, response) => response.json({ ok: true }))
  app.post('/echo', (request, response) => response.json({ keys: Object.keys(request.body ?? {}).length }))

  http.createServer(app).listen(0, '127.0.0.1', function () {
    process.send({ port: this.address().port })
  })
  process.on('message', async (question) => {
    const sdk = await import('@riposte/monitor')
    if (question === 'status') process.send({ status: sdk.monitor.status(), explain: sdk.monitor.explain() })
  })
  process.on('disconnect', () => process.exit(0))
}
