import type { TestDatabase } from '@riposte/testkit'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { install } from './support/install.ts'
import { places } from './support/places.ts'
import { connect, type Client } from './support/send.ts'
import { accounts } from './support/start-app.ts'

const folder = path.join(import.meta.dirname, 'next')
const next = path.join(folder, 'node_modules', 'next', 'dist', 'bin', 'next')
const node = process.env['RIPOSTE_TEST_NODE'] ?? process.execPath
const injected = `' or 1=1 --`
const served = places.filter(({ put }) => existsSync(path.join(folder, 'app', routeOf(put('x').path))))

function routeOf(url: string): string {
  return url.split(/[/?]/)[1] ?? ''
}

let database: TestDatabase
beforeAll(async () => {
  install('next')
  const { status, stdout, stderr } = spawnSync(process.execPath, [next, 'build'], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`next build ended with ${status}: ${stdout}${stderr}`)
  database = await accounts()
})
afterAll(() => database.drop())

/** `next start`, which is where the SDK comes in: by a flag, or by the app's instrumentation.js. */
async function startNext(way: 'flag' | 'instrumentation', action: 'block' | 'none') {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-next-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  writeFileSync(configFile, JSON.stringify({ protections: { SqlInjection: { action } }, logging: { level: 'error' } }))
  const port = await freePort()
  const flags = way === 'flag' ? ['--import', '@riposte/monitor/register'] : []
  const child = spawn(node, [...flags, next, 'start', '-H', '127.0.0.1', '-p', String(port)], {
    cwd: folder,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ...(way === 'instrumentation' ? { BY_INSTRUMENTATION: '1' } : {}),
      DATABASE_URL: database.url,
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: dataDir,
    },
    stdio: 'ignore',
  })
  await vi.waitFor(() => fetch(`http://127.0.0.1:${port}/ok`), { timeout: 60_000 })
  return {
    port,
    stop: () => {
      child.kill('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe.each(['flag', 'instrumentation'] as const)('Next.js, started with the SDK by %s', (way) => {
  let app: { readonly port: number; stop(): void }
  let client: Client
  beforeAll(async () => {
    app = await startNext(way, 'block')
    client = connect('http', app.port)
  })
  afterAll(() => {
    client.close()
    app.stop()
  })

  test.each(served)('blocks what stands in $name once and cleanly', async ({ put }) => {
    const answer = await client.send(put(injected))
    expect(answer.text).toContain('"status":403')
    expect(answer.status).toBe(403)
    expect(answer.headers['riposte-reference']).toBe((JSON.parse(answer.text) as { reference: string }).reference)
    expect(await client.send({ path: '/ok' })).toMatchObject({ status: 200 })
  })

  test.each(served)('lets what is harmless in $name through', async ({ put }) => {
    expect((await client.send(put('maya'))).text).toContain('moon')
  })

  test('guards a page that the server renders', async () => {
    const page = (name: string) => client.send({ path: `/?name=${encodeURIComponent(name)}` })
    expect((await page(injected)).status).toBe(403)
    expect((await page('maya')).text).toContain('moon')
  })
})

test('with the action none the same requests leak: the holes are real', async () => {
  const app = await startNext('flag', 'none')
  const client = connect('http', app.port)
  expect(served.length).toBeGreaterThan(7)
  for (const { name, put } of served) expect((await client.send(put(injected))).text, name).toContain('clover')
  client.close()
  app.stop()
})
