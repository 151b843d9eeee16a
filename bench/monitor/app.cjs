'use strict'
// The app that is measured: the same for everyone. What guards it comes in by GUARD, before express and pg are loaded.
const guard = process.env.GUARD
let monitor = null
if (guard === 'riposte') {
  monitor = require('@riposte/monitor').monitor
  monitor.start({ preset: 'cloud' })
} else if (guard === 'riposte_register') {
  monitor = require('@riposte/monitor').monitor
} else if (guard === 'zen') {
  require('../peers/node_modules/@aikidosec/firewall')
}

const express = require('express')
const pg = require('pg')

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8 })
pool.on('error', () => undefined)
const app = express()
app.use(express.json())

app.get('/json', (request, response) => {
  response.json({ hello: request.query.name, items: [1, 2, 3], ok: true })
})
app.post('/json', (request, response) => {
  response.json({ lines: request.body.lines.length, customer: request.body.customer.name })
})
app.get('/pg', async (request, response) => {
  const { rows } = await pool.query('select id, name, price from product where name = $1 order by id limit 5', [
    request.query.name,
  ])
  response.json(rows)
})
app.get('/pg-inlined', async (request, response) => {
  const name = pg.escapeLiteral(String(request.query.name))
  const { rows } = await pool.query(`select id, name, price from product where name = ${name} order by id limit 5`)
  response.json(rows)
})
app.get('/pg-hole', async (request, response) => {
  const { rows } = await pool.query(
    `select id, name, price from product where name = '${request.query.name}' order by id`,
  )
  response.json(rows)
})
// Four parameters: express calls it for errors only.
app.use((error, _request, response, _next) => {
  if (!response.headersSent) response.status(500).json({ error: error.message })
})

const server = app.listen(0, '127.0.0.1', () => {
  process.send({ type: 'listening', port: server.address().port })
})

const answers = {
  cpu: () => process.cpuUsage(),
  rss: () => process.memoryUsage.rss(),
  status: () => monitor && monitor.status(),
}
process.on('message', ({ id, ask }) => process.send({ id, answer: answers[ask]() }))
process.on('disconnect', () => process.exit(0))
