import { gunzipSync } from 'node:zlib'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSample, type Sample } from './testing/start-sample.ts'

const file = 'data-exposure.cjs'
const configOf = (action: string) => ({
  protections: { DataExposure: { action, config: { ownerFields: ['userId'] } } },
  logging: { level: 'debug', file: { path: '${APP_FOLDER}/app.log' } },
})

async function read(app: Sample, route: string, headers: Record<string, string> = {}) {
  const response = await fetch(app.address + route, { headers: { 'accept-encoding': 'gzip', ...headers } })
  const bytes = Buffer.from(await response.arrayBuffer())
  const text = bytes[0] === 0x1f ? gunzipSync(bytes).toString() : bytes.toString()
  return { status: response.status, text, reference: response.headers.get('riposte-reference') }
}

/** Everything that the app and the SDK wrote. */
const written = (app: Sample): string =>
  app.output() +
  readdirSync(app.folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(app.folder, name))
    .filter((name) => statSync(name).isFile())
    .map((name) => readFileSync(name, 'utf8'))
    .join('\n')

const whole = ['/express', '/raw', '/gzip', '/fastify', '/fastify-stream']

describe('without the SDK', () => {
  let app: Sample
  beforeAll(async () => {
    app = await startSample({ file, config: {}, env: { GUARDED: 'no' } })
  })
  afterAll(() => app.stop())

  test.each([...whole, '/express-stream'])('%s gives everything away', async (route) => {
    expect((await read(app, `${route}/user`)).text).toContain('moonlight')
  })
})

describe('blocking', () => {
  let app: Sample
  beforeAll(async () => {
    app = await startSample({ file, config: configOf('block') })
  })
  afterAll(() => app.stop())

  test.each(whole)('%s is answered with one clean 403, and the next request as ever', async (route) => {
    const answer = await read(app, `${route}/user`)
    expect(answer.status).toBe(403)
    expect(answer.reference).toBeTruthy()
    expect(answer.text).not.toMatch(/moonlight|4242/)
    const next = await read(app, `${route}/good`)
    expect(next).toMatchObject({ status: 200, text: JSON.stringify({ id: 7, name: 'Maya', sku: 'LAMP-1' }) })
  })

  test('a field that two parts share ends the connection before the rest', async () => {
    const response = await fetch(`${app.address}/express-stream/user`).catch(() => null)
    const text = await (response?.text() ?? Promise.resolve('')).catch(() => 'ended')
    expect(text).not.toContain('moonlight')
    expect((await read(app, '/express-stream/good')).status).toBe(200)
  })

  test('a record of another user, and one of who asks', async () => {
    expect((await read(app, '/owner/8', { 'x-user': '7' })).status).toBe(403)
    expect((await read(app, '/owner/7', { 'x-user': '7' })).status).toBe(200)
    expect((await read(app, '/owner/8')).status).toBe(200)
  })

  test('nothing of a value stands in what is kept, sent or logged', () => {
    const incidents = app.spooled().filter(({ protection }) => protection === 'DataExposure')
    expect(incidents.length).toBeGreaterThanOrEqual(whole.length)
    expect(incidents[0]?.reason).toContain('card number in the field card')
    expect(incidents[0]?.input?.value).toBe('************4242')
    expect(readdirSync(app.folder)).toContain('app.log')
    expect(written(app)).not.toMatch(/moonlight|4242 4242|424242/)
  })
})

test('off until asked for, and then it logs and lets pass', async () => {
  const off = await startSample({ file, config: {} })
  expect((await read(off, '/express/user')).text).toContain('moonlight')
  expect(off.spooled()).toEqual([])
  await off.stop()
  const on = await startSample({ file, config: configOf('log') })
  expect((await read(on, '/express/user')).text).toContain('moonlight')
  expect((await read(on, '/express-stream/user')).text).toContain('moonlight')
  expect(on.spooled().map(({ protection, count }) => `${protection} ${count}`)).toEqual([
    'DataExposure 1',
    'DataExposure 1',
  ])
  await on.stop()
})
