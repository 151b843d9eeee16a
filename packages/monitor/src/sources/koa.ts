import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Sink } from '../sinks/sink.ts'
import { koa as view } from './framework-view.ts'
import { contextOf } from './keep-context.ts'

type CreateContext = (this: unknown, request: IncomingMessage, response: ServerResponse) => object

/** Koa keeps what it parsed on a context of its own, to which nothing leads from the request. */
export const koa: Sink = {
  module: 'koa',
  kinds: [],
  files: ['lib/application.js'],
  patch: (exports) => {
    const { prototype } = exports as { readonly prototype: { createContext: CreateContext } }
    const original = prototype.createContext
    prototype.createContext = function createContext(request, response) {
      const created = original.call(this, request, response)
      contextOf(request)?.seenThrough(view, created)
      return created
    }
  },
}
