import { testDatabase, type TestDatabase } from '@riposte/testkit'
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MonitorStatus } from './core/monitor-types.ts'
import { readSpool } from './testing/start-sample.ts'

const folder = path.resolve(import.meta.dirname, '../sample-apps')
const injected = `' or 1=1 --`
const query = `name=${encodeURIComponent(injected)}`

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(
    `create table account (id int, name text, secret text); insert into account values (1, 'maya', 'moon'), (2, 'O''Brien', 'clover')`,
  )
  await client.end()
})
afterAll(() => database.drop())

interface SampleApp {
  readonly address: string
  readonly dataDir: string
  readonly child: ChildProcess
  get(route: string, headers?: Record<string, string>): Promise<{ status: number; text: string; headers: Headers }>
  status(): Promise<MonitorStatus>
  stop(): void
}

interface Variant {
  readonly file: 'app.cjs' | 'app.mjs'
  readonly express: 'express' | 'express4'
  readonly action?: string
  readonly pool?: number
  readonly config?: unknown
}

async function start({ file, express, action = 'block', pool = 5, config }: Variant): Promise<SampleApp> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-sample-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  writeFileSync(
    configFile,
    typeof config === 'string'
      ? config
      : JSON.stringify(config ?? { protections: { SqlInjection: { action } }, logging: { level: 'error' } }),
  )
  const child = fork(path.join(folder, file), [], {
    execPath: process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      EXPRESS: express,
      DATABASE_URL: database.url,
      POOL: String(pool),
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('exit', (code) => reject(new Error(`the app ended with ${code}: ${errors}`)))
  })
  const address = `http://127.0.0.1:${port}`
  return {
    address,
    dataDir,
    child,
    get: async (route, headers = {}) => {
      const response = await fetch(address + route, { headers })
      return { status: response.status, text: await response.text(), headers: response.headers }
    },
    status: () =>
      new Promise((resolve) => {
        child.once('message', (message: { status: MonitorStatus }) => resolve(message.status))
        child.send('status')
      }),
    stop: () => {
      child.kill('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Pairwise: each module system with each Express. */
const variants: readonly Variant[] = [
  { file: 'app.mjs', express: 'express' },
  { file: 'app.mjs', express: 'express4' },
  { file: 'app.cjs', express: 'express' },
  { file: 'app.cjs', express: 'express4' },
]

const reads: readonly { name: string; route: string; headers?: Record<string, string> }[] = [
  { name: 'a promise', route: `/promise?${query}` },
  { name: 'a callback', route: `/callback?${query}` },
  { name: 'a config object', route: `/config?${query}` },
  { name: 'a transaction', route: `/transaction?${query}` },
  { name: 'a handler that catches nothing', route: `/uncaught?${query}` },
  { name: 'a handler that hides the error', route: `/swallowed?${query}` },
  { name: 'a route parameter', route: `/param/${encodeURIComponent(injected)}` },
  { name: 'a header', route: '/header', headers: { 'x-name': injected } },
  { name: 'a cookie', route: '/cookie', headers: { cookie: `a=1; name=${encodeURIComponent(injected)}` } },
]

for (const variant of variants) {
  describe(`${variant.file} on ${variant.express}`, () => {
    let app: SampleApp
    beforeAll(async () => {
      app = await start(variant)
    })
    afterAll(() => app.stop())

    test.each(reads)('blocks once and cleanly: $name', async ({ route, headers }) => {
      const answer = await app.get(route, headers)
      expect(answer.status).toBe(403)
      expect(JSON.parse(answer.text)).toMatchObject({
        title: 'Forbidden',
        status: 403,
        reference: answer.headers.get('riposte-reference'),
      })
      expect(answer.text).not.toContain('1=1')
      expect((await app.get('/json')).status).toBe(200)
    })

    test('blocks what comes in a body, parsed by the framework', async () => {
      for (const [type, body] of [
        ['application/json', JSON.stringify({ filter: [{ name: injected }] })],
        ['application/x-www-form-urlencoded', query],
      ] as const) {
        const response = await fetch(`${app.address}/body`, { method: 'POST', headers: { 'content-type': type }, body })
        expect(response.status).toBe(403)
      }
    })

    test('ends a response that has begun, and no other', async () => {
      await expect(fetch(`${app.address}/streaming?${query}`).then((response) => response.text())).rejects.toThrow()
      expect((await app.get('/streaming?name=maya')).text).toContain('moon')
    })

    test.each(['/sendfile', '/sendfile-callback', '/download', '/pipe'])(
      'a file outside is refused inside of the library that opens it: %s',
      async (route) => {
        const answer = await app.get(`${route}?file=${encodeURIComponent('../package.json')}`)
        expect(answer.status).toBe(403)
        expect(JSON.parse(answer.text)).toMatchObject({ status: 403 })
        expect((await app.get(`${route}?file=app.cjs`)).text).toContain('A shop with a hole')
      },
    )

    test('a file that is sent late ends that response alone; libraries are called back once; static files are left alone', async () => {
      await expect(
        fetch(`${app.address}/pipe-late?file=../package.json`).then((response) => response.text()),
      ).rejects.toThrow()
      expect(Number((await app.get('/callbacks')).text)).toBe(2)
      expect((await app.get('/static/app.cjs')).status).toBe(200)
      expect((await app.get('/static/..%2fpackage.json')).status).toBe(404)
    })

    test('raises nothing for bound, escaped and plain values', async () => {
      for (const route of ['/bound', '/escaped']) {
        expect((await app.get(`${route}?name=${encodeURIComponent("O'Brien")}`)).text).toContain(
          route === '/bound' ? "O'Brien" : 'clover',
        )
      }
      expect((await app.get(`/promise?name=maya`)).text).toContain('moon')
      expect((await app.get(`/bound?${query}`)).text).toBe('[]')
    })

    test('says that its hooks took', async () => {
      const { state, hooks, counters } = await app.status()
      expect({ state, bugs: counters['bugs'] }).toEqual({ state: 'running', bugs: 0 })
      expect(hooks.filter(({ state }) => state === 'failed' || state === 'late')).toEqual([])
      const active = hooks.filter(({ state }) => state === 'active').map(({ name }) => name)
      expect(active).toEqual(expect.arrayContaining(['requests', 'node:fs', 'node:child_process', 'globalThis', 'pg']))
    })
  })
}

test('with the action none the same requests leak: the holes are real', async () => {
  const app = await start({ file: 'app.mjs', express: 'express', action: 'none' })
  for (const { route, headers } of reads) {
    const answer = await app.get(route, headers)
    expect(answer.status, route).toBe(200)
    expect(answer.text, route).toContain('clover')
  }
  app.stop()
})

test('fifty attacks in a row over one kept connection get fifty clean answers, and neighbours none', async () => {
  for (const express of ['express', 'express4'] as const) {
    const app = await start({ file: 'app.cjs', express })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const neighbours = Array.from({ length: 50 }, () => app.get('/promise?name=maya'))
    for (let number = 0; number < 50; number += 1) {
      const { status, body } = await getWith(
        agent,
        `${app.address}/callback?name=${encodeURIComponent(`' or ${number}=${number} --`)}`,
      )
      expect(status).toBe(403)
      expect(JSON.parse(body)).toMatchObject({ status: 403 })
    }
    for (const { status, text } of await Promise.all(neighbours))
      expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining('moon') as string })
    agent.destroy()
    app.stop()
  }
})

test('with one pooled connection and twenty requests at once, each query is judged with its own request', async () => {
  for (const file of ['app.cjs', 'app.mjs'] as const) {
    const app = await start({ file, express: 'express', pool: 1 })
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, number) => {
        const bad = number % 2 === 1
        const name = bad ? `x${number}'||'` : `x${number}`
        return { bad, name, answer: await app.get(`/slow?name=${encodeURIComponent(name)}`) }
      }),
    )
    for (const { bad, name, answer } of answers) {
      expect(answer.status, name).toBe(bad ? 403 : 200)
      if (!bad) expect(JSON.parse(answer.text)).toBe(name)
    }
    app.stop()
  }
})

test('what no client should send does not disturb the app', async () => {
  const app = await start({ file: 'app.cjs', express: 'express' })
  const post = (body: string | Buffer, type = 'application/json') =>
    fetch(`${app.address}/echo`, { method: 'POST', headers: { 'content-type': type }, body }).then(
      (response) => response.status,
    )
  expect(await post(JSON.stringify({ big: 'x'.repeat(10_000_000) }))).toBe(200)
  expect(await post(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`)).toBe(200)
  expect(await post('{"__proto__":{"a":1},"constructor":{"prototype":{}},"toString":"x"}')).toBe(200)
  expect(await post('{"a":"\\ud800 \\u0000"}')).toBe(200)
  expect(await post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))).toBe(200)
  expect(await post('{"broken')).toBe(400)
  expect(
    await post(
      Array.from({ length: 5_000 }, (_, index) => `p${index}=${index}`).join('&'),
      'application/x-www-form-urlencoded',
    ),
  ).toBeLessThan(500)
  expect(
    (
      await app.get(
        `/bound?${Array.from({ length: 3_000 }, (_, index) => `p${index}='`)
          .join('&')
          .slice(0, 12_000)}`,
      )
    ).status,
  ).toBe(200)
  expect((await app.get('/json')).status).toBe(200)
  const { counters } = await app.status()
  expect(counters['bugs']).toBe(0)
  app.stop()
})

test('a request larger than what is looked at leaves word of it where it reaches an operation, once', async () => {
  const app = await start({
    file: 'app.cjs',
    express: 'express',
    config: { limits: { values: 20 }, logging: { level: 'error' } },
  })
  const padding = Array.from({ length: 40 }, (_, index) => `p${index}=v${index}`).join('&')
  expect((await app.get(`/bound?${padding}&name=maya`)).status).toBe(200)
  expect((await app.get(`/bound?name=maya`)).status).toBe(200)
  const { counters } = await app.status()
  expect(counters).toMatchObject({ cut: 1, findings: 0 })
  const [incident] = readSpool(app.dataDir)
  expect(incident).toMatchObject({ severity: 'low', outcome: { actions: ['log'] }, metadata: { cut: true } })
  app.stop()
})

test('an app with a broken configuration runs, guarded by the defaults, and says what is wrong', async () => {
  const app = await start({
    file: 'app.cjs',
    express: 'express',
    config: '{ "protections": {\n  "SqlInjection": oops }',
  })
  const status = await app.status()
  expect(status.issues[0]?.message).toMatch(/is not JSON.*line 2/)
  expect((await app.get(`/promise?${query}`)).status).toBe(403)
  app.stop()
})

test('what the incident says is in the spool before the client is answered', async () => {
  const app = await start({ file: 'app.cjs', express: 'express' })
  const { headers } = await app.get(`/promise?${query}`)
  app.child.kill('SIGKILL')
  const { readFileSync, statSync } = await import('node:fs')
  const files = readdirSync(app.dataDir, { recursive: true, encoding: 'utf8' }).map((file) =>
    path.join(app.dataDir, file),
  )
  const spool = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'utf8'))
  expect(spool.join('\n')).toContain(headers.get('riposte-reference'))
  app.stop()
})

function getWith(agent: http.Agent, url: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (body += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
        response.on('error', reject)
      })
      .on('error', reject)
  })
}
