import http2, { type ServerHttp2Stream } from 'node:http2'
import { PassThrough, pipeline, Readable } from 'node:stream'
import zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guardAnswers, listen, portOf, seenOf } from './testing/guard-answers.ts'

const monitor = guardAnswers()

interface Answer {
  readonly status: number | null
  readonly code: number
  readonly headers: http2.IncomingHttpHeaders
  readonly body: Buffer
}
type Write = (stream: ServerHttp2Stream, text: string) => unknown
type WriteCompatible = (response: http2.Http2ServerResponse, text: string) => unknown

const html = { 'content-type': 'text/html; charset=utf-8' }
const thirds = (text: string): string[] => {
  const signs = Array.from(text)
  const size = Math.ceil(signs.length / 3)
  return [0, 1, 2].map((at) => signs.slice(at * size, (at + 1) * size).join(''))
}

/** Nothing of these leaves before what is evil is seen. */
const whole: Readonly<Record<string, Write>> = {
  'respond and end': (stream, text) => {
    stream.respond({ ':status': 200, ...html })
    stream.end(text)
  },
  'respond without a status': (stream, text) => {
    stream.respond(html)
    stream.end(Buffer.from(text))
  },
  'no head at all': (stream, text) => stream.end(text),
  'write and end': (stream, text) => {
    stream.respond({ ':status': 200, ...html })
    stream.write(text, 'utf8', () => undefined)
    stream.end(() => undefined)
  },
  'a turn later': (stream, text) => {
    stream.respond({ ':status': 200, ...html })
    process.nextTick(() => stream.end(text))
  },
  'pipe of one': (stream, text) => {
    stream.respond({ ':status': 200, ...html })
    Readable.from([text]).pipe(stream)
  },
  'hints before': (stream, text) => {
    stream.additionalHeaders({ ':status': 103, link: '</a.css>; rel=preload' })
    stream.respond({ ':status': 200, ...html })
    stream.end(text)
  },
  'gzip by hand': (stream, text) => {
    stream.respond({ ':status': 200, ...html, 'content-encoding': 'gzip' })
    stream.end(zlib.gzipSync(text))
  },
  'gzip by stream': (stream, text) => {
    stream.respond({ ':status': 200, ...html, 'content-encoding': 'gzip' })
    pipeline(Readable.from([text]), zlib.createGzip(), stream, () => undefined)
  },
  trailers: (stream, text) => {
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }))
    stream.respond({ ':status': 200, ...html }, { waitForTrailers: true })
    stream.end(text)
  },
}
const streamed: Readonly<Record<string, Write>> = {
  'several writes': (stream, text) => {
    stream.respond({ ':status': 200, ...html })
    for (const part of thirds(text)) stream.write(part)
    stream.end()
  },
  'byte by byte': (stream, text) => {
    stream.respond({ ':status': 200, ...html })
    for (const byte of Buffer.from(text)) stream.write(Uint8Array.of(byte))
    stream.end()
  },
  corked: (stream, text) => {
    stream.respond({ ':status': 200, ...html })
    stream.cork()
    for (const part of thirds(text)) stream.write(part)
    stream.uncork()
    stream.end()
  },
  pipeline: (stream, text) => {
    stream.respond({ ':status': 200, ...html })
    pipeline(Readable.from(thirds(text)), new PassThrough(), stream, () => undefined)
  },
  'much later': (stream, text) => {
    stream.respond({ ':status': 200, ...html })
    setTimeout(() => stream.end(text), 30)
  },
}
const compatible: Readonly<Record<string, WriteCompatible>> = {
  'compatible: end': (response, text) => {
    response.setHeader('content-type', 'text/html')
    response.end(text)
  },
  'compatible: writeHead and end': (response, text) => response.writeHead(200, html).end(text),
  'compatible: write and end': (response, text) => {
    response.writeHead(200, html)
    response.write(Buffer.from(text))
    response.end(() => undefined)
  },
  'compatible: pipe': (response, text) => Readable.from([text]).pipe(response as never),
  'compatible: gzip': (response, text) => {
    response.writeHead(200, { ...html, 'content-encoding': 'gzip' })
    Readable.from([text])
      .pipe(zlib.createGzip())
      .pipe(response as never)
  },
}
const compatibleStreamed: Readonly<Record<string, WriteCompatible>> = {
  'compatible: several writes': (response, text) => {
    for (const part of thirds(text)) response.write(part)
    response.end()
  },
  'compatible: much later': (response, text) => {
    response.writeHead(200, html)
    setTimeout(() => response.end(text), 30)
  },
}
const routes: Record<string, Write> = {}
const compatibleRoutes: Record<string, WriteCompatible> = {}
const uncaught: unknown[] = []

const read = (path: string) => {
  const url = new URL(path, 'http://localhost')
  return { name: decodeURIComponent(url.pathname.slice(1)), text: url.searchParams.get('v') ?? '' }
}
const core = http2.createServer().on('stream', (stream, headers) => {
  const { name, text } = read(headers[':path'] ?? '')
  const write = whole[name] ?? streamed[name] ?? routes[name]
  stream.on('error', (error) => void uncaught.push(error))
  if (write) void write(stream, text)
  else stream.end('ok')
})
const compat = http2.createServer((request, response) => {
  const { name, text } = read(request.url)
  const write = compatible[name] ?? compatibleStreamed[name] ?? compatibleRoutes[name]
  if (write) void write(response, text)
  else response.end('ok')
})

const sessions: Record<string, http2.ClientHttp2Session> = {}
beforeAll(async () => {
  process.on('uncaughtException', (error) => void uncaught.push(error))
  process.on('unhandledRejection', (error) => void uncaught.push(error))
  sessions['core'] = http2.connect(`http://127.0.0.1:${portOf(await listen(core))}`)
  sessions['compat'] = http2.connect(`http://127.0.0.1:${portOf(await listen(compat))}`)
})
afterAll(() => {
  expect(uncaught).toEqual([])
  expect(monitor.status().counters['bugs']).toBe(0)
  for (const session of Object.values(sessions)) session.destroy()
  core.close()
  compat.close()
})

/** All over one connection, which a refusal must leave alone. */
const ask = (server: 'core' | 'compat', path: string, headers: http2.OutgoingHttpHeaders = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const session = sessions[server]
    if (!session || session.destroyed) {
      reject(new Error('the connection is gone'))
      return
    }
    const stream = session.request({ ':path': path, ...headers })
    let answered: http2.IncomingHttpHeaders = {}
    const chunks: Buffer[] = []
    stream.on('response', (given) => (answered = given))
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', () => undefined)
    stream.on('close', () =>
      resolve({
        status: typeof answered[':status'] === 'number' ? answered[':status'] : null,
        code: stream.rstCode,
        headers: answered,
        body: Buffer.concat(chunks),
      }),
    )
    stream.end()
  })

const page = 'Zoë <b>naïve €😀</b> 日本語 & nothing else'
const evil = `${page}<script>EVIL</script>`
const to = (name: string, text: string): string => `/${encodeURIComponent(name)}?v=${encodeURIComponent(text)}`
const text = ({ body, headers }: Answer): string =>
  (headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(body) : body).toString()
const isRefusal = ({ status, code, headers, body }: Answer): boolean =>
  status === 403 &&
  code === 0 &&
  typeof headers['riposte-reference'] === 'string' &&
  Number(headers['content-length']) === body.length &&
  (JSON.parse(body.toString()) as { status: number }).status === 403

const all = [
  ...[...Object.keys(whole), ...Object.keys(streamed)].map((name) => ['core', name] as const),
  ...[...Object.keys(compatible), ...Object.keys(compatibleStreamed)].map((name) => ['compat', name] as const),
]
const isStreamed = (name: string): boolean => name in streamed || name in compatibleStreamed

describe('every way of writing an answer of HTTP/2', () => {
  test.each(all)('%s, %s: is seen once, in order, to its end, and leaves as it is', async (server, name) => {
    const route = to(name, page)
    const answer = await ask(server, route)
    expect(text(answer)).toBe(page)
    expect(answer.status).toBe(200)
    const [one, ...more] = seenOf(route)
    expect(more).toEqual([])
    expect(one?.parts.join('')).toBe(page)
    expect(one?.ends).toBe(1)
    expect(one?.type ?? undefined).toBe(answer.headers['content-type'])
  })

  test.each(all.filter(([, name]) => !isStreamed(name)))('%s, %s: one clean refusal', async (server, name) => {
    expect(await ask(server, to(name, evil))).toSatisfy(isRefusal)
    expect((await ask(server, '/ok')).body.toString()).toBe('ok')
  })

  test.each(all.filter(([, name]) => isStreamed(name)))(
    '%s, %s: the stream is broken off, and its neighbour is not',
    async (server, name) => {
      const [bad, good] = await Promise.all([ask(server, to(name, evil)), ask(server, to(name, page))])
      expect(bad.body.toString()).not.toContain('EVIL')
      if (bad.status !== 403) expect(bad.code).toBe(8)
      expect(text(good)).toBe(page)
      expect((await ask(server, '/ok')).body.toString()).toBe('ok')
    },
  )
})

describe('heads', () => {
  test('to the app a head that waits is sent', async () => {
    const told: unknown[] = []
    routes['told'] = (stream, given) => {
      stream.respond({ ':status': 201, ...html })
      told.push(stream.headersSent, stream.sentHeaders[':status'])
      for (const again of [() => stream.respond({}), () => stream.additionalHeaders({ ':status': 103 })])
        try {
          again()
        } catch (error) {
          told.push((error as { code: string }).code)
        }
      stream.end(given)
    }
    expect((await ask('core', to('told', page))).status).toBe(201)
    expect(told).toEqual([true, 201, 'ERR_HTTP2_HEADERS_SENT', 'ERR_HTTP2_HEADERS_AFTER_RESPOND'])
  })

  test('one that is wrong is the app’s own fault, once the body comes', async () => {
    routes['wrong'] = (stream) => {
      stream.respond({ ':status': 200, ...html, connection: 'close' })
      try {
        stream.end('never')
      } catch (error) {
        stream.respond({ ':status': 500 })
        stream.end((error as { code: string }).code)
      }
    }
    expect((await ask('core', '/wrong')).body.toString()).toBe('ERR_HTTP2_INVALID_CONNECTION_HEADERS')
  })

  test('a stream that is closed before its body', async () => {
    routes['closed'] = (stream) => {
      stream.respond({ ':status': 200, ...html })
      stream.close(0)
    }
    await ask('core', '/closed')
    expect((await ask('core', '/ok')).body.toString()).toBe('ok')
  })

  test.each(['core', 'compat'] as const)('%s: redirects', async (server) => {
    routes['redirect'] = (stream, given) => {
      stream.respond({ ':status': 302, location: given })
      stream.end('go')
    }
    compatibleRoutes['redirect'] = (response, given) => {
      response.statusCode = 302
      response.setHeader('Location', given)
      response.end('go')
    }
    expect(await ask(server, to('redirect', 'https://EVIL.example'))).toSatisfy(isRefusal)
    expect((await ask(server, to('redirect', '/home'))).headers['location']).toBe('/home')
  })

  test.each(['core', 'compat'] as const)('%s: another sink refuses while the head waits', async (server) => {
    routes['sink'] = (stream) => {
      stream.respond({ ':status': 200, ...html })
      monitor.check('prompt', { text: 'EVIL' })
      stream.end('done')
    }
    compatibleRoutes['sink'] = (response) => {
      response.writeHead(200, html)
      monitor.check('prompt', { text: 'EVIL' })
      response.end('done')
    }
    expect(await ask(server, to('sink', 'EVIL'))).toSatisfy(isRefusal)
  })

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('%s %i is followed by nobody', async (method, status) => {
    routes['bodiless'] = (stream) => {
      stream.respond({ ':status': status, ...html }, { endStream: true })
    }
    const route = `/bodiless?v=EVIL&${method}${status}`
    expect((await ask('core', route, { ':method': method })).status).toBe(status)
    expect(seenOf(route)).toEqual([])
  })
})

describe('after a refusal', () => {
  test('what the app still writes is ignored', async () => {
    const told: string[] = []
    routes['goes on'] = (stream, given) => {
      stream.respond({ ':status': 200, ...html })
      told.push(String(stream.write(given, () => told.push('written'))))
      stream.write('more', () => told.push('written more'))
      stream.end('rest', () => told.push('ended'))
    }
    expect(await ask('core', to('goes on', evil))).toSatisfy(isRefusal)
    expect(told).toEqual(['true', 'written', 'written more', 'ended'])
  })

  test('what goes on after its stream was broken off harms nobody', async () => {
    compatibleRoutes['breaks'] = (response, given) => {
      response.write('<p>begun')
      setTimeout(() => {
        response.write(given)
        response.write('more')
        response.end('rest')
      }, 20)
    }
    const answer = await ask('compat', to('breaks', evil))
    expect({ status: answer.status, code: answer.code, body: answer.body.toString() }).toEqual({
      status: 200,
      code: 8,
      body: '<p>begun',
    })
    expect((await ask('compat', '/ok')).body.toString()).toBe('ok')
  })
})
