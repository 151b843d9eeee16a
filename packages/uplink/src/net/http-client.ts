import http from 'node:http'
import type https from 'node:https'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { jsonHeaders, wholeAnswer, type HttpAnswer } from './whole-answer.ts'

export interface HttpClient {
  /** Rejects when nothing whole came back in time; any status is an answer. */
  ask(
    method: 'GET' | 'POST',
    path: string,
    options?: { body?: string; headers?: Record<string, string> },
  ): Promise<HttpAnswer>
  /** A response that stays open. `onResponse` gets it at the head; `onError` whatever ends the request before that. */
  open(path: string, onResponse: (response: IncomingMessage) => void, onError: (error: Error) => void): ClientRequest
  close(): void
}

const maxAnswerBytes = 16 * 1024 * 1024

/**
 * Speaks to one control plane with one token. Its sockets never keep the process alive.
 * @throws TypeError when `url` is not an http(s) address.
 */
export function httpClient(options: { url: string; token: string; requestMs: number; userAgent: string }): HttpClient {
  const base = new URL(options.url)
  if (base.protocol !== 'http:' && base.protocol !== 'https:')
    throw new TypeError(`the control plane's address must begin with http:// or https://, not ${base.protocol}//`)
  // Loading TLS costs milliseconds that a program with a plain loopback address need not pay.
  const transport: typeof http | typeof https =
    base.protocol === 'https:' ? process.getBuiltinModule('node:https') : http
  const agent = new transport.Agent({ keepAlive: true, maxSockets: 4, timeout: options.requestMs })
  const streamAgent = new transport.Agent({ keepAlive: false })
  const prefix = base.pathname.replace(/\/+$/, '')

  const requestOptions = (method: string, path: string, headers: Record<string, string>): RequestOptions => ({
    protocol: base.protocol,
    hostname: base.hostname.replace(/^\[|\]$/g, ''),
    ...(base.port ? { port: base.port } : {}),
    path: prefix + path,
    method,
    headers: { authorization: `Bearer ${options.token}`, 'user-agent': options.userAgent, ...headers },
  })
  const unref = (request: ClientRequest) => request.on('socket', (socket) => socket.unref())

  return {
    ask: (method, path, { body, headers } = {}) => {
      const named = requestOptions(method, path, { ...jsonHeaders(body), ...headers })
      const limits = { timeoutMs: options.requestMs, maxBytes: maxAnswerBytes, keepsAlive: false }
      return wholeAnswer(unref(transport.request({ ...named, agent })), body, limits)
    },
    open(path, onResponse, onError) {
      const request = unref(
        transport.request({ ...requestOptions('GET', path, { accept: 'text/event-stream' }), agent: streamAgent }),
      )
      request.on('response', onResponse)
      request.on('error', onError)
      request.end()
      return request
    },
    close() {
      agent.destroy()
      streamAgent.destroy()
    },
  }
}
