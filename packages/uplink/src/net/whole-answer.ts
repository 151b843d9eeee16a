import type { ClientRequest, IncomingHttpHeaders } from 'node:http'

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What a JSON body, if there is one, needs said of it. */
export const jsonHeaders = (body: string | Uint8Array | undefined): Record<string, string> => ({
  accept: 'application/json',
  ...(body === undefined
    ? {}
    : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
})

/** Sends the request. Rejects when nothing whole came back in time; any status is an answer. */
export function wholeAnswer(
  request: ClientRequest,
  body: string | Uint8Array | undefined,
  limits: { readonly timeoutMs: number; readonly maxBytes: number; readonly keepsAlive: boolean },
): Promise<HttpAnswer> {
  const { timeoutMs, maxBytes } = limits
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    if (!limits.keepsAlive) deadline.unref()
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
    request.end(body)
  })
}
