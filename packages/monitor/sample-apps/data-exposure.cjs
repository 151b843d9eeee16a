'use strict'

// An app that answers too much, over node:http, Express and Fastify; GUARDED=no runs it without the SDK.
const http = require('node:http')
const { Readable } = require('node:stream')
const zlib = require('node:zlib')
const guarded = process.env.GUARDED !== 'no'
const { monitor } = require('@riposte/monitor')
if (guarded) monitor.start()
const express = require('express')
const fastify = require('fastify')

const user = { id: 7, name: 'Maya', password: 'moonlight', card: '4242 4242 4242 4242' }
const good = { id: 7, name: 'Maya', sku: 'LAMP-1' }
const bodyOf = (route) => (route.includes('good') ? good : user)

const app = express()
app.use((request, _response, next) => {
  const userId = request.headers['x-user']
  if (guarded && userId) monitor.identify({ userId })
  next()
})
app.get('/express/:what', (request, response) => response.json(bodyOf(request.url)))
app.get('/express-stream/:what', (request, response) => {
  response.type('json')
  response.write('{"rows":[{"pass')
  response.write(request.url.includes('good') ? '":"' : 'word":"moon')
  setTimeout(() => response.end('light"}]}'), 20)
})
app.get('/owner/:id', (request, response) => response.json({ id: 1, userId: Number(request.params.id) }))
app.get('/raw/:what', (request, response) => response.end(JSON.stringify(bodyOf(request.url))))
app.get('/gzip/:what', (request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
  response.end(zlib.gzipSync(JSON.stringify(bodyOf(request.url))))
})

const other = fastify()
other.get('/fastify/:what', (request, reply) => reply.send(bodyOf(request.url)))
other.get('/fastify-stream/:what', (request, reply) =>
  reply.type('application/json').send(Readable.from([JSON.stringify(bodyOf(request.url))])),
)

other.ready().then(() => {
  const server = http.createServer((request, response) =>
    request.url.startsWith('/fastify') ? other.routing(request, response) : app(request, response),
  )
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
})
process.on('message', () => process.send({ status: monitor.status(), explain: monitor.explain() }))
