import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from './support/install.ts'
import { startApp, type Answer, type RunningApp } from './support/start-app.ts'

/** A door, what is sent to it that pollutes, and what is meant. Bodies are texts, since a literal with `__proto__` is another thing. */
interface Hole {
  readonly door: string
  readonly attack: string
  readonly meant: unknown
  readonly inCommonJsOnly?: true
}

const byProto = '{"theme":{"dark":true},"__proto__":{"isAdmin":true}}'
const byConstructor = '{"constructor":{"prototype":{"isAdmin":"yes"}}}'
const profile = { theme: { dark: true }, constructor: 'Ferrari', prototype: 'v2', note: 'what does __proto__ do?' }

const merging = (doors: string, attack: string): Hole[] =>
  doors.split(' ').map((door) => ({ door, attack, meant: profile }))
const setting = (doors: string, path: unknown): Hole[] =>
  doors.split(' ').map((door) => ({
    door,
    attack: JSON.stringify({ path, value: 'yes' }),
    meant: { path: 'theme.constructor', value: '__proto__' },
  }))

const holes: readonly Hole[] = [
  ...merging('merge merge-with wrapped merge-file lodash.merge deep-extend extend mixin-deep', byProto),
  ...merging('merge-recursive', byProto),
  ...merging('defaults-deep lodash.defaultsdeep defaults-of merge-deep', byConstructor),
  ...setting('lodash-set set-with update zip-object-deep set-file lodash.set', '__proto__.isAdmin'),
  ...setting('lodash-set lodash.set', 'a.constructor.prototype.isAdmin'),
  ...setting('lodash-set', [['__proto__'], 'isAdmin']),
  ...setting('lodash-set', ['__proto__', 'isAdmin']),
  ...setting('lodash-set', 'a[0]["__proto__"].isAdmin'),
  ...setting('dot-prop object-path object-path-bound set-value', '__proto__.isAdmin'),
  { door: 'unflatten', attack: '{"__proto__.isAdmin":true}', meant: { 'theme.dark': true, 'a.constructor': 'x' } },
  { door: 'unflatten-by', attack: '{"__proto__/isAdmin":true}', meant: { 'theme/dark': true, '__proto__.a': 'x' } },
  { door: 'minimist', attack: '{"words":["--__proto__.isAdmin","yes"]}', meant: { words: ['--a.b=1', '--verbose'] } },
  { door: 'merge-parsed', attack: byProto, meant: profile, inCommonJsOnly: true },
]

const own: readonly Hole[] = [
  ...merging('own own-late own-before-file own-stream own-moved own-head-first own-no-content', byProto),
  ...merging('own own-late', byConstructor.replace('"yes"', 'true')),
  ...merging('own', '{"__proto__":{"get":1,"value":2,"isAdmin":1}}'),
  ...setting('own-path', '__proto__.isAdmin'),
  ...setting('own-path', ['__proto__', 'isAdmin']),
]

const clean = { polluted: [], list: [], intact: true }

function refused(answer: Answer, hole: object): void {
  expect({ ...hole, status: answer.status, text: answer.text }).toMatchObject({ status: 403 })
  expect(JSON.parse(answer.text)).toMatchObject({ status: 403, reference: answer.reference })
  expect(answer.text).not.toMatch(/isAdmin|__proto__/)
}

beforeAll(() => install('older'))

describe.each(['app.cjs', 'app.mjs'])('libraries as they were: %s', (file) => {
  const here = holes.filter(({ inCommonJsOnly }) => !inCommonJsOnly || file === 'app.cjs')
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp('older', file, 'block')
  })
  afterAll(() => app.stop())

  test.each([...here, ...own])('refuses once, and nobody else sees anything: $door $attack', async (hole) => {
    refused(await app.post(hole.door, hole.attack), hole)
    expect(await app.seen()).toEqual(clean)
  })

  test.each([...here, ...own].filter(({ door }) => door !== 'own-stream'))(
    'lets through what is meant: $door',
    async (hole) => {
      const answer = await app.post(hole.door, hole.meant)
      const { door } = hole
      const status = door === 'own-no-content' ? 204 : door === 'own-moved' ? 302 : 200
      expect({ door, status: answer.status, text: answer.text }).toMatchObject({ status, door })
      expect(await app.seen()).toEqual(clean)
    },
  )

  test('a query that the app reads itself', async () => {
    refused(await app.get('own-query?__proto__[isAdmin]=1'), { door: 'own-query' })
    refused(await app.get('own-query?constructor[prototype][isAdmin]=1'), { door: 'own-query' })
    refused(await app.get('own-query?__proto__[toString]=1'), { door: 'own-query' })
    expect(await app.seen()).toEqual(clean)
    expect(await app.get('own-query?a[b]=1&constructor=Ferrari')).toMatchObject({ status: 200 })
  })

  test.each(['store', 'assign', 'spread', 'checked'])(
    'a name alone is no harm where nothing is merged: %s',
    async (door) => {
      for (const body of [byProto, byConstructor, '{"a":[{"__proto__":{"isAdmin":1}}]}'])
        expect({ door, body, ...(await app.post(door, body)) }).toMatchObject({ status: 200 })
      expect(await app.seen()).toEqual(clean)
    },
  )

  test('is alive, has no bugs, counted each attack once, and says that its hooks took', async () => {
    const { counters, hooks } = await app.status()
    expect({ bugs: counters['bugs'], errors: app.errors() }).toEqual({ bugs: 0, errors: '' })
    expect(hooks.filter(({ state }) => state === 'failed' || state === 'late')).toEqual([])
    const attacks = here.length + own.length + 3
    expect(counters).toMatchObject({ findings: attacks, blocked: attacks })
  })

  test.each(['none', 'log'] as const)(
    'with the action %s the same requests reach everybody: the holes are real',
    async (action) => {
      const open = await startApp('older', file, action)
      for (const { door, attack } of [...here, ...own]) {
        // A prototype with a `get` breaks the app itself before anybody can be told.
        if (attack.includes('"get"')) continue
        await open.post(door, attack)
        expect({ door, attack, ...(await open.seen()) }).toMatchObject({
          polluted: expect.arrayContaining(['isAdmin']) as unknown,
        })
        await open.clean()
        expect(await open.seen()).toEqual(clean)
      }
      const { counters } = await open.status()
      open.stop()
      expect(counters).toMatchObject({ bugs: 0, blocked: 0 })
      expect(counters['findings']).toBeGreaterThanOrEqual(here.length + own.length - 1)
    },
  )
})
