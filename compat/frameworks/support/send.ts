import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { Ask } from './places.ts'

export type Protocol = 'http' | 'https' | 'h2' | 'h2c'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface Client {
  send(ask: Ask): Promise<Answer>
  close(): void
}

/** A key that both sides know stands for a certificate. */
export const sharedKey = Buffer.from('a key for these tests only, nothing else')
const secure = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  checkServerIdentity: () => undefined,
  pskCallback: () => ({ psk: sharedKey, identity: 'test' }),
} as const

/** One connection that is kept, so that what an answer does to its neighbours is seen. */
export function connect(protocol: Protocol, port: number): Client {
  return protocol === 'http' || protocol === 'https' ? overHttp1(protocol, port) : overHttp2(protocol, port)
}

function overHttp1(protocol: 'http' | 'https', port: number): Client {
  const agent =
    protocol === 'http'
      ? new http.Agent({ keepAlive: true, maxSockets: 1 })
      : new https.Agent({ keepAlive: true, maxSockets: 1, ...secure })
  return {
    send: ({ method = 'GET', path, headers, body }) =>
      new Promise((resolve, reject) => {
        const { request } = protocol === 'http' ? http : https
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
        const outgoing = request(
          { host: '127.0.0.1', port, method, path, agent, headers: { ...headers, ...length } },
          (response) => {
            let text = ''
            response.setEncoding('utf8')
            response.on('data', (chunk: string) => (text += chunk))
            response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
            response.on('error', reject)
          },
        )
        outgoing.on('error', reject)
        outgoing.end(body)
      }),
    close: () => agent.destroy(),
  }
}

function overHttp2(protocol: 'h2' | 'h2c', port: number): Client {
  const session =
    protocol === 'h2' ? http2.connect(`https://127.0.0.1:${port}`, secure) : http2.connect(`http://127.0.0.1:${port}`)
  session.on('error', () => undefined)
  return {
    send: ({ method = 'GET', path, headers, body }) =>
      new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
        const stream = session.request(
          { ':method': method, ':path': path, ...headers, ...length },
          { endStream: body === undefined },
        )
        let status = 0
        let answered: Answer['headers'] = {}
        let text = ''
        stream.setEncoding('utf8')
        stream.on('response', (response) => {
          status = response[':status'] ?? 0
          answered = response
        })
        stream.on('data', (chunk: string) => (text += chunk))
        stream.on('close', () =>
          stream.rstCode === 0
            ? resolve({ status, headers: answered, text })
            : reject(new Error(`the stream ended with code ${stream.rstCode}`)),
        )
        stream.on('error', reject)
        if (body !== undefined) stream.end(body)
      }),
    close: () => session.destroy(),
  }
}
