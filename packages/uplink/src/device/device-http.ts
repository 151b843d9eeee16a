import http from 'node:http'
import type { Duplex } from 'node:stream'
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

export interface DeviceAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

/** Requests to the control plane with the device's certificate. */
export interface DeviceHttp {
  /** Rejects when nothing whole came back in time; any status is an answer. */
  ask(method: string, path: string, options?: DeviceAsk): Promise<DeviceAnswer>
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

function askOver(agent: http.Agent, method: string, path: string, options: DeviceAsk): Promise<DeviceAnswer> {
  return new Promise((resolve, reject) => {
    const timeoutMs = options.timeoutMs ?? 30_000
    const maxBytes = options.maxBytes ?? 1_048_576
    const request = http.request({
      agent,
      method,
      path,
      host: 'control-plane.riposte.internal',
      headers: {
        accept: 'application/json',
        ...(options.body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(options.body)) }),
        ...options.headers,
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    const deadline = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    const fail = (error: Error): void => {
      clearTimeout(deadline)
      reject(error)
    }
    request.on('error', fail)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > maxBytes) request.destroy(new Error(`the answer is larger than ${maxBytes} bytes`))
        else chunks.push(chunk)
      })
      response.on('error', fail)
      response.on('close', () => {
        if (!response.complete) fail(new Error('the answer was cut off'))
      })
      response.on('end', () => {
        clearTimeout(deadline)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      })
    })
    request.end(options.body)
  })
}
