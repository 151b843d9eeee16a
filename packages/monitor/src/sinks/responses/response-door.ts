import { ServerResponse, type OutgoingHttpHeaders } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { StringDecoder } from 'node:string_decoder'
import type { BlockedError } from '../../core/blocked-error.ts'
import { contexts, type Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { contextOf } from '../../sources/keep-context.ts'
import { bodies } from './bodies.ts'
import { takePlain } from './compressors.ts'
import { pages } from './pages.ts'
import { headerIn, headOf, readHead } from './read-head.ts'
import { redirects } from './redirects.ts'
import type { BodyWatch, Head, ResponseWatcher } from './watcher.ts'

/** Everything that is read from answers. */
const watchers: readonly ResponseWatcher[] = [redirects, pages, bodies]

/** Those who follow one answer's body, and what its bytes mean. */
interface Following {
  readonly context: Context
  readonly watches: readonly BodyWatch[]
  readonly decoder: StringDecoder
  readonly isEncoded: boolean
}

const key = Symbol('riposte.answer')
type Answer = object & { [key]?: Following | null }
type Send = (this: Answer, chunk?: unknown, encoding?: unknown, callback?: unknown) => unknown

/** Judges what leaves, on the way out: heads before they are made, and each part of a body before it is written. */
export function guardResponses(engine: Engine): void {
  const prototype = ServerResponse.prototype as object as Record<string, Send>
  guardBody(prototype, engine, (response) => readHead(response as object as ServerResponse))
  const writeHead = prototype['writeHead'] as unknown as (this: ServerResponse, ...args: unknown[]) => ServerResponse
  define(prototype, 'writeHead', function guarded(this: ServerResponse, status: number, ...rest: unknown[]) {
    const context = contextOf(this)
    if (context && !context.blocked && isJudgedByHead(status)) {
      const given = typeof rest[0] === 'object' && rest[0] !== null ? rest[0] : rest[1]
      if (judgeHead(readHead(this, status, given as OutgoingHttpHeaders), engine, context)) return this
    }
    return writeHead.call(this, status, ...rest)
  })
}

const heads = new WeakMap<object, Head>()

/** The same for a stream of HTTP/2. @param prototype of all of them: http2 hides the class */
export function guardStreams(prototype: object, engine: Engine): void {
  const target = prototype as Record<string, Send>
  guardBody(target, engine, (stream) => heads.get(stream) ?? headOf(200, undefined))
  const respond = target['respond'] as unknown as (this: ServerHttp2Stream, ...args: unknown[]) => unknown
  define(target, 'respond', function guarded(this: ServerHttp2Stream, given: OutgoingHttpHeaders, ...rest: unknown[]) {
    const context = contextOf(this)
    if (context && !context.blocked) {
      const head = headOf(Number(headerIn(given, ':status') ?? 200), given)
      heads.set(this, head)
      if (isJudgedByHead(head.status) && judgeHead(head, engine, context)) return undefined
    }
    return respond.call(this, given, ...rest)
  })
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: false })
}

/** Asked of every answer. */
const isJudgedByHead = (status: number): boolean => status >= 300 && status < 400

function judgeHead(head: Head, engine: Engine, context: Context): BlockedError | null {
  return inContext(context, () => {
    for (const watcher of watchers) {
      if (!watcher.head || !engine.wants(watcher.kind)) continue
      const refusal = engine.aside('answer', () => watcher.head?.(head, engine, context) ?? null)
      if (refusal) return refusal
    }
    return null
  })
}

const inContext = <Result>(context: Context, work: () => Result): Result =>
  contexts.getStore() === context ? work() : contexts.run(context, work)

function guardBody(target: Record<string, Send>, engine: Engine, headOfAnswer: (answer: Answer) => Head): void {
  for (const name of ['write', 'end'] as const) {
    const original = target[name] as Send
    define(target, name, function guarded(this: Answer, chunk?: unknown, encoding?: unknown, callback?: unknown) {
      let following = this[key]
      if (following === undefined) following = this[key] = follow(this, engine, headOfAnswer)
      if (following !== null && !following.context.blocked) {
        const refusal = judgePart(following, engine, chunk, encoding, name === 'end')
        const sealed = (this as Record<string, unknown>)[name] as Send
        // The answer is given and sealed: what the app still writes is taken and ignored.
        if (refusal) return sealed === guarded ? this : sealed.call(this, chunk, encoding, callback)
      }
      return original.call(this, chunk, encoding, callback)
    })
  }
}

/** @returns null when nobody follows this answer */
function follow(answer: Answer, engine: Engine, headOfAnswer: (answer: Answer) => Head): Following | null {
  const context = contextOf(answer)
  if (!context || context.blocked || !watchers.some((watcher) => watcher.body && engine.wants(watcher.kind)))
    return null
  const found = engine.aside('answer', () => {
    const head = headOfAnswer(answer)
    if (context.request?.method === 'HEAD' || head.status === 204 || head.status === 304) return null
    const watches = watchers.flatMap(
      (watcher) => (engine.wants(watcher.kind) && watcher.body?.(head, engine, context)) || [],
    )
    if (watches.length === 0) return null
    const coding = head.header('content-encoding')
    const isEncoded = coding !== null && coding.trim().toLowerCase() !== 'identity'
    return { context, watches, decoder: new StringDecoder(charsetOf(head)), isEncoded }
  })
  if (!found) takePlain(context)
  return found ?? null
}

/** Encodings other than these have ASCII where markup is written. */
function charsetOf(head: Head): BufferEncoding {
  const charset = /;\s*charset\s*=\s*"?([\w-]+)/i.exec(head.header('content-type') ?? '')?.[1]?.toLowerCase() ?? 'utf-8'
  if (charset === 'utf-8' || charset === 'utf8') return 'utf8'
  return charset === 'utf-16' || charset === 'utf-16le' ? 'utf16le' : 'latin1'
}

function judgePart(
  following: Following,
  engine: Engine,
  chunk: unknown,
  encoding: unknown,
  last: boolean,
): BlockedError | null {
  const { context, watches } = following
  return inContext(context, () => {
    const text = engine.aside('answer', () => textOf(following, chunk, encoding)) ?? ''
    if (text === '' && !last) return null
    for (const watch of watches) {
      const refusal = engine.aside('answer', () => watch.part(text, last))
      if (refusal) return refusal
    }
    return null
  })
}

function textOf({ context, decoder, isEncoded }: Following, chunk: unknown, encoding: unknown): string {
  if (isEncoded)
    return takePlain(context)
      .map((part) => decoder.write(Buffer.from(part.buffer, part.byteOffset, part.byteLength)))
      .join('')
  if (typeof chunk === 'string') {
    const isText = typeof encoding !== 'string' || !/^(?:hex|base64|base64url)$/i.test(encoding)
    return isText ? chunk : decoder.write(Buffer.from(chunk, encoding as BufferEncoding))
  }
  return chunk instanceof Uint8Array ? decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)) : ''
}
