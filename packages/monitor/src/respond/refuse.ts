import type { IncomingMessage } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { Refuse } from '../core/context.ts'
import { refusal } from './block.ts'
import { takeHead } from './held-head.ts'

const headersOf = (type: string, body: string, reference: string): readonly (readonly [string, string])[] => [
  ['content-type', type],
  ['content-length', String(Buffer.byteLength(body))],
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
  ['riposte-reference', reference],
]

const forget = (cookie: string): string => `${cookie}=; Path=/; Max-Age=0`

/** Answers one stream of HTTP/2 and ends it; the others of its connection go on. What the app still writes is ignored. */
export function refuseStream(stream: ServerHttp2Stream, accept: string | undefined): Refuse {
  return once((reference, clear) => {
    if (stream.destroyed || stream.writableEnded) return
    takeHead(stream)
    if (stream.headersSent) {
      // Too late for an answer; half of a wrong one must not pass for a whole, as it would if Node could end it. 8: CANCEL.
      sealStream(stream)
      // Whoever destroys it in this turn, as `pipeline` does, would keep the word from being sent.
      stream.destroy = () => stream
      setImmediate(() => {
        stream.close(8)
        Reflect.deleteProperty(stream, 'destroy')
      })
      return
    }
    const { type, body } = refusal(accept, reference)
    stream.respond({
      ':status': 403,
      ...Object.fromEntries(headersOf(type, body, reference)),
      ...(clear.length > 0 ? { 'set-cookie': clear.map(forget) } : {}),
    })
    stream.end(body)
    sealStream(stream)
  })
}

function sealStream(stream: ServerHttp2Stream): void {
  for (const name of ['respond', 'respondWithFD', 'respondWithFile', 'additionalHeaders', 'pushStream'])
    Object.defineProperty(stream, name, { value: () => undefined, configurable: true, writable: true })
  for (const name of ['write', 'end'])
    Object.defineProperty(stream, name, { value: callBack, configurable: true, writable: true })
}

/** Whoever waits for its write to be done is told so. */
function callBack(this: unknown, ...args: unknown[]): unknown {
  const callback = args.at(-1)
  if (typeof callback === 'function') queueMicrotask(callback as () => void)
  return true
}

/** Before the handshake a refusal is an answer of HTTP; after it, the end of the connection. */
export function refuseUpgrade(request: IncomingMessage, socket: Duplex): Refuse {
  const written = (): number => (socket as { bytesWritten?: number }).bytesWritten ?? 0
  const before = written()
  return once((reference, clear) => {
    if (socket.destroyed) return
    if (written() > before) {
      socket.destroy()
      return
    }
    const { type, body } = refusal(request.headers.accept, reference)
    const cookies = clear.map((name) => ['set-cookie', forget(name)] as const)
    const headers = [...headersOf(type, body, reference), ...cookies].map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 403 Forbidden\r\n${headers.join('')}connection: close\r\n\r\n${body}`, () => socket.destroy())
    socket.write = () => true
  })
}

/** A client is answered once, however often the app goes on asking. */
function once(refuse: Refuse): Refuse {
  let done = false
  return (reference, clear) => {
    if (done) return
    done = true
    refuse(reference, clear)
  }
}
