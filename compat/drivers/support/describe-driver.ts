import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { install } from './install.ts'
import { newestNode } from './newest-node.ts'
import { startApp, type RunningApp, type Variant } from './start-app.ts'

export interface DriverTest extends Omit<Variant, 'env' | 'node'> {
  /** `newest`: the newest Node instead of the one that runs the tests. */
  readonly on?: 'newest'
  /** Asked for when the app is started. */
  readonly env?: () => Readonly<Record<string, string>>
  /** The hook that must say that it took. */
  readonly hook: string
  /** Doors with a hole: with `exploit` as the name each shows what nobody should see, `clover`. */
  readonly holes: readonly string[]
  /** Doors with a hole that do not work with names that are meant. */
  readonly broken?: readonly string[]
  readonly exploit?: string
  /** What some doors need to be exploited. */
  readonly exploits?: Readonly<Record<string, string>>
  readonly safe?: readonly string[]
  /** So many doors ask with a statement that another has prepared before, which is judged once. */
  readonly cached?: number
  /** Doors that ask through a pool and answer with the name that they asked for. */
  readonly slow?: readonly string[]
}

const usual = "x' or '1'='1"

/** One sample app under attack and in peace: each exploit is refused once and cleanly; with the action none it really leaks. */
export function describeDriver(title: string, given: DriverTest): void {
  const {
    holes: working,
    broken = [],
    exploit = usual,
    exploits = {},
    safe = [],
    slow = [],
    cached = 0,
    hook,
    on,
    env,
    ...variant
  } = given
  const holes = [...working, ...broken]
  const attack = (app: RunningApp, door: string) => app.ask(door, exploits[door] ?? exploit)
  const start = (changes: Partial<Variant> = {}): Promise<RunningApp> =>
    startApp({
      ...variant,
      ...(on === 'newest' ? { node: newestNode() } : {}),
      ...changes,
      env: { ...env?.(), ...changes.env },
    })

  describe(title, () => {
    let app: RunningApp
    beforeAll(async () => {
      install(variant.home ?? '.')
      app = await start()
    }, 900_000)
    afterAll(() => app.stop())

    test.each(holes)('refuses once and cleanly: %s', async (door) => {
      const answer = await attack(app, door)
      expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 403 })
      expect(JSON.parse(answer.text)).toMatchObject({ status: 403, reference: answer.reference })
      expect(answer.text).not.toContain('clover')
    })

    test.each(working)('lets through what is meant: %s', async (door) => {
      const answer = await app.ask(door, 'maya')
      expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
    })

    test.each(safe)('raises nothing for bound and escaped values: %s', async (door) => {
      for (const name of ["O'Brien", usual, '\\', `"; --`]) {
        const answer = await app.ask(door, name)
        expect({ name, status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
        expect(answer.text.includes("O'Brien"), answer.text).toBe(name === "O'Brien")
      }
    })

    test('is alive, has no bugs, counted each statement once, and says that its hooks took', async () => {
      const status = await app.status()
      expect({ bugs: status.counters['bugs'], errors: app.errors(), exit: app.exitCode() }).toEqual({
        bugs: 0,
        errors: '',
        exit: null,
      })
      expect(status.hooks).toContainEqual({ name: hook, state: 'active', detail: null })
      expect(status.counters).toMatchObject({ findings: holes.length, blocked: holes.length })
    })

    test('with the action none the same requests leak: the holes are real', async () => {
      const open = await start({ action: 'none' })
      for (const door of holes) {
        const answer = await attack(open, door)
        expect({ door, status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
        if (door !== 'forgotten') expect(answer.text, door).toContain('clover')
      }
      const { counters } = await open.status()
      open.stop()
      expect(counters).toMatchObject({ findings: holes.length - cached, blocked: 0 })
    })

    if (slow.length === 0) return
    test('with one pooled connection and twenty requests at once each statement is judged with its own request', async () => {
      const narrow = await start({ env: { POOL: '1' } })
      for (const door of slow) {
        const answers = await Promise.all(
          Array.from({ length: 20 }, async (_, number) => {
            const bad = number % 2 === 1
            const name = bad ? `x${number}' or '1'='1` : `x${number}`
            return { bad, name, answer: await narrow.ask(door, name) }
          }),
        )
        for (const { bad, name, answer } of answers) {
          expect({ door, name, status: answer.status }).toEqual({ door, name, status: bad ? 403 : 200 })
          if (!bad) expect(JSON.parse(answer.text)).toBe(name)
        }
      }
      narrow.stop()
    })
  })
}
