'use strict'

const { cookieOf, nestedOf } = require('./read.cjs')

exports.modules = ['hono', '@hono/node-server']

exports.serve = (modules, { ask, bound }) => {
  const { Hono } = modules.hono
  const { serve } = modules['@hono/node-server']
  const app = new Hono()
  const answer = (find) => async (c) => c.json(await ask(await find(c)))
  app.get(
    '/query',
    answer((c) => c.req.query('name')),
  )
  app.get(
    '/list',
    answer((c) => c.req.queries('name')[1]),
  )
  app.get(
    '/nested',
    answer((c) => nestedOf(c.req.url)),
  )
  app.get(
    '/param/:name',
    answer((c) => c.req.param('name')),
  )
  app.get(
    '/header',
    answer((c) => c.req.header('x-name')),
  )
  app.get(
    '/cookie',
    answer((c) => cookieOf(c.req.header('cookie'))),
  )
  app.post(
    '/json',
    answer(async (c) => (await c.req.json()).filter[0].name),
  )
  app.post(
    '/form',
    answer(async (c) => (await c.req.parseBody()).name),
  )
  app.post(
    '/text',
    answer((c) => c.req.text()),
  )
  app.post(
    '/field',
    answer(async (c) => (await c.req.parseBody()).name),
  )
  app.post(
    '/file-name',
    answer(async (c) => (await c.req.parseBody()).upload.name),
  )
  app.post(
    '/file-text',
    answer(async (c) => (await c.req.parseBody()).upload.text()),
  )
  app.get('/bound', async (c) => c.json(await bound(c.req.query('name'))))
  app.get('/ok', (c) => c.json({ ok: true }))
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(server))
  })
}
