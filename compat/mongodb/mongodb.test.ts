import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { homes, install, type Home } from './support/install.ts'
import { newestNode, startApp, startResponder, type RunningApp, type Variant } from './support/programs.ts'

const anybodyElse = { $ne: 'maya' }
const change = { $set: { secret: 'clover' } }

/** What is sent to each door: what shows `clover`, which nobody should see, and what is meant. */
interface Hole {
  readonly door: string
  readonly exploit: unknown
  readonly meant: unknown
}
const named = (doors: string): Hole[] =>
  doors.split(' ').map((door) => ({ door, exploit: { name: anybodyElse }, meant: { name: 'maya' } }))

/** Doors that change everything that they find: of `maya` they show `clover` then. */
const writing = (doors: string): Hole[] =>
  doors.split(' ').map((door) => ({ door, exploit: { name: { $ne: 'x' } }, meant: { name: 'nobody' } }))

const login: Hole = {
  door: 'login',
  exploit: { name: "O'Brien", password: { $gt: '' } },
  meant: { name: 'maya', password: 'tea' },
}
const driverHoles: readonly Hole[] = [
  ...named('find find-with-options iterate next each stream clone step find-one aggregate aggregate-step distinct'),
  ...named('find-and-update command cursor-command find-and-delete'),
  ...writing('update-many replace-one bulk-write bulk'),
  login,
  { door: 'count', exploit: { name: { $ne: 'x' } }, meant: { name: 'maya' } },
  { door: 'delete-many', exploit: { name: { $ne: 'x' } }, meant: { name: 'nobody' } },
  { door: 'update', exploit: { change }, meant: { change: { $set: { age: 5 } } } },
  { door: 'update-pipeline', exploit: { change: [change] }, meant: null },
  { door: 'bulk-update', exploit: { change }, meant: null },
  { door: 'where', exploit: { name: "x' || '1' == '1" }, meant: { name: 'maya' } },
  { door: 'parsed', exploit: { filter: '{"name":{"$ne":"maya"}}' }, meant: { filter: '{"name":"maya"}' } },
]
/** An app that takes updates from its clients by design has to say so. */
const takesUpdates = new Set(['update'])

const mongooseHoles: readonly Hole[] = [
  ...named('find lean find-one where cursor aggregate distinct find-and-update buffered'),
  login,
  { door: 'age', exploit: { age: { $gt: '0' } }, meant: { age: '30' } },
  { door: 'update', exploit: { change }, meant: { change: { age: 5 } } },
  {
    door: 'spread',
    exploit: { filter: { $or: [{ role: 'admin' }] } },
    meant: { filter: { role: 'user' } },
  },
]

const texts = ["O'Brien", '$ne', '{"$ne":null}', 'name[$ne]', "x' || '1' == '1", '$where', '\\']

function attackAndUse(
  title: string,
  variant: Omit<Variant, 'url'>,
  holes: readonly Hole[],
  safe: readonly string[],
): void {
  describe(title, () => {
    let responder: Awaited<ReturnType<typeof startResponder>>
    let app: RunningApp
    beforeAll(async () => {
      for (const home of new Set<Home>(['current', variant.home])) install(home)
      responder = await startResponder()
      app = await startApp({ ...variant, url: responder.url })
    })
    afterAll(() => {
      app.stop()
      responder.stop()
    })

    test.each(holes)('refuses once and cleanly: $door', async ({ door, exploit }) => {
      const answer = await app.post(door, exploit)
      expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 403 })
      expect(JSON.parse(answer.text)).toMatchObject({ status: 403, reference: answer.reference })
      expect(answer.text).not.toContain('clover')
    })

    test.each(holes.filter(({ door, meant }) => meant !== null && !takesUpdates.has(door)))(
      'lets through what is meant: $door',
      async ({ door, meant }) => {
        const answer = await app.post(door, meant)
        expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
        expect(answer.text).not.toContain('clover')
      },
    )

    test.each(safe)('raises nothing where nothing can happen: %s', async (door) => {
      for (const name of [...texts, anybodyElse, { $gt: '' }]) {
        const answer = await app.post(door, { name })
        // Where mongoose wants a text it refuses an object by itself.
        const refuses = door === 'sanitised' && typeof name === 'object'
        expect({ name, status: answer.status, text: answer.text }).toMatchObject({ status: refuses ? 500 : 200 })
        expect(answer.text.includes("O'Brien"), answer.text).toBe(name === "O'Brien")
      }
    })

    test('is alive, has no bugs, counted each attack once, and says that its hooks took', async () => {
      const { counters, hooks } = await app.status()
      expect({ bugs: counters['bugs'], errors: app.errors() }).toEqual({ bugs: 0, errors: '' })
      expect(hooks).toContainEqual({ name: 'mongodb', state: 'active', detail: null })
      expect(counters).toMatchObject({ findings: holes.length, blocked: holes.length })
    })

    test('with the action none the same requests leak: the holes are real', async () => {
      const open = await startApp({ ...variant, url: responder.url, action: 'none' })
      for (const { door, exploit } of holes) {
        const answer = await open.post(door, exploit)
        expect({ door, status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
        expect(answer.text, door).toContain('clover')
      }
      const { counters } = await open.status()
      open.stop()
      expect(counters).toMatchObject({ findings: holes.length, blocked: 0 })
    })

    test('with one pooled connection and twenty requests at once each query is judged with its own request', async () => {
      const narrow = await startApp({ ...variant, url: responder.url, pool: 1 })
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, number) => {
          const bad = number % 2 === 1
          const answer = await narrow.post('find', { name: bad ? { $ne: `x${number}` } : 'maya' })
          return { bad, answer }
        }),
      )
      for (const { bad, answer } of answers) {
        expect(answer.status).toBe(bad ? 403 : 200)
        if (!bad) expect(answer.text).toContain('maya')
      }
      narrow.stop()
    })
  })
}

const onNewest = newestNode === null ? {} : { node: newestNode }
const safeDoors = ['as-text', 'equals', 'where-escaped', 'own-operators', 'stored', 'set-fields']
const safeModels = ['as-text', 'sanitised', 'own-operators']
const clientBulk = writing('client-bulk')
const majors = { current: '7', previous: '6', older: '5' } as const
const models = { current: '9', previous: '8', older: '7' } as const

for (const home of homes) {
  const holes = home === 'older' ? driverHoles : [...driverHoles, ...clientBulk]
  attackAndUse(`mongodb ${majors[home]} in CommonJS`, { home, file: 'driver.cjs' }, holes, safeDoors)
  attackAndUse(`mongodb ${majors[home]} as an ES module`, { home, file: 'driver.mjs', ...onNewest }, holes, safeDoors)
  attackAndUse(
    `mongoose ${models[home]} in CommonJS`,
    { home, file: 'mongoose.cjs', ...onNewest },
    mongooseHoles,
    safeModels,
  )
  attackAndUse(`mongoose ${models[home]} as an ES module`, { home, file: 'mongoose.mjs' }, mongooseHoles, safeModels)
}

describe('brackets in a query string', () => {
  test('are names in names: found', async () => {
    install('current')
    const responder = await startResponder()
    for (const action of ['block', 'none'] as const) {
      const app = await startApp({ home: 'current', file: 'driver.cjs', url: responder.url, action })
      const answer = await app.get('bracket?user[$ne]=maya')
      expect(answer.status).toBe(action === 'block' ? 403 : 200)
      expect(answer.text.includes('clover')).toBe(action === 'none')
      expect((await app.get('bracket?user=maya')).text).toContain('moon')
      app.stop()
    }
    responder.stop()
  })
})
