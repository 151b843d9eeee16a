import { ServerResponse, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'

// As they were before the app, a framework or a middleware put anything in front of them.
const { writeHead, end } = ServerResponse.prototype as {
  writeHead: (this: ServerResponse, status: number, reason: string, headers: OutgoingHttpHeaders) => ServerResponse
  end: (this: ServerResponse, body?: string) => ServerResponse
}

/**
 * Answers a blocked request, once: 403, a problem document (RFC 9457) or a small page, a reference and nothing of what was matched.
 * Then the response is sealed: whatever the app still does with it is ignored and never throws.
 */
export function answerBlocked(
  request: IncomingMessage,
  response: ServerResponse,
  reference: string,
  /** Names of cookies that the client shall forget. */
  clear: readonly string[] = [],
): void {
  if (response.writableEnded) return
  if (response.headersSent && !takeBackHead(request, response)) {
    // Too late for an answer; half of a wrong one must not pass for a whole.
    seal(response)
    request.socket.destroy()
    return
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  const { type, body } = refusal(request.headers.accept, reference)
  response.sendDate = true
  writeHead.call(response, 403, 'Forbidden', {
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Riposte-Reference': reference,
    ...(clear.length > 0 ? { 'Set-Cookie': clear.map((name) => `${name}=; Path=/; Max-Age=0`) } : {}),
    Connection: 'close',
  })
  end.call(response, body)
  seal(response)
}

/** What is inside of an answer of node:http, in every version so far. */
interface Inside {
  _header: string | null
  _headerSent: boolean
  _contentLength: number | null
  _hasBody: boolean
  chunkedEncoding: boolean
  strictContentLength: boolean
  outputData: { readonly callback?: unknown }[]
  outputSize: number
  _onPendingData?: (bytes: number) => void
}

/** A head that was made, and has not left: another one can take its place. @returns whether it had not */
function takeBackHead(request: IncomingMessage, response: ServerResponse): boolean {
  const inside = response as object as Inside
  // To the app these have left, and they would follow whatever leaves now.
  if (holdsParts(response)) return false
  if (inside._headerSent) {
    // On a connection on which an earlier request is still being answered nothing of this one has left.
    if (response.socket) return false
    for (const { callback } of inside.outputData)
      if (typeof callback === 'function') queueMicrotask(callback as () => void)
    inside._onPendingData?.(-inside.outputSize)
    inside.outputData = []
    inside.outputSize = 0
    inside._headerSent = false
  }
  inside._header = null
  inside._contentLength = null
  inside._hasBody = request.method !== 'HEAD'
  inside.chunkedEncoding = false
  inside.strictContentLength = false
  return !response.headersSent
}

/** Newer versions of Node keep the parts of one turn, and the head, to send them together. */
function holdsParts(response: ServerResponse): boolean {
  const key = Object.getOwnPropertySymbols(response).find(({ description }) => description === 'kChunkedBuffer')
  const parts = key && (response as object as Record<symbol, unknown>)[key]
  return Array.isArray(parts) && parts.length > 0
}

/** What a refused client is told, as it asked for it. */
export const refusal = (
  accept: string | undefined,
  reference: string,
): { readonly type: string; readonly body: string } =>
  wantsHtml(accept)
    ? { type: 'text/html; charset=utf-8', body: page(reference) }
    : { type: 'application/problem+json', body: problem(reference) }

const problem = (reference: string): string =>
  `${JSON.stringify({ type: 'about:blank', title: 'Forbidden', status: 403, detail: 'This request was refused. If you think that this is a mistake, quote the reference.', reference })}\n`

const page = (reference: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Refused</title><body style="font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem"><h1>This request was refused</h1><p>If you think that this is a mistake, quote this reference:</p><p><code>${reference}</code></p></body></html>\n`

/** Only for somebody who asks for it by name: a star takes the problem document. */
function wantsHtml(accept: string | undefined): boolean {
  if (accept === undefined) return false
  const types = accept
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';', 1)[0]?.trim())
  const html = types.findIndex((type) => type === 'text/html' || type === 'application/xhtml+xml')
  const json = types.findIndex((type) => type === 'application/json' || type === 'application/problem+json')
  return html !== -1 && (json === -1 || html < json)
}

const sealed = new WeakSet()

export const isSealed = (response: object): boolean => sealed.has(response)

/**
 * `headersSent` says no from here on: an error handler that learns otherwise gives up on the connection, and takes the answer that
 * is still on its way with it (Express does).
 */
export function seal(response: object): void {
  sealed.add(response)
  const ignore = (...args: unknown[]): true => {
    const callback = args.at(-1)
    if (typeof callback === 'function') queueMicrotask(callback as () => void)
    return true
  }
  const chain = (...args: unknown[]): object => {
    ignore(...args)
    return response
  }
  const methods: Record<string, unknown> = {
    write: ignore,
    end: chain,
    writeHead: () => response,
    setHeader: () => response,
    setHeaders: () => response,
    appendHeader: () => response,
    removeHeader: () => undefined,
    flushHeaders: () => undefined,
    writeContinue: () => undefined,
    writeProcessing: () => undefined,
    writeEarlyHints: () => undefined,
    addTrailers: () => undefined,
  }
  for (const [name, value] of Object.entries(methods))
    Object.defineProperty(response, name, { value, configurable: true, writable: true })
  Object.defineProperty(response, 'headersSent', { value: false, configurable: true })
}
