import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../platform/crypto/secrets.ts'
import { Jobs } from '../../platform/jobs/jobs.ts'
import { createResponses } from './create-responses.ts'
import { ResponseFailure, type ResponseExtension } from './extension.ts'
import { startResponses, type TestResponses } from './testing/test-responses.ts'

/** What this server does by itself, with an extension that fails as it is told; the jobs are run by the test alone. */
let lab: TestResponses
let jobs: Jobs
let now = 0
const errors: unknown[] = []
/** What `execute` does at each call; the last one again and again. */
let script: (() => Promise<Readonly<Record<string, unknown>>>)[] = []
let verdict: ResponseExtension['verify'] = () => Promise.resolve(null)
let calls = 0

const extension: ResponseExtension = {
  type: 'force_password_reset',
  execute: () => {
    const step = script[Math.min(calls, script.length - 1)]
    calls += 1
    return step ? step() : Promise.resolve({})
  },
  verify: (response) => verdict?.(response) ?? Promise.resolve(null),
}
const good = () => Promise.resolve({ flag: true })
const bad = () => Promise.reject(new Error('the directory does not answer'))

beforeAll(async () => {
  lab = await startResponses()
  const { app, signingKey } = lab.server
  await app.jobs.close()
  const clock = () => new Date(now)
  const onError = (error: unknown): void => void errors.push(error)
  jobs = new Jobs({ db: app.db, clock, onError })
  createResponses({ db: app.db, clock, signingKey, live: app.agents.live, extensions: [extension], onError }, jobs)
})
afterAll(async () => {
  await jobs.close()
  await lab.stop()
})
beforeEach(() => {
  now = lab.now().getTime()
  calls = 0
  errors.length = 0
  verdict = () => Promise.resolve(null)
})

/** Asked for and consented to, not yet begun. */
async function queued(): Promise<string> {
  const id = newId()
  await lab.server.app.db.query(
    `insert into person (id, organisation_id, name, email, source, created_at, updated_at) values ($1, $2, 'Eve', $3, 'manual', $4, $4)`,
    [id, lab.server.organisationId, `${id}@example.org`, lab.now()],
  )
  const wish = { type: 'force_password_reset', personIds: [id], parameters: { notify: false } }
  const { request, responseIds } = await lab.submit(wish)
  expect((await lab.vote('approve', request)).status).toBe(200)
  return responseIds[0] ?? ''
}
const pass = async (seconds: number): Promise<void> => {
  now += seconds * 1_000
  await jobs.runDue()
}
const kindsOf = async (id: string) => (await lab.statusOf(id)).events.map(({ kind }) => kind)

test('what fails by accident is tried again until it works, begins once and ends once', async () => {
  script = [bad, bad, good]
  const id = await queued()
  await pass(0)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'executing' })
  await pass(2)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'executing' })
  expect(errors).toHaveLength(2)
  await pass(3)
  expect(calls).toBe(2)
  await pass(1)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'completed', evidence: { flag: true } })
  expect(await kindsOf(id)).toEqual(['submitted', 'approved', 'started', 'completed'])
  await pass(3_600)
  expect(calls).toBe(3)
})

test('what cannot be done fails at once, with its reason, and is not tried again', async () => {
  script = [() => Promise.reject(new ResponseFailure('does_not_exist', 'There is no such account', { tried: 1 })), good]
  const id = await queued()
  await pass(0)
  await pass(3_600)
  expect(await lab.statusOf(id)).toMatchObject({
    status: 'failed',
    reason: 'does_not_exist',
    detail: 'There is no such account',
    evidence: { tried: 1 },
  })
  expect(calls).toBe(1)
})

test('what never works is given up when its time is over', async () => {
  script = [bad]
  const id = await queued()
  await pass(0)
  await pass(3_600)
  expect((await lab.statusOf(id)).status).toBe('executing')
  const left = Date.parse((await lab.statusOf(id)).notAfter) - now
  for (let step = 0; step < 3; step += 1) await pass(left / 1_000 / 2 + 3_600)
  expect(await lab.statusOf(id)).toMatchObject({
    status: 'failed',
    reason: 'timed_out',
    detail: 'the directory does not answer',
  })
})

test('what was not begun in time is expired and never begun', async () => {
  script = [good]
  const id = await queued()
  await pass((Date.parse((await lab.statusOf(id)).notAfter) - now) / 1_000 + 1)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'failed', reason: 'expired' })
  expect(calls).toBe(0)
})

test('a server that died midway: another goes on from where it was, and the end is told once', async () => {
  let die: () => void = () => undefined
  const dying = new Promise<never>((_resolve, reject) => {
    die = () => reject(new Error('the connection to a dead server'))
  })
  const [reached, reach] = signal()
  script = [
    () => {
      reach()
      return dying
    },
    good,
  ]
  const id = await queued()
  const first = jobs.runDue()
  await reached
  // Its lease is over, and nothing has renewed it.
  await lab.server.app.db.query(`update job set locked_until = $1 where kind = 'response.run'`, [new Date(now - 1)])
  const { app, signingKey } = lab.server
  const clock = () => new Date(now)
  const other = new Jobs({ db: app.db, clock, onError: () => undefined })
  createResponses(
    { db: app.db, clock, signingKey, live: app.agents.live, extensions: [extension], onError: () => undefined },
    other,
  )
  await other.runDue()
  expect(await lab.statusOf(id)).toMatchObject({ status: 'completed' })
  die()
  await first
  await pass(3_600)
  expect(calls).toBe(2)
  expect((await kindsOf(id)).filter((kind) => kind === 'started' || kind === 'completed')).toEqual([
    'started',
    'completed',
  ])
  await other.close()
})

test('a look at the effect that fails by accident is made again; where nobody can tell, that is said', async () => {
  script = [good]
  const id = await queued()
  let looks = 0
  verdict = () => {
    looks += 1
    return looks < 3
      ? Promise.reject(new Error('not now'))
      : Promise.resolve({ result: 'passed', detail: 'The flag is set', evidence: {} })
  }
  await pass(0)
  await pass(59)
  expect(looks).toBe(0)
  for (const seconds of [1, 2, 4]) await pass(seconds)
  expect(looks).toBe(3)
  expect((await lab.statusOf(id)).verification).toMatchObject({ state: 'passed', detail: 'The flag is set' })

  verdict = () => Promise.resolve(null)
  now = lab.now().getTime()
  const other = await queued()
  await pass(0)
  await pass(60)
  expect((await lab.statusOf(other)).verification).toMatchObject({ state: 'inconclusive' })
})

function signal(): [Promise<void>, () => void] {
  let give: () => void = () => undefined
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return [given, give]
}
