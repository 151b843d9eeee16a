import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from './support/install.ts'
import { newestNode } from './support/newest-node.ts'
import { startApp, type RunningApp } from './support/start-app.ts'

const injected = "x' or '1'='1"
const holes = ['query', 'callback', 'batch', 'pool', 'prepare', 'tedious', 'tedious-batch']

/** There is no server to ask: what is not refused comes back with the driver's word that it has no connection. */
describe.each([
  { system: 'cjs', on: 'oldest' },
  { system: 'mjs', on: 'newest' },
] as const)('mssql 12 and tedious 19 as $system on the $on Node', ({ system, on }) => {
  let app: RunningApp
  beforeAll(async () => {
    install('.')
    app = await startApp({ driver: 'mssql', system, ...(on === 'newest' ? { node: newestNode() } : {}) })
  }, 900_000)
  afterAll(() => app.stop())

  test.each(holes)('refuses before a connection is asked for: %s', async (door) => {
    const answer = await app.ask(door, injected)
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 403 })
  })

  test.each(holes)('hands on what is meant: %s', async (door) => {
    const answer = await app.ask(door, 'maya')
    expect(answer).toMatchObject({ status: 500, text: expect.stringMatching(/connect|state/i) as string })
  })

  test.each(['bound', 'bound-template', 'bound-tedious'])('raises nothing for bound values: %s', async (door) => {
    expect(await app.ask(door, injected)).toMatchObject({ status: 500 })
  })

  test('counts each once', async () => {
    const { counters, hooks } = await app.status()
    expect(counters).toMatchObject({ findings: holes.length, blocked: holes.length, bugs: 0 })
    for (const name of ['mssql', 'tedious']) expect(hooks).toContainEqual({ name, state: 'active', detail: null })
  })
})
