'use strict'

const http = require('node:http')

/**
 * Serves one route for each door: `GET /<door>?name=…` answers with the rows that the door gives for that name. A door is a function
 * of the name that returns rows or a promise of them; what fails is answered with 500, as apps do.
 */
exports.serve = async (makeDoors) => {
  const doors = await makeDoors
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const door = doors[url.pathname.slice(1)]
    const answer = (status, value) => {
      response.statusCode = status
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? Number(item) : item)))
    }
    if (!door) return answer(404, 'no such door')
    try {
      Promise.resolve(door(url.searchParams.get('name'))).then(
        (rows) => answer(200, rows ?? null),
        (error) => answer(500, { error: String(error) }),
      )
    } catch (error) {
      answer(500, { error: String(error) })
    }
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('message', async () => {
    const { monitor } = await import('@riposte/monitor')
    process.send({ status: monitor.status() })
  })
  process.on('disconnect', () => process.exit(0))
}

/** A statement with a hole. */
exports.statement = (name) => `select secret from account where name = '${name}'`

/** @returns the rows, asked for with a callback */
exports.called = (ask) =>
  new Promise((resolve, reject) => {
    ask((error, rows) => (error ? reject(error) : resolve(rows)))
  })

/** @returns the rows, collected from an emitter or a stream of them */
exports.collected = (emitter, row = 'data') =>
  new Promise((resolve, reject) => {
    const rows = []
    emitter.on(row, (value) => rows.push(value))
    emitter.on('error', reject)
    emitter.on('end', () => resolve(rows))
  })

exports.tables = [
  'create table account (id int, name varchar(50), secret varchar(50))',
  "insert into account values (1, 'maya', 'moon'), (2, 'O''Brien', 'clover')",
]

/** What no driver is meant to be given. @returns for each whether the driver answered, and with what error */
exports.odd = async (ask) => {
  const throwing = {
    get sql() {
      throw new Error('a getter')
    },
    get text() {
      throw new Error('a getter')
    },
  }
  const statements = [
    undefined,
    null,
    42,
    [],
    {},
    Buffer.from('select 1'),
    new String('select 1'),
    ['select 1'],
    throwing,
  ]
  const outcomes = []
  for (const given of [...statements, { sql: Buffer.from('select 1') }, { sql: ['select 1'] }, () => 'select 1']) {
    let timer
    const nothing = new Promise((resolve) => (timer = setTimeout(resolve, 200, 'nothing')))
    const asked = (async () => ask(given))().then(
      () => 'an answer',
      (error) => String(error?.message),
    )
    outcomes.push(await Promise.race([asked, nothing]))
    clearTimeout(timer)
  }
  return outcomes
}
