import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSample, type Sample } from './testing/start-sample.ts'

/** What only the inside may reach. */
const inside = http.createServer((request, response) => {
  if (request.url?.startsWith('/to-metadata')) {
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' })
    response.end()
  } else response.end(`inside ${request.url ?? ''}`)
})
const inside2 = http2.createServer((request, response) => response.end(`inside ${request.url}`))
let insideUrl = ''
let inside2Url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => inside2.listen(0, '127.0.0.1', resolve))
  inside2Url = `http://127.0.0.1:${(inside2.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve))
  insideUrl = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`
})
afterAll(() => {
  inside.close()
  inside2.close()
})

async function start(file: string, protections: Record<string, unknown>): Promise<Sample> {
  const app = await startSample({
    file,
    config: { protections, logging: { level: 'error' } },
    env: { INSIDE_URL: insideUrl },
  })
  mkdirSync(path.join(app.folder, 'public', 'sub'), { recursive: true })
  for (const name of ['note.txt', 'a b.txt', 'sub/deep.txt', 'notes..txt', "O'Brien.txt"])
    writeFileSync(path.join(app.folder, 'public', name), `public ${name}`)
  writeFileSync(path.join(app.folder, 'secret.txt'), 'the secret')
  return app
}

interface Hole {
  readonly routes: readonly string[]
  readonly attack: () => string
  /** What the app says when the attack works. */
  readonly works: string
  readonly fine: readonly (readonly [value: () => string, answer: string])[]
}

const reading = { works: 'the secret', fine: [[() => 'note.txt', 'public note.txt']] as const }
const holes: Readonly<Record<string, Hole>> = {
  'a path that climbs': {
    ...reading,
    routes: [
      ...['/readFile', '/readFileSync', '/promises', '/open', '/url', '/buffer', '/stream', '/streamEvents'],
      ...['/resolve', '/template'],
    ],
    attack: () => '../secret.txt',
  },
  'a path that climbs and comes back elsewhere': {
    routes: ['/exists'],
    attack: () => 'sub/../../secret.txt',
    works: 'true',
    fine: [
      [() => 'sub/../note.txt', 'true'],
      [() => 'notes..txt', 'true'],
    ],
  },
  'a path to copy from': {
    routes: ['/copy'],
    attack: () => '../secret.txt',
    works: 'copied',
    fine: [[() => 'note.txt', 'copied']],
  },
  'a second command': {
    routes: ['/exec', '/execPromise', '/execSync', '/spawnShell', '/spawnSyncShell', '/execFileSh', '/execFileSyncSh'],
    attack: () => '; echo pwned-$((6*7))',
    works: 'pwned-42',
    fine: [
      [() => 'maya', 'hello maya'],
      [() => 'a-b_c.d', 'hello a-b_c.d'],
    ],
  },
  'an address inside': {
    routes: ['/http', '/httpOptions', '/fetch'],
    attack: () => `${insideUrl}/inside`,
    works: 'inside /inside',
    fine: [],
  },
  'an address inside, over HTTP/2': {
    routes: ['/http2'],
    attack: () => `${inside2Url}/inside`,
    works: 'inside /inside',
    fine: [],
  },
  'a host inside': {
    routes: ['/fetchHost'],
    attack: () => new URL(insideUrl).host,
    works: 'inside /inside',
    fine: [],
  },
  'a script that ends its literal': {
    routes: ['/vm', '/script', '/Function', '/constructor', '/asyncFunction', '/eval', '/indirectEval'],
    attack: () => '" + "pwned-" + 6*7 + "',
    works: 'pwned-42',
    fine: [
      [() => 'maya', 'maya'],
      [() => "O'Brien", "O'Brien"],
    ],
  },
  'a script for a worker': {
    routes: ['/worker'],
    attack: () => '" + "pwned-" + 6*7 + "',
    works: 'pwned-42',
    fine: [[() => 'maya', 'maya']],
  },
}

const rows = Object.entries(holes).flatMap(([name, { routes, ...hole }]) =>
  routes.map((route) => ({ name, route, ...hole })),
)
const at = (route: string, value: string): string => `${route}?v=${encodeURIComponent(value)}`

const harmless: readonly (readonly [route: string, value: string, answer: string])[] = [
  ['/quoted', "it's a; test && `more` $(x)", "hello it's a; test && `more` $(x)"],
  ['/execFile', 'a; b && c', 'hello a; b && c'],
  ['/spawn', 'a $(b) c', 'hello a $(b) c'],
  ['/checked', '../secret.txt', 'outside'],
  ['/checked', 'sub/../note.txt', 'public note.txt'],
  ['/basename', '../../x/note.txt', 'public note.txt'],
  ['/readFile', "O'Brien.txt", "public O'Brien.txt"],
  ['/readFile', 'a b.txt', 'public a b.txt'],
  ['/readFile', 'sub/deep.txt', 'public sub/deep.txt'],
  ['/fetchPath', '127.0.0.1', 'inside /inside?q=127.0.0.1'],
  ['/fetchPath', 'localhost', 'inside /inside?q=localhost'],
  ['/eval', 'maya', 'maya local'],
  ['/json', '{"a":[1,"two"]}', '{"a":[1,"two"]}'],
  ['/ok', '../../etc/passwd; rm -rf / && http://127.0.0.1/', 'ok'],
]

describe.each(['node.cjs', 'node.mjs'])('%s', (file) => {
  let app: Sample
  beforeAll(async () => {
    app = await start(file, {})
  })
  afterAll(() => app.stop())

  test.each(rows)('$route refuses $name, once, and lives on', async ({ route, attack, works, fine }) => {
    const answer = await app.get(at(route, attack()))
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
      status: 403,
      type: 'application/problem+json',
    })
    expect(answer.text).not.toContain(works)
    for (const [value, text] of fine) {
      const { status, text: got } = await app.get(at(route, value()))
      expect({ status, got: got.trim() }, value()).toEqual({
        status: 200,
        got: expect.stringContaining(text) as string,
      })
    }
    expect((await app.get('/ok')).text).toBe('ok')
  })

  test.each(harmless)('%s lets %s pass', async (route, value, text) => {
    const answer = await app.get(at(route, value))
    expect({ status: answer.status, text: answer.text.trim() }).toEqual({ status: 200, text })
  })

  test('a call that nobody listens to, and one that is redirected inside', async () => {
    expect((await app.get(at('/httpSilent', `${insideUrl}/inside`))).status).toBe(403)
    const { counters } = (await app.ask()).status
    expect(counters['bugs']).toBe(0)
  })
})

describe('redirects and names', () => {
  test('an answer that sends the app to a metadata service is not followed', async () => {
    const app = await start('node.mjs', { ServerSideRequestForgery: { config: { allowLocalhost: true } } })
    expect((await app.get(at('/fetch', `${insideUrl}/inside`))).text).toBe('inside /inside')
    expect((await app.get(at('/fetch', `${insideUrl}/to-metadata`))).status).toBe(403)
    expect(app.spooled()[0]).toMatchObject({
      protection: 'ServerSideRequestForgery',
      operation: { text: 'http://169.254.169.254/latest/meta-data/' },
    })
    await app.stop()
  })

  test('a name is judged by the address that it has when it is connected to', async () => {
    const app = await start('node.mjs', {})
    // Every machine has it in its own table of names.
    const port = new URL(insideUrl).port
    expect((await app.get(at('/fetch', `http://LOCALHOST.:${port}/inside`))).status).toBe(403)
    await app.stop()
  })
})

test('without blocking, every one of these attacks works: the holes are real', async () => {
  const none = { enabled: true, action: 'none' }
  const app = await start('node.mjs', {
    CommandInjection: none,
    PathTraversal: none,
    ServerSideRequestForgery: none,
    CodeInjection: none,
  })
  for (const { route, attack, works } of rows) {
    const { status, text } = await app.get(at(route, attack()))
    expect({ route, status, text }).toEqual({ route, status: 200, text: expect.stringContaining(works) as string })
  }
  const found = new Set(app.spooled().map(({ protection, operation }) => `${protection} ${operation.kind}`))
  expect([...found].sort()).toEqual([
    'CodeInjection code',
    'CommandInjection exec',
    'CommandInjection shell',
    'PathTraversal file',
    'ServerSideRequestForgery request',
  ])
  await app.stop()
})
