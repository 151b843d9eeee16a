'use strict'

const { cookieOf, nestedOf } = require('./read.cjs')

exports.modules = ['fastify', '@fastify/cookie', '@fastify/formbody', '@fastify/multipart']

exports.serve = async (modules, { ask, bound }) => {
  const app = (modules.fastify.default ?? modules.fastify)(process.env.HTTP2 ? { http2: true } : {})
  for (const plugin of ['@fastify/cookie', '@fastify/formbody', '@fastify/multipart'])
    await app.register(modules[plugin])
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.get('/query', (request) => ask(request.query.name))
  app.get('/list', (request) => ask(request.query.name[1]))
  app.get('/nested', (request) => ask(nestedOf(request.url)))
  await app.register(
    async (inner) => {
      inner.get('/:name', (request) => ask(request.params.name))
    },
    { prefix: '/param' },
  )
  app.get('/header', (request) => ask(request.headers['x-name']))
  app.get('/cookie', (request) => ask(request.cookies.name ?? cookieOf(request.headers.cookie)))
  app.post('/json', (request) => ask(request.body.filter[0].name))
  app.post('/form', (request) => ask(request.body.name))
  app.post('/text', (request) => ask(request.body))
  app.post('/field', async (request) => {
    for await (const part of request.parts()) if (part.type === 'field') return ask(part.value)
  })
  app.post('/file-name', async (request) => {
    const file = await request.file()
    await file.toBuffer()
    return ask(file.filename)
  })
  app.post('/file-text', async (request) => {
    const file = await request.file()
    return ask((await file.toBuffer()).toString())
  })
  app.get('/bound', (request) => bound(request.query.name))
  app.get('/ok', () => ({ ok: true }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
}
