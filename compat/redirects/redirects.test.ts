import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from '../frameworks/support/install.ts'

interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly reference: string | undefined
  readonly text: string
}

interface App {
  get(path: string, to: string): Promise<Answer>
  counters(): Promise<Readonly<Record<string, number>>>
  stop(): void
}

const variants = [
  ...(['node:http', 'node:http2', 'express', 'fastify', 'koa', 'hono'] as const).map((framework) => ({
    framework,
    home: 'current',
  })),
  ...(['express', 'fastify', 'koa'] as const).map((framework) => ({ framework, home: 'previous' })),
]

async function startApp(framework: string, home: string, protections: object): Promise<App> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-redirects-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  writeFileSync(configFile, JSON.stringify({ protections, logging: { level: 'error' } }))
  const child = fork(path.resolve(import.meta.dirname, 'apps/serve.cjs'), [], {
    execPath: process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      FRAMEWORK: framework,
      HOME_OF_FRAMEWORK: home,
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { port } = await said<{ port: number }>(child)
  const agent = new http.Agent({ keepAlive: true })
  const get = framework === 'node:http2' ? overHttp2 : (url: URL) => overHttp(url, agent)
  return {
    get: (where, to) => get(new URL(`http://127.0.0.1:${port}${where}?${new URLSearchParams({ to }).toString()}`)),
    counters: async () => {
      const answer = said<{ counters: Record<string, number> }>(child)
      child.send('status')
      return (await answer).counters
    },
    stop: () => {
      agent.destroy()
      child.kill('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const said = <Message>(child: ChildProcess): Promise<Message> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => {
      resolve(message as Message)
    })
    child.once('exit', (code) => {
      reject(new Error(`ended with ${code}`))
    })
  })

const overHttp = (url: URL, agent: http.Agent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    http
      .get(url, { agent }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => {
          const reference = response.headers['riposte-reference']
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location,
            reference: typeof reference === 'string' ? reference : undefined,
            text,
          })
        })
      })
      .on('error', reject)
  })

const overHttp2 = (url: URL): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const session = http2.connect(url.origin)
    session.on('error', reject)
    const stream = session.request({ ':path': url.pathname + url.search })
    let text = ''
    let head: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader = {}
    stream.on('response', (headers) => (head = headers))
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
    stream.on('end', () => {
      session.close()
      const reference = head['riposte-reference']
      resolve({
        status: head[':status'] ?? 0,
        location: head.location,
        reference: typeof reference === 'string' ? reference : undefined,
        text,
      })
    })
  })

/** Where `127.0.0.1` is not. */
const attacks: readonly (readonly [string, string])[] = [
  ['/go', 'https://evil.example/a'],
  ['/go', '//evil.example'],
  ['/go', '////evil.example'],
  ['/go', 'https://127.0.0.1@evil.example'],
  ['/go', 'HTTPS:evil.example'],
  ['/glued', '.evil.example'],
  ['/glued', '@evil.example'],
]
const benign: readonly (readonly [string, string])[] = [
  ['/go', '/account?next=https://evil.example'],
  ['/go', 'account'],
  ['/go', 'http://127.0.0.1/a'],
  ['/go', 'https://partner.example/a'],
  ['/glued', '/a@evil.example'],
]
const block = { OpenRedirect: { action: 'block', config: { allowedDomains: ['partner.example'] } } }

beforeAll(() => {
  for (const home of ['current', 'previous'] as const) install(home)
}, 180_000)

describe.each(variants)('$framework, $home', ({ framework, home }) => {
  let app: App
  beforeAll(async () => {
    app = await startApp(framework, home, block)
  })
  afterAll(() => {
    app.stop()
  })

  test('refuses once and cleanly, and the next request is fine', async () => {
    for (const [where, to] of attacks) {
      const { status, location, reference, text } = await app.get(where, to)
      expect({ to, status, location }).toEqual({ to, status: 403, location: undefined })
      expect(JSON.parse(text)).toMatchObject({ status: 403, reference })
      expect(text).not.toContain('evil')
      expect(await app.get('/go', '/next')).toMatchObject({ status: 302, location: '/next' })
    }
    expect(await app.counters()).toMatchObject({ findings: attacks.length, blocked: attacks.length, bugs: 0 })
  })

  test('lets through what stays, and what the settings allow', async () => {
    for (const [where, to] of benign) {
      const { status, location } = await app.get(where, to)
      expect({ to, status }).toEqual({ to, status: 302 })
      expect(location).toBe(where === '/go' ? to : `http://127.0.0.1${to}`)
    }
  })
})

test('nothing asked for: a browser is led away, and nobody notices', async () => {
  const app = await startApp('express', 'current', {})
  for (const [where, to] of attacks) {
    const { status, location = '' } = await app.get(where, to)
    expect(status).toBe(302)
    expect(
      ['http:', 'https:'].some((scheme) =>
        new URL(location, `${scheme}//127.0.0.1/`).hostname.endsWith('evil.example'),
      ),
    ).toBe(true)
  }
  expect(await app.counters()).toMatchObject({ findings: 0 })
  app.stop()
})

test('asked for without an action it logs', async () => {
  const app = await startApp('express', 'current', { OpenRedirect: { enabled: true } })
  expect(await app.get('/go', '//evil.example')).toMatchObject({ status: 302 })
  expect(await app.counters()).toMatchObject({ findings: 1, blocked: 0 })
  app.stop()
})
