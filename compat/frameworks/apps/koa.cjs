'use strict'

const http = require('node:http')
const http2 = require('node:http2')
const { listen } = require('./start.cjs')
const { nestedOf, readText } = require('./read.cjs')

exports.modules = ['koa', '@koa/router', 'koa-bodyparser', 'multer']

exports.serve = (modules, { ask, bound }) => {
  const Koa = modules.koa
  const Router = modules['@koa/router'].Router ?? modules['@koa/router']
  const { multer } = modules
  const app = new Koa()
  app.silent = true
  const router = new Router()
  const upload = multer({ storage: multer.memoryStorage() }).any()
  // As @koa/multer does it.
  const uploaded = (ctx) =>
    new Promise((resolve, reject) => {
      upload(ctx.req, ctx.res, (error) => (error ? reject(error) : resolve(ctx.req)))
    })
  const answer = (find) => async (ctx) => {
    ctx.body = await ask(await find(ctx))
  }
  router.get(
    '/query',
    answer((ctx) => ctx.query.name),
  )
  router.get(
    '/list',
    answer((ctx) => ctx.query.name[1]),
  )
  router.get(
    '/nested',
    answer((ctx) => nestedOf(ctx.url)),
  )
  router.get(
    '/param/:name',
    answer((ctx) => ctx.params.name),
  )
  router.get(
    '/header',
    answer((ctx) => ctx.get('x-name')),
  )
  router.get(
    '/cookie',
    answer((ctx) => decodeURIComponent(ctx.cookies.get('name'))),
  )
  router.post(
    '/json',
    answer((ctx) => ctx.request.body.filter[0].name),
  )
  router.post(
    '/form',
    answer((ctx) => ctx.request.body.name),
  )
  router.post(
    '/text',
    answer((ctx) => readText(ctx.req)),
  )
  router.post(
    '/field',
    answer(async (ctx) => (await uploaded(ctx)).body.name),
  )
  router.post(
    '/file-name',
    answer(async (ctx) => (await uploaded(ctx)).files[0].originalname),
  )
  router.post(
    '/file-text',
    answer(async (ctx) => (await uploaded(ctx)).files[0].buffer.toString()),
  )
  router.get('/bound', async (ctx) => {
    ctx.body = await bound(ctx.query.name)
  })
  router.get('/ok', (ctx) => {
    ctx.body = { ok: true }
  })
  app.use(modules['koa-bodyparser']({ enableTypes: ['json', 'form'] })).use(router.routes())
  return listen((process.env.HTTP2 ? http2 : http).createServer(app.callback()))
}
