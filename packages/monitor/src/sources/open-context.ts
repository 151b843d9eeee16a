import { IncomingMessage, type ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import { Context } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import type { Guard } from '../core/guard.ts'
import type { Limits } from '../core/limits.ts'
import { refuseStream, refuseUpgrade } from '../respond/refuse.ts'
import { seal } from '../respond/block.ts'
import { guardStreams } from '../sinks/responses/stream-door.ts'
import { contextOf, keepContext, setContextOf, type Emit } from './keep-context.ts'
import { teeBody } from './tee-body.ts'

export interface Opening {
  readonly engine: Engine
  readonly guard: Guard
  readonly limits: Limits
}

/** The context that a server's event opens, or has opened before: `checkContinue` may be handed on to `request`. */
export function openContext(opening: Opening, [event, first, second, , fourth]: Parameters<Emit>): Context | null {
  if (typeof first !== 'object' || first === null) return null
  const known = contextOf(first)
  if (known) return known
  if (event === 'stream') return openStream(opening, first as ServerHttp2Stream, second as IncomingHttpHeaders, fourth)
  if (!(first instanceof IncomingMessage)) return adoptCompatible(first, second)
  return event === 'upgrade' || event === 'connect'
    ? openUpgrade(opening, first, second as Duplex)
    : openRequest(opening, first, second as ServerResponse)
}

function openRequest({ engine, limits }: Opening, request: IncomingMessage, response: ServerResponse): Context {
  engine.counters.requests += 1
  const context = new Context(request, response, limits)
  setContextOf(request, context)
  setContextOf(response, context)
  return context
}

/** The socket is this request's alone from here on, whatever speaks on it. */
function openUpgrade({ engine, limits }: Opening, request: IncomingMessage, socket: Duplex): Context {
  engine.counters.requests += 1
  const context = new Context(request, null, limits)
  context.opaque = 'what comes over an upgraded connection'
  context.refuse = refuseUpgrade(request, socket)
  setContextOf(request, context)
  setContextOf(socket, context)
  keepContext(socket)
  return context
}

const prepared = new WeakSet()

/** http2 hides its classes: their prototypes are seen with the first of each. */
function prepareClassOf(emitter: object, opening: Opening | null): void {
  const prototype = Object.getPrototypeOf(emitter) as object
  if (prepared.has(prototype)) return
  prepared.add(prototype)
  keepContext(prototype)
  if (!opening) return
  teeBody(prototype, opening.guard)
  guardStreams(prototype, opening.engine)
}

function openStream(
  opening: Opening,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: unknown,
): Context {
  const { engine, limits } = opening
  engine.counters.requests += 1
  prepareClassOf(stream, opening)
  const context = new Context(requestOf(stream, headers, rawHeaders), null, limits)
  context.refuse = refuseStream(stream, headers.accept)
  setContextOf(stream, context)
  return context
}

/** What a request of HTTP/1 would say, for those who ask one. */
function requestOf(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: unknown): IncomingMessage {
  const request = {
    method: headers[':method'],
    url: headers[':path'],
    headers,
    rawHeaders: Array.isArray(rawHeaders) ? (rawHeaders as string[]) : Object.entries(headers).flat().map(String),
    get socket() {
      return stream.session?.socket
    },
  }
  return request as unknown as IncomingMessage
}

/** The compatible interface of http2: the same stream once more, with a request and a response around it. */
function adoptCompatible(first: object, second: unknown): Context | null {
  const { stream } = first as Partial<Http2ServerRequest>
  const context = stream && contextOf(stream)
  if (!context) return null
  const request = first as Http2ServerRequest
  const response = second as Http2ServerResponse
  for (const emitter of [request, response]) {
    prepareClassOf(emitter, null)
    setContextOf(emitter, context)
  }
  context.request = request as unknown as IncomingMessage
  const { refuse } = context
  context.refuse = (reference, clear) => {
    refuse?.(reference, clear)
    seal(response)
  }
  return context
}
