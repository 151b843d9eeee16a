'use strict'

if (process.env.PLAIN !== '1') require('@riposte/monitor').monitor.start()

const http = require('node:http')
const zlib = require('node:zlib')
const { PassThrough, Readable } = require('node:stream')
const { answerTo } = require('./routes.cjs')

const isCompressed = process.env.COMPRESSED === '1'
const headersOf = ({ type, nosniff, download }) => ({
  ...(type === null ? {} : { 'content-type': type }),
  ...(nosniff ? { 'x-content-type-options': 'nosniff' } : {}),
  ...(download ? { 'content-disposition': 'attachment; filename="said.txt"' } : {}),
})

const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))

const frameworks = {
  node: () =>
    listen(
      http.createServer((request, response) => {
        const answer = answerTo(request.url)
        const gzip = isCompressed ? { 'content-encoding': 'gzip' } : {}
        response.writeHead(200, { ...headersOf(answer), ...gzip })
        if (!isCompressed && typeof answer.body === 'string') return response.end(answer.body)
        const out = isCompressed ? zlib.createGzip() : response
        if (isCompressed) out.pipe(response)
        if (answer.react) return answer.react().pipe(out)
        typeof answer.body === 'string' ? out.end(answer.body) : answer.body.pipe(out)
      }),
    ),
  express: () => {
    const express = require('express')
    const session = require('express-session')
    const app = express()
    if (isCompressed) app.use(require('compression')({ threshold: 0 }))
    app.use(session({ secret: 'of this test', resave: false, saveUninitialized: false }))
    app.get('/{*splat}', (request, response) => {
      const answer = answerTo(request.url)
      for (const [name, value] of Object.entries(headersOf(answer))) response.setHeader(name, value)
      if (answer.react) return answer.react().pipe(response)
      if (typeof answer.body !== 'string') return answer.body.pipe(response)
      // `send` would give what has no type one.
      answer.type === null ? response.end(answer.body) : response.send(answer.body)
    })
    app.use((error, _request, response, _next) => {
      response.status(500).send(`an error: ${error.message}`)
    })
    return listen(http.createServer(app))
  },
  fastify: async () => {
    const app = require('fastify')()
    if (isCompressed) await app.register(require('@fastify/compress'), { threshold: 0, encodings: ['gzip', 'br'] })
    app.get('/*', (request, reply) => {
      const answer = answerTo(request.url)
      reply.headers(headersOf(answer))
      if (answer.react) return reply.send(answer.react().pipe(new PassThrough()))
      return reply.send(answer.type === null ? Buffer.from(answer.body) : answer.body)
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return app.server.address().port
  },
  koa: () => {
    const Koa = require('koa')
    const app = new Koa()
    app.silent = true
    if (isCompressed) app.use((require('koa-compress').default ?? require('koa-compress'))({ threshold: 0 }))
    app.use((context) => {
      const answer = answerTo(context.url)
      context.set(headersOf(answer))
      context.body = answer.react ? answer.react().pipe(new PassThrough()) : answer.body
      if (answer.type === null) context.remove('content-type')
    })
    return listen(http.createServer(app.callback()))
  },
  hono: async () => {
    const { Hono } = await import('hono')
    const { compress } = await import('hono/compress')
    const { serve } = await import('@hono/node-server')
    const app = new Hono()
    if (isCompressed) app.use(compress({ threshold: 0 }))
    app.get('*', (context) => {
      const answer = answerTo(context.req.url)
      const body = answer.react ? answer.react().pipe(new PassThrough()) : answer.body
      return new Response(typeof body === 'string' ? Buffer.from(body) : Readable.toWeb(body), {
        headers: headersOf(answer),
      })
    })
    return new Promise((resolve) =>
      serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(port)),
    )
  },
}

frameworks[process.env.APP]().then((port) => process.send({ port }))
process.on('message', () => process.send({ status: require('@riposte/monitor').monitor.status() }))
process.on('disconnect', () => process.exit(0))
