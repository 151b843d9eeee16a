'use strict'
// The app that is measured: the same for everyone. What guards it comes in by GUARD, before express and the drivers are loaded.
const { createRequire } = require('node:module')
const path = require('node:path')
const { gzip } = require('node:zlib')

/** Beside the peers stands what needs a compiler. */
const requirePeer = createRequire(path.join(__dirname, '../peers/package.json'))
const guard = process.env.GUARD
let monitor = null
if (guard === 'riposte') {
  monitor = require('@riposte/monitor').monitor
  monitor.start({
    preset: 'cloud',
    protections: process.env.ASKED_FOR ? { [process.env.ASKED_FOR]: { action: 'log' } } : {},
  })
} else if (guard === 'riposte_register') {
  monitor = require('@riposte/monitor').monitor
} else if (guard === 'zen') {
  requirePeer('@aikidosec/firewall')
}

const { exec } = require('node:child_process')
const { readFile } = require('node:fs/promises')
const { promisify } = require('node:util')
const express = require('express')
const pg = require('pg')

const run = promisify(exec)
const { FILES: files, UPSTREAM: upstream } = process.env
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8 })
pool.on('error', () => undefined)
const app = express()
app.use(express.json({ limit: '4mb' }))

app.get('/json', (request, response) => {
  response.json({ hello: request.query.name, items: [1, 2, 3], ok: true })
})
app.post('/json', (request, response) => {
  response.json({ lines: request.body.lines.length, customer: request.body.customer.name })
})

const ask = async (name, response) => {
  const { rows } = await pool.query(`select id, name, price from product where name = ${name} order by id limit 5`)
  response.json(rows)
}
app.get('/pg', async (request, response) => {
  const { rows } = await pool.query('select id, name, price from product where name = $1 order by id limit 5', [
    request.query.name,
  ])
  response.json(rows)
})
// The value stands in the statement, escaped as it should be: the text is another one each time, and judged each time.
app.get('/pg-inlined', (request, response) => ask(pg.escapeLiteral(String(request.query.name)), response))
app.post('/pg-inlined', (request, response) => ask(pg.escapeLiteral(String(request.body.name)), response))
app.get('/pg-hole', (request, response) => ask(`'${request.query.name}'`, response))

if (process.env.SQLITE === 'true') {
  const Database = requirePeer('better-sqlite3')
  const database = new Database(':memory:')
  database.exec('create table product (id integer primary key, name text not null, price numeric not null)')
  const insert = database.prepare('insert into product (name, price) values (?, ?)')
  for (let n = 0; n < 1_000; n++) insert.run(`lamp-${n}`, n)
  database.exec('create index product_name on product (name)')

  app.get('/sqlite', (request, response) => {
    const statement = database.prepare('select id, name, price from product where name = ? order by id limit 5')
    response.json(statement.all(request.query.name))
  })
  app.get('/sqlite-hole', (request, response) => {
    response.json(database.prepare(`select id, name from product where name = '${request.query.name}'`).all())
  })
}

app.get('/file', async (request, response) => {
  response.type('text').send(await readFile(path.join(files, request.query.name)))
})
app.get('/fetch', async (request, response) => {
  const answer = await fetch(`${upstream}/stock?of=${encodeURIComponent(request.query.name)}`)
  response.type('text').send(await answer.text())
})
app.get('/fetch-hole', async (request, response) => {
  const answer = await fetch(request.query.url)
  response.type('text').send(await answer.text())
})
app.get('/exec', async (request, response) => {
  await run(`true '${request.query.name}'`)
  response.json({ ok: true })
})
app.get('/exec-hole', async (request, response) => {
  await run(`true ${request.query.name}`)
  response.json({ ok: true })
})

const row = (n) =>
  `<tr id="row-${n}"><td>${n}</td><td><a href="/lamps/${n}" title="Lamp no. ${n}">A lamp, brass &amp; oak, no. ${n}</a></td><td>${n * 7},90</td></tr>`
const pageHead =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lamps</title><script>var shop = { open: true }</script></head><body><h1>Lamps</h1>'
const rows = Array.from({ length: 370 }, (_, n) => row(n))
const pageRows = `<table>${rows.join('')}</table></body></html>`
/** Made once: whether an engine joins the same parts anew each time is none of what is measured. */
const page = Buffer.from(pageHead + pageRows).toString()
const escapeHtml = (text) =>
  text.replace(/[&<>"']/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign])

app.get('/page', (_request, response) => {
  response.type('html').send(page)
})
app.get('/page-unique', (_request, response) => {
  response.type('html').send(`${pageHead}<meta name="nonce" content="${Math.random()}">${pageRows}`)
})
app.get('/page-parts', (_request, response) => {
  response.type('html').write(pageHead)
  response.write(`<meta name="nonce" content="${Math.random()}">`)
  response.end(pageRows)
})
app.get('/page-gzip', (_request, response, next) => {
  gzip(`${pageHead}<meta name="nonce" content="${Math.random()}">${pageRows}`, (error, bytes) => {
    if (error) next(error)
    else response.type('html').set('content-encoding', 'gzip').end(bytes)
  })
})
let seen = 0
app.get('/page-rows', (_request, response) => {
  seen += 1
  response.type('html').send(`${pageHead}<table>${rows.slice(seen % 30).join('')}</table></body></html>`)
})
app.get('/page-reflected', (request, response) => {
  response.type('html').send(`${pageHead}<p>Found for ${escapeHtml(request.query.name)}:</p>${pageRows}`)
})
app.get('/page-hole', (request, response) => {
  response.type('html').send(`${pageHead}<p>Found for ${request.query.name}:</p>${pageRows}`)
})

const turns = Array.from({ length: 8 }, (_, n) => ({
  role: n % 2 === 0 ? 'user' : 'assistant',
  content: `Turn ${n}. ${'The lamp that I ordered last week has not arrived, and I would like to know when it will. '.repeat(5)}`,
}))
app.get('/prompt', async (request, response) => {
  const messages = [
    { role: 'system', content: 'You answer questions about orders of a shop, in one sentence.' },
    ...turns,
    { role: 'user', content: `Where is the order of ${request.query.name}?` },
  ]
  const answer = await fetch(`${upstream}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'some-model', messages }),
  })
  response.json({ answer: await answer.text() })
})

const catalogue = Array.from({ length: 250 }, (_, n) => ({
  id: `prod_${n}`,
  uuid: `7c9e6679-7425-40de-944b-${String(n).padStart(12, '0')}`,
  name: `Desk lamp, brass & oak, no. ${n}`,
  description: 'A lamp for the desk, made of brass and oak. It gives a warm light and lasts for years.',
  price: 19.9 + n,
  image: `https://cdn.example.com/images/products/lamp-${n}.jpg?w=600&h=400`,
  createdAt: '2024-05-01T12:00:00.000Z',
  tags: ['lamp', 'desk', 'oak'],
  stock: { berlin: n, paris: 2 },
  sku: `LAMP-${1_000 + n}`,
  active: true,
}))
app.get('/catalogue', (_request, response) => {
  response.json(catalogue)
})

// Reads what comes, whatever it is.
app.post('/upload', (request, response) => {
  let bytes = 0
  request.on('data', (chunk) => (bytes += chunk.length))
  request.on('end', () => response.json({ bytes }))
  request.on('error', () => undefined)
})

// Four parameters: express calls it for errors only.
app.use((error, _request, response, _next) => {
  if (!response.headersSent) response.status(500).json({ error: error.message })
})

const server = app.listen(0, '127.0.0.1', () => {
  process.send({ type: 'listening', port: server.address().port })
})

// The turns of the others take longer than the five seconds after which Node would close a connection that rests.
server.keepAliveTimeout = 300_000

const answers = {
  cpu: () => process.cpuUsage(),
  rss: () => process.memoryUsage.rss(),
  // What is left when everything that can go has gone; needs --expose-gc.
  heap: () => {
    globalThis.gc()
    globalThis.gc()
    return process.memoryUsage()
  },
  status: () => monitor && monitor.status(),
}
process.on('message', ({ id, ask }) => process.send({ id, answer: answers[ask]() }))
process.on('disconnect', () => process.exit(0))
