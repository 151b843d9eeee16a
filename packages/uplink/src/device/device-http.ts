import http from 'node:http'
import type { Duplex } from 'node:stream'
import { jsonHeaders, wholeAnswer, type HttpAnswer } from '../net/whole-answer.ts'
import type { Dialled } from './dial.ts'

export interface DeviceAsk {
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** 30 s unless told: until the whole answer is here. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
  /** Bytes of the answer, 1 MiB unless told. */
  readonly maxBytes?: number
}

/** Requests to the control plane with the device's certificate. */
export interface DeviceHttp {
  /** Rejects when nothing whole came back in time; any status is an answer. */
  ask(method: string, path: string, options?: DeviceAsk): Promise<HttpAnswer>
  close(): void
}

/** HTTP over whatever `dial` connects to; keeps at most two connections. */
export function deviceHttp(dial: () => Promise<Dialled>): DeviceHttp {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2, timeout: 120_000 })
  // Overridden for the agent, not given per request: a request's own would not be kept alive. The types do not know of it.
  const createConnection = (_options: unknown, done: (error: Error | null, socket?: Duplex) => void): undefined => {
    dial().then(
      ({ socket }) => done(null, socket),
      (error: unknown) => done(error as Error),
    )
    return undefined
  }
  Object.assign(agent, { createConnection })
  return {
    ask: (method, path, options = {}) => askOver(agent, method, path, options),
    close: () => agent.destroy(),
  }
}

function askOver(agent: http.Agent, method: string, path: string, options: DeviceAsk): Promise<HttpAnswer> {
  const { body, headers, signal, timeoutMs = 30_000, maxBytes = 1_048_576 } = options
  const request = http.request({
    agent,
    method,
    path,
    host: 'control-plane.riposte.internal',
    headers: { ...jsonHeaders(body), ...headers },
    ...(signal === undefined ? {} : { signal }),
  })
  return wholeAnswer(request, body, { timeoutMs, maxBytes, keepsAlive: true })
}
