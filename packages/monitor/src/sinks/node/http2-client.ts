import type { ClientHttp2Session } from 'node:http2'
import { Duplex } from 'node:stream'
import { contexts } from '../../core/context.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'
import { judgeCall } from './outgoing-calls.ts'

type Connect = (this: unknown, authority: unknown, ...rest: unknown[]) => ClientHttp2Session

/** A session is judged when it is opened: what is asked for over it goes where it leads. */
export const http2Client: Sink = {
  module: 'node:http2',
  kinds: ['request'],
  patch: (exports, engine) => {
    replace<Connect>(exports as object, 'connect', (original) => {
      return function connect(this: unknown, authority, ...rest) {
        const context = contexts.getStore()
        const url = context && engine.aside('url', () => urlOf(authority))
        if (!context || !url) return original.call(this, authority, ...rest)
        let session: ClientHttp2Session | null = null
        const refusal = judgeCall(
          (operation) => engine.judge(operation),
          context,
          url,
          () => session?.on('error', ignore),
        )
        session = refusal
          ? original.call(this, 'http://localhost', { createConnection: () => brokenConnection(refusal) })
          : original.call(this, authority, ...rest)
        return refusal ? session.on('error', ignore) : session
      }
    })
  },
}

interface Authority {
  readonly protocol?: string
  readonly host?: string
  readonly hostname?: string
  readonly port?: string | number
}

function urlOf(authority: unknown): string | null {
  if (typeof authority === 'string') return authority
  if (authority instanceof URL) return authority.href
  if (typeof authority !== 'object' || authority === null) return null
  const { protocol = 'https:', host, hostname = host ?? 'localhost', port } = authority as Authority
  return `${protocol}//${hostname}${port === undefined || port === '' ? '' : `:${port}`}/`
}

function brokenConnection(refusal: Error): Duplex {
  const connection = new Duplex({ read: ignore, write: (_chunk, _encoding, done) => done() })
  process.nextTick(() => connection.destroy(refusal))
  return connection
}

const ignore = (): void => undefined
