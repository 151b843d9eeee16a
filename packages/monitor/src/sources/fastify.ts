import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { fastify as view } from './framework-view.ts'
import { contextOf } from './keep-context.ts'

interface FastifyRequest {
  readonly raw: IncomingMessage
}
interface FastifyInstance {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: unknown, done: () => void) => void): void
}

/** Fastify (4 and 5) tells of every instance that is made: the first hook of each shows where the request's own object is. */
export function watchFastify(): void {
  subscribe('fastify.initialization', (message) => {
    const { fastify } = message as { readonly fastify: FastifyInstance }
    fastify.addHook('onRequest', (request, _reply, done) => {
      contextOf(request.raw)?.seenThrough(view, request)
      done()
    })
  })
}
