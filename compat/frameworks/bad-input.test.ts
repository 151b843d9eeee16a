import type { TestDatabase } from '@riposte/testkit'
import { createHash } from 'node:crypto'
import net from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from './support/install.ts'
import { accounts, startApp, type RunningApp, type Variant } from './support/start-app.ts'

/** What goes over the wire, byte for byte. */
interface Wire {
  readonly name: string
  readonly bytes: readonly (string | Buffer)[]
}

const head = (method: string, path: string, headers: Readonly<Record<string, string | number>> = {}): string =>
  `${method} ${path} HTTP/1.1\r\nhost: app\r\nconnection: close\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`
const get = (name: string, path: string, headers: Record<string, string> = {}): Wire => ({
  name,
  bytes: [head('GET', path, headers)],
})
const post = (
  name: string,
  path: string,
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Wire => ({
  name,
  bytes: [head('POST', path, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers }), body],
})
const json = (name: string, body: string | Buffer, headers: Record<string, string> = {}): Wire =>
  post(name, '/json', 'application/json', body, headers)
const form = 'application/x-www-form-urlencoded'
const parts = 'multipart/form-data; boundary=edge'
const part = (headers: string, content: string) => `--edge\r\n${headers}\r\n\r\n${content}\r\n`
const count = (many: number, each: (index: number) => string) => Array.from({ length: many }, (_, index) => each(index))
const named = (value: string) => JSON.stringify({ filter: [{ name: value }] })

const wires: readonly Wire[] = [
  json('10 MB of JSON', named('x'.repeat(10_000_000))),
  json('900 KB of JSON', named('x'.repeat(900_000))),
  json('JSON that is very deep', `{"filter":[{"name":"maya"}],"deep":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
  json('JSON that is deeper than a stack', `{"a":`.repeat(40_000)),
  json('JSON that is broken', '{"filter":[{"name":'),
  json('no JSON at all', ''),
  json('a lone surrogate', '{"filter":[{"name":"\\ud800"}]}'),
  json('a NUL', '{"filter":[{"name":"a\\u0000b"}]}'),
  json(
    'bytes that are no UTF-8',
    Buffer.concat([Buffer.from('{"filter":[{"name":"'), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from('"}]}')]),
  ),
  json(
    'keys of objects',
    '{"__proto__":{"a":1},"constructor":{"prototype":{}},"toString":"x","filter":[{"name":"maya"}]}',
  ),
  json('JSON in UTF-16', Buffer.from(named('maya'), 'utf16le'), {
    'content-type': 'application/json; charset=utf-16le',
  }),
  json('an unknown charset', named('maya'), { 'content-type': 'application/json; charset=klingon' }),
  json('a body in gzip', gzipSync(named('maya')), { 'content-encoding': 'gzip' }),
  json('a body that swells', gzipSync(named('x'.repeat(30_000_000))), { 'content-encoding': 'gzip' }),
  json('what is no gzip', named('maya'), { 'content-encoding': 'gzip' }),
  json('an unknown encoding', named('maya'), { 'content-encoding': 'rot13' }),
  post(
    'thousands of parameters',
    '/form',
    form,
    `name=maya&${count(5_000, (index) => `p${index}=${index}`).join('&')}`,
  ),
  post('a form that is no UTF-8', '/form', form, 'name=maya&b=%E9%FF%'),
  post('a form of brackets', '/form', form, `name=maya&${'a['.repeat(3_000)}=1`),
  post(
    'a form of keys of objects',
    '/form',
    form,
    'name=maya&__proto__[a]=1&constructor[prototype][b]=2&hasOwnProperty=3',
  ),
  post(
    'a form without its boundary',
    '/field',
    'multipart/form-data',
    part('content-disposition: form-data; name="name"', 'maya'),
  ),
  post('a form that is cut off', '/field', parts, '--edge\r\ncontent-disposition: form-data; name="name"\r\n\r\nma'),
  post('a form of nothing', '/field', parts, ''),
  post(
    'a form of a large file',
    '/field',
    parts,
    `${part('content-disposition: form-data; name="name"', 'maya')}${part('content-disposition: form-data; name="f"; filename="f"', 'x'.repeat(3_000_000))}--edge--\r\n`,
  ),
  post(
    'a file name of many bytes',
    '/file-name',
    parts,
    `${part('content-disposition: form-data; name="f"; filename="é\u0000\ud83d\ude00.txt"', 'x')}--edge--\r\n`,
  ),
  post('an unknown type', '/text', 'application/x-unknown', 'maya'),
  { name: 'no type', bytes: [head('POST', '/text', { 'content-length': 4 }), 'maya'] },
  {
    name: 'a body in chunks',
    bytes: [
      head('POST', '/json', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }),
      ...named('maya')
        .split('')
        .map((sign) => `1\r\n${sign}\r\n`),
      '0\r\n\r\n',
    ],
  },
  {
    name: 'trailers',
    bytes: [
      head('POST', '/json', { 'content-type': 'application/json', 'transfer-encoding': 'chunked', trailer: 'x-sum' }),
      `${named('maya').length.toString(16)}\r\n${named('maya')}\r\n0\r\nx-sum: 1\r\n\r\n`,
    ],
  },
  {
    name: 'an Expect header',
    bytes: [
      head('POST', '/json', {
        'content-type': 'application/json',
        'content-length': named('maya').length,
        expect: '100-continue',
      }),
      named('maya'),
    ],
  },
  { name: 'an Expect header that nobody knows', bytes: [head('GET', '/ok', { expect: 'the best' })] },
  {
    name: 'two lengths',
    bytes: ['POST /json HTTP/1.1\r\nhost: app\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
  },
  { name: 'what is no HTTP', bytes: ['hello\r\n\r\n'] },
  { name: 'a HEAD', bytes: [head('HEAD', '/query?name=maya')] },
  { name: 'a method that nobody serves', bytes: [head('PROPFIND', '/query?name=maya')] },
  get('a percent sign', '/query?name=%'),
  get('a NUL in a query', '/query?name=%00'),
  get('an overlong form of a sign', '/query?name=%c0%a7'),
  get('a parameter that is no UTF-8', '/param/%E0%A4%A'),
  get('slashes', '//////'),
  get('a long query', `/query?name=${'x'.repeat(14_000)}`),
  get('a query of keys of objects', '/query?name=maya&__proto__[a]=1&constructor=2&toString=3'),
  get('a query of many values of one name', `/query?name=maya${'&a=1'.repeat(2_000)}`),
  get('a whole URL', 'http://app/query?name=maya'),
  get(
    'many headers',
    '/query?name=maya',
    Object.fromEntries(count(900, (index) => `h${index}`).map((name) => [name, 'x'])),
  ),
  get('more headers than are allowed', '/query?name=maya', { big: 'x'.repeat(20_000) }),
  get('many cookies', '/cookie', { cookie: `name=maya; ${count(1_500, (index) => `c${index}=1`).join('; ')}` }),
  get('odd cookies', '/cookie', { cookie: ';;=;a;=b;name=maya;"=";a="' }),
  get('bytes in a header', '/header', { 'x-name': '\u00ff\u0080é' }),
]

/** The status and the body that come back, whatever the time and the connection were. */
function speak(port: number, bytes: Wire['bytes']): Promise<string> {
  return new Promise((resolve) => {
    // Some apps wait for the rest of what never comes.
    const socket = net.connect(port, '127.0.0.1').setTimeout(1_500, () => socket.destroy())
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    // A server that refuses a body may reset the connection before all of it is sent.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    for (const piece of bytes) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
  })
}

const withoutTime = (text: string): string =>
  text.replace(/^(?:date|keep-alive|etag|x-response-time):.*\r\n/gim, '').replace(/"(?:ip|reqId)":"[^"]*"/g, '')

const apps: readonly (Variant & { readonly name: string })[] = [
  { name: 'Express 5', app: 'express' },
  { name: 'Fastify 5', app: 'fastify' },
  { name: 'Koa 3', app: 'koa' },
  { name: 'Hono 4', app: 'hono' },
  { name: 'node:http', app: 'node-servers', env: { SERVER: 'http' } },
]

let database: TestDatabase
beforeAll(async () => {
  install('current')
  database = await accounts()
})
afterAll(() => database.drop())

describe.each(apps)('$name answers as it does without the SDK', (variant) => {
  let guarded: RunningApp
  let plain: RunningApp
  beforeAll(async () => {
    const env = { ...variant.env, BOUND: '1' }
    guarded = await startApp({ ...variant, env }, database)
    plain = await startApp({ ...variant, env: { ...env, PLAIN: '1' } }, database)
  })
  afterAll(() => {
    guarded.stop()
    plain.stop()
  })

  test.each(wires)('$name', async ({ bytes }) => {
    const [expected, given] = await Promise.all([speak(plain.port, bytes), speak(guarded.port, bytes)])
    expect(digest(withoutTime(given))).toBe(digest(withoutTime(expected)))
  })

  test('uploads that break off leave it alive', async () => {
    for (const type of ['application/json', form, parts, 'text/plain']) {
      const begun = [head('POST', '/json', { 'content-type': type, 'content-length': 1_000 }), '{"filter":[{"name":']
      await new Promise<void>((resolve) => {
        const socket = net.connect(guarded.port, '127.0.0.1', () => {
          for (const piece of begun) socket.write(piece)
          setImmediate(() => socket.destroy())
        })
        socket.on('error', () => undefined)
        socket.on('close', () => resolve())
      })
    }
    expect(await speak(guarded.port, [head('GET', '/ok')])).toContain('{"ok":true}')
    expect(await speak(guarded.port, [head('GET', '/query?name=maya')])).toContain('moon')
  })

  test('and the SDK met no fault of its own', async () => {
    const { counters } = await guarded.status()
    expect(counters['bugs']).toBe(0)
    expect(counters['blocked']).toBe(0)
  })
})

/** Short enough to compare 10 MB. */
const digest = (text: string): string => `${text.slice(0, 2_000)} ${createHash('sha256').update(text).digest('hex')}`
