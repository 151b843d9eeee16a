import { testDatabase } from '@riposte/testkit'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Database, type Row } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { enqueue, enqueueAll, Jobs, type JobHandler } from './jobs.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let db: Database
beforeAll(async () => {
  database = await testDatabase()
  await migrate(database.url)
  db = new Database(database.url, () => undefined)
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

interface TestServer {
  readonly jobs: Jobs
  readonly errors: unknown[]
}

/** A server's worth of jobs. */
function serve(handlers: Record<string, JobHandler>, more: { leaseMs?: number; clock?: () => Date } = {}): TestServer {
  const errors: unknown[] = []
  const { leaseMs = 60_000, clock = () => new Date() } = more
  const jobs = new Jobs({ db, clock, leaseMs, onError: (error) => errors.push(error) })
  for (const [kind, handler] of Object.entries(handlers)) jobs.on(kind, handler)
  return { jobs, errors }
}
const leave = (kind: string, payload: Record<string, unknown> = {}, runAt = new Date(0)) =>
  db.transaction((tx) => enqueue(tx, { kind, payload, runAt }))
const waiting = (kind: string) =>
  db.query<Row & { attempts: number; run_at: Date; last_error: string | null; locked_until: Date | null }>(
    'select attempts, run_at, last_error, locked_until from job where kind = $1 order by run_at',
    [kind],
  )
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within ten seconds`)
    await delay(10)
  }
}
/** What waits until it is let go. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}

test('a job that runs for several leases is run once, however often another server looks', async () => {
  const leaseMs = 300
  let runs = 0
  const { passed, open } = gate()
  const long: JobHandler = async () => {
    runs += 1
    await passed
  }
  const [here, there] = [serve({ long }, { leaseMs }), serve({ long }, { leaseMs })]
  await leave('long')
  here.jobs.wake()
  await until('begun', () => runs === 1)
  const [first] = await waiting('long')
  const from = first?.locked_until?.getTime() ?? 0
  await until('three leases went by', async () => {
    await there.jobs.runDue()
    return Date.now() > from + 3 * leaseMs
  })
  expect(runs).toBe(1)
  open()
  await here.jobs.close()
  await there.jobs.close()
  expect(await waiting('long')).toEqual([])
})

test('a job of a server that died is run by another when its lease is over, and not a moment before', async () => {
  let now = Date.now()
  const clock = () => new Date(now)
  const ran: string[] = []
  const stuck = gate()
  const dead = serve({ short: () => stuck.passed }, { clock })
  const other = serve({ short: () => Promise.resolve(void ran.push('other')) }, { clock })
  await leave('short')
  dead.jobs.wake()
  await until('taken', async () => (await waiting('short'))[0]?.locked_until != null)
  now += 59_999
  await other.jobs.runDue()
  expect(ran).toEqual([])
  now += 1
  await other.jobs.runDue()
  expect(ran).toEqual(['other'])
  stuck.open()
  await dead.jobs.close()
  await other.jobs.close()
})

test('who lost a job to another does not give it back when it fails', async () => {
  let now = Date.now()
  const clock = () => new Date(now)
  const slow = gate()
  const kept = gate()
  const late = serve({ lost: () => slow.passed.then(() => Promise.reject(new Error('too late'))) }, { clock })
  const owner = serve({ lost: () => kept.passed }, { clock })
  await leave('lost')
  late.jobs.wake()
  await until('taken', async () => (await waiting('lost'))[0]?.attempts === 1)
  now += 60_000
  owner.jobs.wake()
  await until('taken over', async () => (await waiting('lost'))[0]?.attempts === 2)
  slow.open()
  await late.jobs.close()
  expect(await waiting('lost')).toMatchObject([{ attempts: 2, last_error: null, locked_until: new Date(now + 60_000) }])
  kept.open()
  await owner.jobs.close()
  expect(await waiting('lost')).toEqual([])
})

test('jobs that hang hold up their own kind and nobody else', async () => {
  const hung = gate()
  let hanging = 0
  const done: unknown[] = []
  const { jobs } = serve({
    hangs: async () => {
      hanging += 1
      await hung.passed
    },
    goes: ({ number }) => Promise.resolve(void done.push(number)),
  })
  await db.transaction((tx) =>
    enqueueAll(tx, [
      ...Array.from({ length: 20 }, () => ({ kind: 'hangs', payload: {}, runAt: new Date(0) })),
      ...Array.from({ length: 40 }, (_, number) => ({ kind: 'goes', payload: { number }, runAt: new Date(1) })),
    ]),
  )
  jobs.wake()
  await until('the others went', () => done.length === 40)
  expect(hanging).toBe(3)
  hung.open()
  await until('the hung ones went too', () => hanging === 20)
  await jobs.close()
  expect(new Set(done).size).toBe(40)
  expect(await waiting('hangs')).toEqual([])
})

test('several servers share many jobs, and none is run twice', async () => {
  const ran: unknown[] = []
  const handler: JobHandler = async ({ number }) => {
    await delay(1)
    ran.push(number)
  }
  const servers = [serve({ shared: handler }), serve({ shared: handler }), serve({ shared: handler })]
  await db.transaction((tx) =>
    enqueueAll(
      tx,
      Array.from({ length: 200 }, (_, number) => ({ kind: 'shared', payload: { number }, runAt: new Date(0) })),
    ),
  )
  await Promise.all(servers.map(({ jobs }) => jobs.runDue()))
  expect(ran).toHaveLength(200)
  expect(new Set(ran).size).toBe(200)
  await Promise.all(servers.map(({ jobs }) => jobs.close()))
})

test('what fails is tried again after 2, 4, 8 seconds and so on, and says why', async () => {
  let now = Date.now()
  let runs = 0
  const { jobs, errors } = serve(
    {
      fails: () => {
        runs += 1
        return Promise.reject(new Error(`no ${runs}`))
      },
    },
    { clock: () => new Date(now) },
  )
  await leave('fails')
  for (const seconds of [2, 4, 8]) {
    await jobs.runDue()
    expect(await waiting('fails')).toMatchObject([
      { last_error: `no ${runs}`, locked_until: null, run_at: new Date(now + seconds * 1_000) },
    ])
    now += seconds * 1_000 - 1
    await jobs.runDue()
    now += 1
  }
  expect(runs).toBe(3)
  expect(errors).toHaveLength(3)
  await jobs.close()
})

test('it wakes by itself when something falls due', async () => {
  const ran = gate()
  const { jobs } = serve({
    later: () => {
      ran.open()
      return Promise.resolve()
    },
  })
  await leave('later', {}, new Date(Date.now() + 150))
  jobs.wake()
  await ran.passed
  await jobs.close()
})

test('kinds that this server does not know are left to those that do', async () => {
  await leave('of_a_newer_server')
  const { jobs } = serve({ mine: () => Promise.resolve() })
  await jobs.runDue()
  expect(await waiting('of_a_newer_server')).toMatchObject([{ attempts: 0, locked_until: null }])
  await jobs.close()
})
