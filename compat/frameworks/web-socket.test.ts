import type { TestDatabase } from '@riposte/testkit'
import { createRequire } from 'node:module'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from './support/install.ts'
import { accounts, incidentsOf, startApp, type RunningApp } from './support/start-app.ts'

interface Socket {
  on(event: 'message', listener: (data: Buffer) => void): void
  on(event: 'close', listener: (code: number) => void): void
  on(event: 'open' | 'error', listener: (error?: Error) => void): void
  on(event: 'unexpected-response', listener: (request: unknown, response: { statusCode: number }) => void): void
  send(data: string | Buffer): void
  terminate(): void
}

const injected = `' or 1=1 --`
const encode = encodeURIComponent

/** What comes back: the first answer, or the code with which the server ended it. */
function say(address: string, data: string | Buffer): Promise<string | number> {
  const WebSocket = createRequire(path.join(import.meta.dirname, 'current', 'main.cjs'))('ws') as new (
    url: string,
  ) => Socket
  return new Promise((resolve) => {
    const socket = new WebSocket(address.replace('http', 'ws'))
    socket.on('open', () => socket.send(data))
    socket.on('message', (answer) => {
      resolve(answer.toString())
      socket.terminate()
    })
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode))
    socket.on('close', resolve)
    socket.on('error', () => undefined)
  })
}

const messages: readonly { name: string; data: (value: string) => string | Buffer; url?: (value: string) => string }[] =
  [
    { name: 'a JSON message', data: (value) => JSON.stringify({ name: value }) },
    { name: 'a nested JSON message', data: (value) => JSON.stringify({ list: [{ name: value }] }) },
    { name: 'a text message', data: (value) => value },
    { name: 'a message of bytes', data: (value) => Buffer.from(value) },
    { name: 'the request that opened the connection', data: () => 'named', url: (value) => `/?name=${encode(value)}` },
  ]

let database: TestDatabase
beforeAll(async () => {
  install('current')
  database = await accounts()
})
afterAll(() => database.drop())

describe.each(['cjs', 'mjs'] as const)('a WebSocket server (%s)', (system) => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp({ app: 'web-socket', system }, database)
  })
  afterAll(() => app.stop())

  test.each(messages)('closes a connection for what stands in $name, and no other', async ({ data, url }) => {
    const [bad, good] = await Promise.all([
      say(app.address + (url?.(injected) ?? '/'), data(injected)),
      say(app.address + (url?.('maya') ?? '/'), data('maya')),
    ])
    expect(bad).toBe(1008)
    expect(good).toContain('moon')
  })

  test('reports the source of the value and the request', async () => {
    await say(`${app.address}/chat`, JSON.stringify({ name: `${injected} of mine` }))
    const incident = incidentsOf(app).find(({ input }) => input?.value.includes('of mine'))
    expect(incident).toMatchObject({ input: { source: 'message', path: 'name' }, request: { path: '/chat' } })
  })

  test('answers 403 when the handshake has not been made', async () => {
    expect(await say(`${app.address}/early?name=${encode(injected)}`, 'maya')).toBe(403)
    expect(await say(`${app.address}/early?name=maya`, 'maya')).toContain('moon')
  })

  test('lets a bound value through', async () => {
    expect(await say(app.address, JSON.stringify({ bound: `O'Brien` }))).toContain('clover')
  })

  test('of many at once, compressed in one line, each is judged by its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, number) =>
        say(app.address, JSON.stringify({ name: number % 2 === 0 ? 'maya' : `x${number}' or ${number}=${number} --` })),
      ),
    )
    answers.forEach((answer, number) =>
      number % 2 === 0 ? expect(answer).toContain('moon') : expect(answer).toBe(1008),
    )
    expect((await app.status()).counters['bugs']).toBe(0)
  })
})

test('with the action none the same messages leak: the holes are real', async () => {
  const app = await startApp({ app: 'web-socket', system: 'mjs', action: 'none' }, database)
  for (const { name, data, url } of messages)
    expect(await say(app.address + (url?.(injected) ?? '/'), data(injected)), name).toContain('clover')
  expect(await say(`${app.address}/early?name=${encode(injected)}`, 'maya')).toContain('moon')
  app.stop()
})
