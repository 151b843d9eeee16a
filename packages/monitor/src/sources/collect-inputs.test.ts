import type { IncomingMessage } from 'node:http'
import { millisecondsOf } from '@riposte/testkit/growth'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { defaultLimits, type Limits } from '../core/limits.ts'
import { BodyTee } from './body-tee.ts'
import { collectInputs } from './collect-inputs.ts'
import { ValueCollector } from './value-collector.ts'

interface Sent {
  readonly url?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string | Buffer
  readonly params?: unknown
  readonly parsed?: unknown
  readonly files?: unknown
  readonly trailers?: readonly string[]
}

/** What is known of a request that was sent so. */
function collect(sent: Sent, limits: Limits = defaultLimits): ValueCollector {
  const { url = '/', headers = [], body, params, parsed, files, trailers = [] } = sent
  const request = {
    url,
    rawHeaders: headers.flat(),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    rawTrailers: trailers,
  } as unknown as IncomingMessage
  const tee = body === undefined ? null : new BodyTee(limits.bodyBytes)
  tee?.keep(Buffer.from(body as string))
  const collector = new ValueCollector(limits)
  collectInputs(collector, { request, params, body: parsed, files, tee }, limits)
  return collector
}

const valuesOf = (sent: Sent, limits?: Limits) => collect(sent, limits).inputs.map(({ value }) => value)
const found = (sent: Sent) => collect(sent).inputs.map(({ source, path, value }) => `${source} ${path} = ${value}`)
const typed = (type: string, body: string | Buffer, ...headers: [string, string][]): Sent => ({
  body,
  headers: [['content-type', type], ...headers],
})

const boundary = 'edge'
const form = 'multipart/form-data; boundary=edge'
const part = (headers: string, content: string) => `--${boundary}\r\n${headers}\r\n\r\n${content}\r\n`
const multipart = (...parts: string[]) => typed(form, `${parts.join('')}--${boundary}--\r\n`)

describe('every place of a request', () => {
  test.each<{ name: string; sent: Sent; finds: string }>([
    { name: 'a query', sent: { url: '/?a=x%27y' }, finds: `query a = x'y` },
    { name: 'a query with plus signs', sent: { url: '/?a=x+y' }, finds: 'query a = x y' },
    { name: 'a query that is no UTF-8', sent: { url: '/?a=%27%E9' }, finds: `query a = '\ufffd` },
    { name: 'what the app may not decode', sent: { url: `/?a=x%25'y` }, finds: `query a = x%25'y` },
    { name: 'a name in a query', sent: { url: '/?a%27b=1' }, finds: `query a'b (name) = a'b` },
    { name: 'a nested name', sent: { url: '/?filter[name][$ne]=x' }, finds: 'query filter.name.$ne = x' },
    {
      name: 'a part of a nested name',
      sent: { url: '/?filter[name][$ne]=' },
      finds: 'query filter.name.$ne (name) = $ne',
    },
    { name: 'an indexed name', sent: { url: '/?a[0][b]=x' }, finds: 'query a[0].b = x' },
    { name: 'a second value of one name', sent: { url: '/?id=1&id=2' }, finds: 'query id = 2' },
    { name: 'a name without a value', sent: { url: "/?a'b" }, finds: `query a'b (name) = a'b` },
    { name: 'a route parameter', sent: { params: { id: `7'` } }, finds: `params id = 7'` },
    { name: 'a plain part of the path', sent: { url: '/files/..' }, finds: 'path path[1] = ..' },
    { name: 'an encoded part of the path', sent: { url: '/a/b%2Fc' }, finds: 'path path[1] = b/c' },
    { name: 'the rest of the path', sent: { url: '/files/a/..%2f/b' }, finds: 'path path[1…] = a/..//b' },
    { name: 'the path of a whole URL', sent: { url: 'http://host/a/b' }, finds: 'path path[0] = a' },
    { name: 'a header', sent: { headers: [['X-Name', 'x']] }, finds: 'headers x-name = x' },
    {
      name: 'a header sent twice',
      sent: {
        headers: [
          ['Host', 'a'],
          ['Host', 'b'],
        ],
      },
      finds: 'headers host = b',
    },
    {
      name: 'a header that says one word too many',
      sent: { headers: [['connection', `close'`]] },
      finds: `headers connection = close'`,
    },
    { name: 'a name of a header', sent: { headers: [[`x'y`, '1x']] }, finds: `headers x'y (name) = x'y` },
    {
      name: 'a header in UTF-8',
      sent: { headers: [['x', Buffer.from('é').toString('latin1')]] },
      finds: 'headers x = é',
    },
    {
      name: 'the first hop',
      sent: { headers: [['x-forwarded-for', `a', 1.1.1.1`]] },
      finds: `headers x-forwarded-for = a'`,
    },
    {
      name: 'a user',
      sent: { headers: [['authorization', `Basic ${Buffer.from("o'b:p:w").toString('base64')}`]] },
      finds: `headers authorization (user) = o'b`,
    },
    {
      name: 'a password',
      sent: { headers: [['authorization', `Basic ${Buffer.from("o'b:p:w").toString('base64')}`]] },
      finds: 'headers authorization (password) = p:w',
    },
    { name: 'a token', sent: { headers: [['authorization', 'Bearer a.b.c']] }, finds: 'headers authorization = a.b.c' },
    { name: 'a cookie', sent: { headers: [['cookie', 'a=1; b=x%27y']] }, finds: `cookies b = x'y` },
    { name: 'a quoted cookie', sent: { headers: [['cookie', 'a="x y"']] }, finds: 'cookies a = x y' },
    { name: 'a signed cookie', sent: { headers: [['cookie', `a=s%3Ax'y.sig`]] }, finds: `cookies a = x'y` },
    { name: 'a cookie of JSON', sent: { headers: [['cookie', `a=j%3A{"b":"c"}`]] }, finds: 'cookies a = {"b":"c"}' },
    { name: 'a cookie without a name', sent: { headers: [['cookie', `x'y`]] }, finds: `cookies  = x'y` },
    { name: 'a trailer', sent: { trailers: ['X-Sum', 'x'] }, finds: 'trailers x-sum = x' },
    { name: 'a parsed body', sent: { parsed: { a: [{ b: 'x' }] } }, finds: 'body a[0].b = x' },
    { name: 'a name in a parsed body', sent: { parsed: { 'a b': 1 } }, finds: 'body a b (name) = a b' },
    { name: 'a number', sent: { parsed: { a: 7 } }, finds: 'body a = 7' },
    { name: 'a body of JSON', sent: typed('application/json', '{"a":["x"]}'), finds: 'body a[0] = x' },
    { name: 'JSON with a mark before it', sent: typed('application/json', '\ufeff{"a":"x"}'), finds: 'body a = x' },
    { name: 'JSON of another type', sent: typed('application/vnd.api+json', '{"a":"x"}'), finds: 'body a = x' },
    { name: 'JSON that says it is text', sent: typed('text/plain', '{"a":"x"}'), finds: 'body a = x' },
    { name: 'JSON that says nothing', sent: { body: '{"a":"x"}' }, finds: 'body a = x' },
    {
      name: 'JSON in UTF-16',
      sent: typed('application/json; charset=utf-16le', Buffer.from('{"a":"é"}', 'utf16le')),
      finds: 'body a = é',
    },
    {
      name: 'JSON in UTF-16 that does not say so',
      sent: typed('application/json', Buffer.from('\ufeff{"a":"é"}', 'utf16le')),
      finds: 'body a = é',
    },
    { name: 'broken JSON', sent: typed('application/json', '{"a":"x'), finds: 'body body = {"a":"x' },
    { name: 'lines of JSON', sent: typed('application/x-ndjson', '{"a":"x"}\n{"a":"y"}\n'), finds: 'body [1].a = y' },
    { name: 'a form', sent: typed('application/x-www-form-urlencoded', 'a[b]=x%27'), finds: `body a.b = x'` },
    { name: 'a text', sent: typed('text/plain', 'x'), finds: 'body body = x' },
    {
      name: 'a text in latin1',
      sent: typed('text/plain; charset=iso-8859-1', Buffer.from([0x61, 0xe9])),
      finds: 'body body = aé',
    },
    { name: 'an unknown charset', sent: typed('text/plain; charset=klingon', 'x'), finds: 'body body = x' },
    {
      name: 'a text in XML',
      sent: typed('application/xml', '<a><b c="d">x&apos;y</b></a>'),
      finds: `body body (text) = x'y`,
    },
    {
      name: 'an attribute in XML',
      sent: typed('text/xml', `<a b="x &gt; &#39;"/>`),
      finds: `body body (text) = x > '`,
    },
    { name: 'CDATA in XML', sent: typed('text/xml', '<a><![CDATA[x<y]]></a>'), finds: 'body body (text) = x<y' },
    {
      name: 'the document of GraphQL',
      sent: typed('application/json', JSON.stringify({ query: '{ a(b: "x\\"y") }' })),
      finds: 'body query (argument) = x"y',
    },
    {
      name: 'GraphQL as it is',
      sent: typed('application/graphql', '{ a(b: """x"y""") }'),
      finds: 'body query (argument) = x"y',
    },
    {
      name: 'GraphQL in a query',
      sent: { url: `/?query=${encodeURIComponent('{ a(b: "\\u0027") }')}` },
      finds: `query query (argument) = '`,
    },
    {
      name: 'a list of GraphQL documents',
      sent: { parsed: [{ query: '{ a(b: "x") }' }] },
      finds: 'body [0].query (argument) = x',
    },
    {
      name: 'a part of a form',
      sent: multipart(part('Content-Disposition: form-data; name="a"', 'x')),
      finds: 'body a = x',
    },
    {
      name: 'a second part of a form',
      sent: multipart(
        part('content-disposition: form-data; name=a', 'x'),
        part('content-disposition: form-data; name="b[c]"', 'y'),
      ),
      finds: 'body b.c = y',
    },
    {
      name: 'the name of a part',
      sent: multipart(part(`content-disposition: form-data; name="a'b"`, 'x')),
      finds: `body a'b (name) = a'b`,
    },
    {
      name: 'a file name',
      sent: multipart(part(`content-disposition: form-data; name="f"; filename="a'b.txt"`, 'x')),
      finds: `files f (file name) = a'b.txt`,
    },
    {
      name: 'an escaped file name',
      sent: multipart(part('content-disposition: form-data; name="f"; filename="a\\"b"', 'x')),
      finds: 'files f (file name) = a"b',
    },
    {
      name: 'a file name in another form',
      sent: multipart(part(`content-disposition: form-data; name="f"; filename*=UTF-8''a%27b`, 'x')),
      finds: `files f (file name) = a'b`,
    },
    {
      name: 'the type of a file',
      sent: multipart(part(`content-disposition: form-data; name="f"; filename="a"\r\ncontent-type: a/b'c`, 'x')),
      finds: `files f (type) = a/b'c`,
    },
    {
      name: 'the text of a file',
      sent: multipart(part('content-disposition: form-data; name="f"; filename="a"', 'x')),
      finds: 'body f = x',
    },
    {
      name: 'the JSON of a file',
      sent: multipart(
        part('content-disposition: form-data; name="f"; filename="a"\r\ncontent-type: application/json', '{"a":"x"}'),
      ),
      finds: 'body f.a = x',
    },
    {
      name: 'the JSON of a field',
      sent: multipart(part('content-disposition: form-data; name="f"\r\ncontent-type: application/json', '{"a":"x"}')),
      finds: 'body f.a = x',
    },
    {
      name: 'a boundary in the middle of a line',
      sent: multipart(part('content-disposition: form-data; name="a"', 'x--edge\r\n\r\ny')),
      finds: 'body a = x--edge\r\n\r\ny',
    },
    {
      name: 'a form that was cut off',
      sent: typed(form, `--${boundary}\r\ncontent-disposition: form-data; name="a"\r\n\r\nx`),
      finds: 'body a = x',
    },
    {
      name: 'a file of a parsed form',
      sent: { files: [{ originalname: `a'b`, buffer: Buffer.from('x') }] },
      finds: `files [0].originalname = a'b`,
    },
    {
      name: 'a file name beside parsed fields',
      sent: { ...multipart(part(`content-disposition: form-data; name="f"; filename="a'b"`, 'x')), parsed: { c: 'd' } },
      finds: `files f (file name) = a'b`,
    },
    {
      name: 'a body in gzip',
      sent: typed('application/json', gzipSync('{"a":"x"}'), ['content-encoding', 'gzip']),
      finds: 'body a = x',
    },
    {
      name: 'a body in br',
      sent: typed('application/json', brotliCompressSync('{"a":"x"}'), ['content-encoding', 'br']),
      finds: 'body a = x',
    },
    {
      name: 'a body in deflate',
      sent: typed('application/json', deflateSync('{"a":"x"}'), ['content-encoding', 'deflate']),
      finds: 'body a = x',
    },
    {
      name: 'a body in raw deflate',
      sent: typed('application/json', deflateRawSync('{"a":"x"}'), ['content-encoding', 'deflate']),
      finds: 'body a = x',
    },
    {
      name: 'a body compressed twice',
      sent: typed('application/json', gzipSync(deflateSync('{"a":"x"}')), ['content-encoding', 'deflate, gzip']),
      finds: 'body a = x',
    },
    { name: 'a lone surrogate', sent: { parsed: { a: '\ud800' } }, finds: 'body a = \ud800' },
    { name: 'a NUL', sent: typed('text/plain', 'a\0b'), finds: 'body body = a\0b' },
    {
      name: 'bytes that are no UTF-8',
      sent: typed('text/plain', Buffer.from([0x61, 0xff])),
      finds: 'body body = a\ufffd',
    },
    {
      name: 'a key that is no plain word to JavaScript',
      sent: typed('application/json', '{"__proto__":{"constructor":"x"}}'),
      finds: 'body __proto__.constructor = x',
    },
  ])('$name', ({ sent, finds }) => {
    expect(found(sent)).toContain(finds)
  })

  test('says nothing twice, and nothing of what every client says', () => {
    expect(
      found({
        url: '/a?b=a',
        headers: [
          ['connection', 'keep-alive'],
          ['content-length', '12'],
          ['accept', '*/*'],
        ],
      }),
    ).toEqual(['path path[0] = a'])
  })
})

describe('what cannot be read is said', () => {
  const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])
  test.each([
    { name: 'a picture', sent: typed('image/png', picture) },
    {
      name: 'a picture in a form',
      sent: multipart(part('content-disposition: form-data; name="f"; filename="a"', picture.toString('latin1'))),
    },
    { name: 'an unknown encoding', sent: typed('text/plain', 'x', ['content-encoding', 'rot13']) },
    { name: 'a broken encoding', sent: typed('text/plain', 'x', ['content-encoding', 'gzip']) },
    { name: 'a form without its boundary', sent: typed('multipart/form-data', 'x') },
  ])('$name', ({ sent }) => {
    expect(collect(sent).unread).toMatch(/\w/)
  })

  test('and nothing is said of what was read', () => {
    expect(collect(typed('text/plain', 'x')).unread).toBeNull()
  })
})

describe('the limits', () => {
  const limits: Limits = { bodyBytes: 1_000, values: 10, valueLength: 20, depth: 4 }
  const flood = Array.from({ length: 50 }, (_, index) => `p${index}=v${index}`).join('&')

  test('the last value that fits is kept, the next is cut', () => {
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`k${index}`, `v${index}`]))
    expect(collect({ parsed: ten }, limits).cuts).toEqual([])
    expect(collect({ parsed: { ...ten, more: 'x' } }, limits).cuts).toEqual([{ limit: 'values', source: 'body' }])
  })

  test('a flood in one part leaves the others their room', () => {
    const values = valuesOf(
      {
        url: `/?${flood}`,
        headers: [
          ['x-name', 'header'],
          ['cookie', 'a=cookie'],
        ],
        parsed: { a: 'body' },
        params: { a: 'param' },
      },
      limits,
    )
    expect(values).toEqual(expect.arrayContaining(['header', 'cookie', 'body', 'param', 'v9']))
    expect(values).not.toContain('v10')
  })

  test.each<{ name: string; sent: Sent; cut: string }>([
    { name: 'a query', sent: { url: `/?${flood}` }, cut: 'values of query' },
    {
      name: 'headers',
      sent: { headers: Array.from({ length: 20 }, (_, index) => [`h${index}`, `v${index}`] as const) },
      cut: 'values of headers',
    },
    { name: 'cookies', sent: { headers: [['cookie', flood.replaceAll('&', ';')]] }, cut: 'values of cookies' },
    { name: 'a form', sent: typed('application/x-www-form-urlencoded', flood), cut: 'values of body' },
    { name: 'lines', sent: typed('application/x-ndjson', flood.replaceAll('&', '\n')), cut: 'values of body' },
    { name: 'a long value', sent: { parsed: { a: 'x'.repeat(21) } }, cut: 'valueLength of body' },
    { name: 'a deep value', sent: { parsed: [[[[['x']]]]] }, cut: 'depth of body' },
    { name: 'a long body', sent: typed('text/plain', 'x'.repeat(1_001)), cut: 'bodyBytes of body' },
    {
      name: 'a body that swells',
      sent: typed('text/plain', gzipSync('x'.repeat(50_000)), ['content-encoding', 'gzip']),
      cut: 'bodyBytes of body',
    },
    { name: 'a list of nothing', sent: { parsed: { a: new Array<null>(1_000).fill(null) } }, cut: 'values of body' },
  ])('$name is cut, and it is said where', ({ sent, cut }) => {
    expect(collect(sent, limits).cuts.map(({ limit, source }) => `${limit} of ${source}`)).toContain(cut)
  })

  test('a value after a long one is kept', () => {
    expect(valuesOf({ parsed: ['x'.repeat(30), 'after'] }, limits)).toContain('after')
  })

  test('the beginning of what swells is read', () => {
    const body = gzipSync(`{"a":"x"}${' '.repeat(500_000)}`)
    const values = valuesOf(typed('text/plain', body, ['content-encoding', 'gzip']))
    expect(values).toContain('x')
  })

  test('a getter that throws is nobody’s input', () => {
    const body = { a: 'x' }
    Object.defineProperty(body, 'b', {
      enumerable: true,
      get: () => {
        throw new Error('no')
      },
    })
    expect(valuesOf({ parsed: body })).toEqual(['x'])
  })
})

describe('time', () => {
  const long = 200_000
  test.each<{ name: string; sent: Sent }>([
    { name: 'quotes in a GraphQL document', sent: { parsed: { query: `{${'"\\'.repeat(long)}` } } },
    { name: 'three quotes in a GraphQL document', sent: { parsed: { query: `{${'"""a'.repeat(long / 2)}"` } } },
    { name: 'tags that are never closed', sent: typed('text/xml', '<a "'.repeat(long)) },
    { name: 'comments that are never closed', sent: typed('text/xml', '<!--'.repeat(long)) },
    { name: 'CDATA that is never closed', sent: typed('text/xml', '<![CDATA['.repeat(long / 2)) },
    { name: 'entities', sent: typed('text/xml', `<a>${'&#x'.repeat(long)}`) },
    { name: 'boundaries', sent: typed(form, '\r\n--edge'.repeat(long / 2)) },
    {
      name: 'headers of parts',
      sent: typed(form, `--edge\r\ncontent-disposition: form-data${'; name="'.repeat(long / 4)}\r\n\r\n`),
    },
    {
      name: 'folded headers of parts',
      sent: typed(form, `--edge\r\n${'content-disposition:\r\n '.repeat(long / 8)}\r\n\r\n`),
    },
    { name: 'ampersands', sent: typed('application/x-www-form-urlencoded', '&'.repeat(long * 4)) },
    { name: 'brackets', sent: typed('application/x-www-form-urlencoded', '['.repeat(long * 4)) },
    { name: 'percent signs', sent: typed('application/x-www-form-urlencoded', `a=${'%'.repeat(long)}%27`) },
    { name: 'empty lines', sent: typed('application/x-ndjson', '\n'.repeat(long * 4)) },
    { name: 'nested lists', sent: typed('application/json', `${'['.repeat(5_000)}${']'.repeat(5_000)}`) },
    { name: 'slashes', sent: { url: '/'.repeat(16_000) } },
  ])('$name are read in a moment', ({ sent }) => {
    // Far from both: what is linear takes milliseconds, a square takes minutes. The quickest of some counts, since the machine is shared.
    let quickest = Infinity
    for (let attempt = 0; attempt < 8 && quickest > 1_000; attempt += 1)
      quickest = Math.min(
        quickest,
        millisecondsOf(() => collect(sent)),
      )
    expect(quickest).toBeLessThan(1_000)
  })
})
