import http, { type ClientRequest } from 'node:http'
import https from 'node:https'
import { contexts } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'
import { judgeCall, rememberCall, watchRedirects } from './outgoing-calls.ts'

type Request = (this: unknown, ...args: unknown[]) => ClientRequest

/** `http` and `https`, and through them axios, got, node-fetch and most others. */
export const httpClient: Sink = {
  module: 'node:http',
  kinds: ['request'],
  patch: (exports, engine) => {
    guardModule(exports as object, 'http:', engine)
    watchRedirects(engine)
  },
}

export const httpsClient: Sink = {
  module: 'node:https',
  kinds: ['request'],
  patch: (exports, engine) => guardModule(exports as object, 'https:', engine),
}

function guardModule(module: object, protocol: 'http:' | 'https:', engine: Engine): void {
  for (const name of ['request', 'get'])
    replace<Request>(module, name, (original) => guardRequest(original, protocol, engine))
}

function guardRequest(original: Request, protocol: 'http:' | 'https:', engine: Engine): Request {
  return function request(this: unknown, ...args) {
    const context = contexts.getStore()
    if (!context) return Reflect.apply(original, this, args)
    const url = engine.aside('url', () => readUrl(args, protocol)) ?? null
    if (url === null) return Reflect.apply(original, this, args)
    let made: ClientRequest | null = null
    const refusal = judgeCall(
      (operation) => engine.judge(operation),
      context,
      url,
      () => made?.on('error', ignore),
    )
    if (refusal) return refuse(original, this, args, protocol, refusal)
    made = Reflect.apply(original, this, args)
    rememberCall(made, url)
    return made
  }
}

interface Options {
  readonly protocol?: string | null
  readonly host?: string | null
  readonly hostname?: string | null
  readonly port?: number | string | null
  readonly path?: string | null
  readonly socketPath?: string | null
}

/** `(url, options?, callback?)` or `(options, callback?)`; null where there is no address, as for a socket in the file system. */
function readUrl([first, second]: readonly unknown[], protocol: string): string | null {
  const isAddress = typeof first === 'string' || first instanceof URL
  const options = ((isAddress ? second : first) ?? {}) as Options
  if (typeof options === 'object' && options.socketPath) return null
  if (isAddress && !overrides(options)) return String(first)
  return written(options, isAddress && URL.canParse(String(first)) ? new URL(String(first)) : null, protocol)
}

function written(options: Options, base: URL | null, protocol: string): string {
  const host = options.hostname ?? options.host ?? base?.hostname ?? 'localhost'
  const port = options.port ?? base?.port ?? ''
  const path = options.path ?? (base ? base.pathname + base.search : '/')
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return `${options.protocol ?? base?.protocol ?? protocol}//${authority}${port === '' ? '' : `:${port}`}${path}`
}

const overrides = (options: Options): boolean =>
  typeof options === 'object' &&
  (options.host != null || options.hostname != null || options.port != null || options.path != null)

/** A request of the app's own kind that fails as one does whose connection was refused. */
function refuse(
  original: Request,
  self: unknown,
  args: readonly unknown[],
  protocol: 'http:' | 'https:',
  refusal: Error,
): ClientRequest {
  const agent = protocol === 'https:' ? new https.Agent() : new http.Agent()
  Object.assign(agent, { addRequest: (request: ClientRequest) => request.destroy(refusal) })
  const callback = args.find((argument) => typeof argument === 'function')
  const given = args.filter((argument) => typeof argument === 'object' && !(argument instanceof URL))
  const options = Object.assign({}, ...given, {
    agent,
    protocol,
    host: 'localhost',
    hostname: 'localhost',
    port: 1,
  }) as object
  const request = Reflect.apply(original, self, callback === undefined ? [options] : [options, callback])
  return request.on('error', ignore)
}

const ignore = (): void => undefined
