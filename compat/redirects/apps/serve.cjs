'use strict'

const { createRequire } = require('node:module')
const path = require('node:path')

// What is installed for the frameworks' own tests.
const home = path.resolve(__dirname, '../../frameworks', process.env.HOME_OF_FRAMEWORK)
const load = createRequire(path.join(home, 'package.json'))
require('@riposte/monitor/register')

/** Each sends the client where `to` says, glued behind the app's own host at `/glued`. */
const apps = {
  'node:http': () => {
    const server = require('node:http').createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url, 'http://x')
      response.writeHead(302, { location: locationOf(pathname, searchParams.get('to'), request.headers.host) }).end()
    })
    server.listen(0, '127.0.0.1', () => ready(server))
  },
  'node:http2': () => {
    const server = require('node:http2').createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url, 'http://x')
      response.writeHead(302, { location: locationOf(pathname, searchParams.get('to'), request.authority) })
      response.end()
    })
    server.listen(0, '127.0.0.1', () => ready(server))
  },
  express: () => {
    const app = load('express')()
    app.get(['/go', '/glued'], (request, response) => {
      response.redirect(locationOf(request.path, request.query.to, request.get('host')))
    })
    const server = app.listen(0, '127.0.0.1', () => ready(server))
  },
  fastify: async () => {
    const app = load('fastify')()
    for (const path of ['/go', '/glued']) {
      app.get(path, (request, reply) => {
        reply
          .code(302)
          .header('location', locationOf(path, request.query.to, request.headers.host))
          .send()
      })
    }
    await app.listen({ port: 0, host: '127.0.0.1' })
    ready(app.server)
  },
  koa: () => {
    const Koa = load('koa')
    const app = new (Koa.default ?? Koa)()
    app.use((context) => {
      context.redirect(locationOf(context.path, context.query.to, context.get('host')))
    })
    const server = app.listen(0, '127.0.0.1', () => ready(server))
  },
  hono: () => {
    const { Hono } = load('hono')
    const { serve } = load('@hono/node-server')
    const app = new Hono()
    for (const path of ['/go', '/glued'])
      app.get(path, (context) =>
        context.redirect(locationOf(path, context.req.query('to'), context.req.header('host'))),
      )
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => ready(server))
  },
}

const locationOf = (path, to, host) => (path === '/glued' ? `http://${host.replace(/:\d+$/, '')}${to}` : to)
const ready = (server) => process.send({ port: server.address().port })
process.on('message', async () => {
  const { monitor } = await import('@riposte/monitor')
  process.send({ counters: monitor.status().counters })
})
process.on('disconnect', () => process.exit(0))
apps[process.env.FRAMEWORK]()
