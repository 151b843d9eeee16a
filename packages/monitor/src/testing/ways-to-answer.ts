import { EventEmitter } from 'node:events'
import http, { ServerResponse, type IncomingMessage } from 'node:http'
import { PassThrough, pipeline, Readable, Writable } from 'node:stream'
import { pipeline as pipelinePromise } from 'node:stream/promises'
import { CompressionStream } from 'node:stream/web'
import zlib from 'node:zlib'
import { portOf } from './guard-answers.ts'

type Call = (this: unknown, ...args: unknown[]) => unknown

/** What older versions of Node do not have. */
const zstd = zlib as {
  readonly zstdCompressSync?: (text: string) => Buffer
  readonly zstdDecompressSync?: (bytes: Buffer) => Buffer
}

export type Write = (response: ServerResponse, text: string, request: IncomingMessage) => unknown

export const html = { 'content-type': 'text/html; charset=utf-8' }
const bytesOf = (text: string): Uint8Array[] => [...Buffer.from(text)].map((byte) => Uint8Array.of(byte))
const thirds = (text: string): string[] => {
  const signs = Array.from(text)
  const size = Math.ceil(signs.length / 3)
  return [0, 1, 2].map((at) => signs.slice(at * size, (at + 1) * size).join(''))
}
const encodings = ['utf8', 'utf-8', 'base64', 'base64url', 'hex'] as const

/** What newer versions of Node do not have any more. */
const writeHeader: Write = (response, text) => {
  ;(response as unknown as { writeHeader: (status: number, headers: object) => void }).writeHeader(200, html)
  response.end(text)
}

/** Middleware as `compression` is made: it puts itself before the methods of the answer. */
function compressing(response: ServerResponse, make: () => NodeJS.ReadWriteStream, coding: string): void {
  const write = response.write.bind(response)
  const end = response.end.bind(response)
  let stream: NodeJS.ReadWriteStream | null = null
  const open = (): NodeJS.ReadWriteStream => {
    if (stream) return stream
    stream = make()
    response.removeHeader('content-length')
    response.setHeader('content-encoding', coding)
    response.writeHead(response.statusCode)
    stream.on('data', (chunk: Buffer) => write(chunk))
    stream.on('end', () => end())
    return stream
  }
  response.write = (chunk: never) => open().write(chunk)
  response.end = ((chunk?: never) => {
    open().end(chunk)
    return response
  }) as never
}

/** Every way of writing an answer of which nothing leaves before the app has written all that is evil of it, or which leaves at once. */
export const whole: Readonly<Record<string, Write>> = {
  'end with text': (response, text) => response.setHeaders(new Map(Object.entries(html))).end(text),
  'end with bytes': (response, text) => response.setHeader('content-type', 'text/html').end(Buffer.from(text)),
  'end with a Uint8Array': (response, text) =>
    response.setHeader('content-type', 'text/html').end(new Uint8Array(Buffer.from(text))),
  'writeHead with an object': (response, text) => response.writeHead(200, html).end(text),
  'writeHead with a reason': (response, text) => response.writeHead(200, 'Fine', html).end(text),
  'writeHead with names and values in turn': (response, text) =>
    response.writeHead(200, ['X-Own', 'a', 'Content-Type', 'text/html']).end(text),
  'writeHead with pairs': (response, text) =>
    response
      .writeHead(200, [
        ['X-Own', 'a'],
        ['content-TYPE', 'text/html'],
      ] as never)
      .end(text),
  'writeHead over headers that were set': (response, text) =>
    response.setHeader('content-type', 'text/plain').setHeader('x-own', 'a').writeHead(200, html).end(text),
  'writeHead with a length': (response, text) =>
    response.writeHead(200, { ...html, 'content-length': Buffer.byteLength(text) }).end(text),
  'writeHead with chunks by name': (response, text) =>
    response.writeHead(200, { ...html, 'transfer-encoding': 'chunked' }).end(text),
  ...('writeHeader' in ServerResponse.prototype ? { writeHeader } : {}),
  'a status and no header': (response, text) => {
    response.statusCode = 418
    response.end(text)
  },
  'strict length': (response, text) => {
    response.strictContentLength = true
    response.setHeader('content-length', Buffer.byteLength(text))
    response.end(text)
  },
  'end with callbacks': (response, text) => response.end(text, 'utf8', () => undefined),
  'end with a callback alone after a write': (response, text) => {
    response.write(text, () => undefined)
    response.end(() => undefined)
  },
  'one write, one end': (response, text) => {
    response.write(text)
    response.end()
  },
  ...Object.fromEntries(
    encodings.map((encoding): [string, Write] => [
      `text in ${encoding}`,
      (response, text) =>
        response
          .writeHead(200, html)
          .end(encoding.startsWith('utf') ? text : Buffer.from(text).toString(encoding), encoding),
    ]),
  ),
  'trailers and hints': (response, text) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.writeHead(200, { ...html, trailer: 'x-sum' })
    response.addTrailers({ 'x-sum': '1' })
    response.end(text)
  },
  'the head is changed while it is made': (response, text) => {
    const original = response.writeHead.bind(response)
    response.writeHead = ((...args: Parameters<typeof original>) => {
      response.setHeader('content-type', 'text/html')
      return original(...args)
    }) as never
    response.setHeader('content-type', 'text/plain')
    response.end(text)
  },
  'end is put off by somebody': (response, text) => {
    const end = response.end.bind(response)
    response.end = ((...args: Parameters<typeof end>) => {
      setTimeout(() => end(...args), 5)
      return response
    }) as never
    response.end(text)
  },
  'methods kept from the class': (response, text) => {
    response.writeHead(200, html)
    const { write, end } = ServerResponse.prototype as unknown as Record<'write' | 'end', Call>
    write.call(response, text)
    end.call(response)
  },
  'gzip by middleware': (response, text) => {
    compressing(response, () => zlib.createGzip(), 'gzip')
    response.setHeader('content-type', 'text/html')
    response.end(text)
  },
  'gzip by hand': (response, text) =>
    response.writeHead(200, { ...html, 'content-encoding': 'gzip' }).end(zlib.gzipSync(text)),
  'gzip by callback': (response, text) =>
    zlib.gzip(text, (_error, body) => response.writeHead(200, { ...html, 'Content-Encoding': 'GZIP' }).end(body)),
  'gzip by stream': (response, text) => {
    response.writeHead(200, { ...html, 'content-encoding': 'gzip' })
    Readable.from([text]).pipe(zlib.createGzip()).pipe(response)
  },
  'gzip by a stream of one’s own class': (response, text) => {
    const { Gzip } = zlib as unknown as { Gzip: new (options: object) => NodeJS.ReadWriteStream }
    response.setHeader('content-encoding', 'x-gzip')
    Readable.from([text]).pipe(new Gzip({})).pipe(response)
  },
  'gzip by a web stream': async (response, text) => {
    response.writeHead(200, { ...html, 'content-encoding': 'gzip' })
    const body = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip') as never)
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) response.write(chunk)
    response.end()
  },
  'deflate as it should be': (response, text) =>
    response.writeHead(200, { ...html, 'content-encoding': 'deflate' }).end(zlib.deflateSync(text)),
  'deflate as some write it': (response, text) =>
    response.writeHead(200, { ...html, 'content-encoding': 'deflate' }).end(zlib.deflateRawSync(text)),
  brotli: (response, text) =>
    response.writeHead(200, { ...html, 'content-encoding': 'br' }).end(zlib.brotliCompressSync(text)),
  'two encodings': (response, text) =>
    response
      .writeHead(200, { ...html, 'content-encoding': 'gzip, br' })
      .end(zlib.brotliCompressSync(zlib.gzipSync(text))),
  'an encoding that is none': (response, text) =>
    response.writeHead(200, { ...html, 'content-encoding': 'utf-8' }).end(text),
  ...(zstd.zstdCompressSync
    ? {
        zstd: (response, text) =>
          response.writeHead(200, { ...html, 'content-encoding': 'zstd' }).end(zstd.zstdCompressSync?.(text)),
      }
    : {}),
}

/** Those whose parts leave one after the other. */
export const streamed: Readonly<Record<string, Write>> = {
  'several writes': (response, text) => {
    for (const part of thirds(text)) response.write(part)
    response.end()
  },
  'writes and an end with the rest': (response, text) => {
    const [one = '', two = '', three = ''] = thirds(text)
    response.writeHead(200, html)
    response.write(one, 'utf8')
    response.write(Buffer.from(two), () => undefined)
    response.end(three)
  },
  'a head that is sent first': (response, text) => {
    response.setHeader('content-type', 'text/html').flushHeaders()
    setTimeout(() => response.end(text), 5)
  },
  'byte by byte': (response, text) => {
    for (const byte of bytesOf(text)) response.write(byte)
    response.end()
  },
  'text and bytes in turn': (response, text) => {
    const bytes = Buffer.from(text)
    response.write(bytes.subarray(0, 4))
    response.write(bytes.subarray(4, 7))
    response.write(bytes.subarray(7).toString('base64'), 'base64')
    response.end()
  },
  cork: (response, text) => {
    response.cork()
    for (const part of thirds(text)) response.write(part)
    response.uncork()
    response.end()
  },
  pipe: (response, text) => Readable.from(thirds(text)).pipe(response),
  pipeline: (response, text) => pipeline(Readable.from(bytesOf(text)), new PassThrough(), response, () => undefined),
  'pipeline that is awaited': (response, text) => pipelinePromise(Readable.from(thirds(text)), response),
  'a web stream': async (response, text) => {
    await Readable.toWeb(Readable.from(thirds(text).map((part) => Buffer.from(part)))).pipeTo(Writable.toWeb(response))
  },
  'a body of fetch': async (response, text) => {
    const { body } = new Response(text)
    response.writeHead(200, html)
    Readable.fromWeb(body as never).pipe(response)
    await new Promise((resolve) => response.once('close', resolve))
  },
  'a proxy': (response, text, request) =>
    http.get({ port: portOf(behind), path: `/?text=${encodeURIComponent(text)}` }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
      request.resume()
    }),
  'a proxy of an encoded answer': (response, text) =>
    http.get({ port: portOf(behind), path: `/?gzip&text=${encodeURIComponent(text)}` }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
      answer.pipe(response)
    }),
  'from within another request': (response, text) => bus.emit('for', () => response.end(text)),
  'gzip by middleware, flushed': (response, text) => {
    const gzip = zlib.createGzip()
    compressing(response, () => gzip, 'gzip')
    const [one = '', ...rest] = thirds(text)
    response.write(one)
    gzip.flush(() => {
      for (const part of rest) response.write(part)
      response.end()
    })
  },
}

export const behind = http.createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://localhost')
  const text = url.searchParams.get('text') ?? ''
  if (url.searchParams.has('gzip'))
    response.writeHead(200, { ...html, 'content-encoding': 'gzip' }).end(zlib.gzipSync(text))
  else response.writeHead(200, html).end(text)
})
/** Answers that others finish. */
export const bus = new EventEmitter()

/** What was encoded is only compared as what it means. */
export const read = (body: Buffer, coding: string | undefined): string => {
  let plain = body
  for (const one of (coding ?? '').toLowerCase().split(', ').reverse()) {
    if (one.endsWith('gzip')) plain = zlib.gunzipSync(plain)
    if (one === 'br') plain = zlib.brotliDecompressSync(plain)
    if (one === 'deflate') plain = (plain[0] ?? 0) % 16 === 8 ? zlib.inflateSync(plain) : zlib.inflateRawSync(plain)
    if (one === 'zstd') plain = zstd.zstdDecompressSync?.(plain) ?? plain
  }
  return plain.toString()
}
