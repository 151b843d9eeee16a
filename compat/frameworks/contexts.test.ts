import type { TestDatabase } from '@riposte/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from './support/install.ts'
import { connect, type Client } from './support/send.ts'
import { accounts, incidentsOf, startApp, type RunningApp } from './support/start-app.ts'

const web = [
  'timeout',
  'immediate',
  'tick',
  'microtask',
  'interval',
  'promisified',
  'emitter',
  'stream',
  'thenable',
  'generator',
  'all',
]
const named = ['message', 'message-later', 'message-list', 'worker']
const injected = `' or 1=1 --`
const ask = (way: string, name: string) => ({ path: `/${way}?name=${encodeURIComponent(name)}` })

let database: TestDatabase
beforeAll(async () => {
  install('current')
  database = await accounts()
})
afterAll(() => database.drop())

describe.each(['cjs', 'mjs'] as const)('work keeps to whom it belongs (%s)', (system) => {
  let app: RunningApp
  let client: Client
  beforeAll(async () => {
    app = await startApp({ app: 'contexts', system }, database)
    client = connect('http', app.port)
  })
  afterAll(() => {
    client.close()
    app.stop()
  })

  test.each(web)('a request by way of %s', async (way) => {
    expect((await client.send(ask(way, injected))).status).toBe(403)
    expect((await client.send(ask(way, 'maya'))).text).toContain('moon')
  })

  test.each(named)('what did not come by HTTP: %s', async (way) => {
    expect(JSON.parse((await client.send(ask(way, injected))).text)).toEqual({ error: 'ERR_RIPOSTE_BLOCKED' })
    expect((await client.send(ask(way, 'maya'))).text).toContain('moon')
  })

  test('an incident of named values tells no request', async () => {
    await client.send(ask('message', `${injected} by message`))
    const incident = incidentsOf(app).find(({ input }) => input?.value.includes('by message'))
    expect(incident).toMatchObject({ request: null, input: { source: 'message', path: 'name' } })
  })
})

test('with the action none the same ways leak: the holes are real', async () => {
  const app = await startApp({ app: 'contexts', action: 'none' }, database)
  const client = connect('http', app.port)
  for (const way of [...web, ...named]) expect((await client.send(ask(way, injected))).text, way).toContain('clover')
  client.close()
  app.stop()
})
