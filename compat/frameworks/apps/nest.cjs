'use strict'

const { cookieOf, nestedOf } = require('./read.cjs')

const packages = ['@nestjs/common', '@nestjs/core', 'reflect-metadata']
const platform = process.env.PLATFORM === 'fastify' ? 'fastify' : 'express'

exports.modules =
  platform === 'express'
    ? [...packages, '@nestjs/platform-express', 'express']
    : [...packages, '@nestjs/platform-fastify', '@fastify/multipart']

/** Decorators by hand: the app runs as it is, without a compiler. */
exports.serve = async (modules, { ask, bound }) => {
  const { Body, Controller, Get, Headers, Module, Param, Post, Query, Req, UseInterceptors } = modules['@nestjs/common']
  const { NestFactory } = modules['@nestjs/core']

  class Accounts {}
  const routes = [
    ['query', Get('query'), Query('name'), (name) => ask(name)],
    ['list', Get('list'), Query('name'), (names) => ask(names[1])],
    ['nested', Get('nested'), Req(), (request) => ask(nestedOf(request.url))],
    ['param', Get('param/:name'), Param('name'), (name) => ask(name)],
    ['header', Get('header'), Headers('x-name'), (name) => ask(name)],
    ['cookie', Get('cookie'), Headers('cookie'), (cookie) => ask(cookieOf(cookie))],
    ['json', Post('json'), Body(), (body) => ask(body.filter[0].name)],
    ['form', Post('form'), Body('name'), (name) => ask(name)],
    ['bound', Get('bound'), Query('name'), (name) => bound(name)],
    ['ok', Get('ok'), Req(), () => ({ ok: true })],
  ]
  if (platform === 'express') {
    const { AnyFilesInterceptor } = modules['@nestjs/platform-express']
    const upload = UseInterceptors(AnyFilesInterceptor())
    routes.push(
      ['field', Post('field'), Body('name'), (name) => ask(name), upload],
      ['fileName', Post('file-name'), Req(), (request) => ask(request.files[0].originalname), upload],
      ['fileText', Post('file-text'), Req(), (request) => ask(request.files[0].buffer.toString()), upload],
    )
  }
  for (const [method, verb, parameter, handle, interceptor] of routes) {
    Accounts.prototype[method] = handle
    const descriptor = Object.getOwnPropertyDescriptor(Accounts.prototype, method)
    parameter(Accounts.prototype, method, 0)
    verb(Accounts.prototype, method, descriptor)
    interceptor?.(Accounts.prototype, method, descriptor)
  }
  Controller()(Accounts)
  class App {}
  Module({ controllers: [Accounts] })(App)

  const adapter = platform === 'fastify' ? [new modules['@nestjs/platform-fastify'].FastifyAdapter()] : []
  const app = await NestFactory.create(App, ...adapter, { logger: false })
  await app.listen(0, '127.0.0.1')
  return app.getHttpServer()
}
