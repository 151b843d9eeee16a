import { startPostgres } from '@riposte/postgres'
import { readEndpoint } from '@riposte/uplink/device'
import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAudit } from '../apps/cli/src/audit/verify-audit.ts'
import { enrolSimulated, startSimulated, type SimulatedAgent } from '../apps/cli/src/simulate/simulated-agent.ts'
import { hashSecret } from '../apps/server/src/platform/crypto/secrets.ts'
import { apiToken, freePorts, removeFolder, temporaryFolder, until } from './support/product.ts'

/** The real server is killed without warning again and again while people ask, approve and take back, and agents tell. */
const main = path.resolve(import.meta.dirname, '../apps/server/dist/main.js')
const names = ['crash-1', 'crash-2', 'crash-3']
const workers = 4
const deaths = 8
const approverToken = 'rpt_approver-of-the-crash-matrix-0123456789'
/** Told with the result: given again, the same wishes and deaths come, as far as the machine lets them. */
const seed = Number(process.env['RIPOSTE_TEST_SEED'] ?? Date.now() % 1_000_000)

let folder = ''
let postgres: Awaited<ReturnType<typeof startPostgres>>
let db: pg.Pool
let env: NodeJS.ProcessEnv = {}
let url = ''
let server: ChildProcess | null = null
const agents: SimulatedAgent[] = []

/** Small, and the same for the same seed: a run that failed can be made again. */
function randomOf(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Ready {
  readonly type: string
  readonly message?: string
  readonly enrolmentTokens: Readonly<Record<string, string>>
}

/** @returns what it says when it is ready; null when it was killed before */
function startServer(): { readonly child: ChildProcess; readonly ready: Promise<Ready | null> } {
  const child = fork(main, [], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  server = child
  const ready = new Promise<Ready | null>((resolve, reject) => {
    child.on('message', (message: Ready) => {
      if (message.type === 'ready') resolve(message)
      if (message.type === 'failed') reject(new Error(message.message))
    })
    child.once('exit', (code, signal) =>
      signal === 'SIGKILL' ? resolve(null) : reject(new Error(`The control plane ended by itself with ${code}`)),
    )
  })
  return { child, ready }
}
const kill = async (child: ChildProcess): Promise<void> => {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Until somebody answers: what a client does that wants to be sure. Between, the server may have done it or not. */
async function ask(method: string, route: string, body: unknown, token = apiToken): Promise<Answer> {
  const deadline = Date.now() + 20_000
  for (;;) {
    try {
      const response = await fetch(url + route, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(5_000),
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(30)
    }
  }
}

async function newPerson(number: number): Promise<{ personIds: string[] }> {
  const id = randomUUID()
  await db.query(
    `insert into person (id, organisation_id, name, email, source, created_at, updated_at)
     select $1, id, $2, $3, 'manual', now(), now() from organisation`,
    [id, `Person ${number}`, `person-${number}@example.org`],
  )
  return { personIds: [id] }
}

beforeAll(async () => {
  folder = temporaryFolder()
  postgres = await startPostgres({ dataDir: path.join(folder, 'postgres') })
  await postgres.ensureDatabase('riposte')
  db = new pg.Pool({ connectionString: postgres.url('riposte'), max: 2 })
  const ports = await freePorts()
  url = `http://127.0.0.1:${ports.RIPOSTE_PORT}`
  env = {
    ...process.env,
    ...ports,
    RIPOSTE_DATA_DIR: folder,
    RIPOSTE_DATABASE_URL: postgres.url('riposte'),
    RIPOSTE_BOOTSTRAP_TOKEN: apiToken,
    RIPOSTE_SEED_DEVICES: names.join(','),
    RIPOSTE_LOG_LEVEL: 'silent',
  }
  const ready = await startServer().ready
  const approver = randomUUID()
  await db.query(
    `insert into member (id, organisation_id, email, name, role) select $1, id, 'approver@example.org', 'Approver', 'approver' from organisation`,
    [approver],
  )
  await db.query(
    `insert into api_token (id, member_id, name, prefix, token_hash) values ($1, $2, 'test', 'test', $3)`,
    [...[randomUUID(), approver], hashSecret(approverToken)],
  )
  const endpoint = readEndpoint(`https://127.0.0.1:${ports.RIPOSTE_AGENT_PORT}`)
  const timings = { backoffFirstMs: 30, backoffMostMs: 200, dialMs: 2_000, welcomeMs: 3_000 }
  for (const [index, name] of names.entries()) {
    const enrolled = await enrolSimulated(index, ready?.enrolmentTokens[name] ?? '', endpoint)
    agents.push(startSimulated(index, enrolled, timings))
  }
  await until(() => agents.every((agent) => agent.channel.status().connected), 20_000)
})
afterAll(async () => {
  for (const agent of agents) agent.stop()
  if (server?.exitCode === null && server.signalCode === null) await kill(server)
  await db.end()
  await postgres.stop()
  removeFolder(folder)
})

test(`killed at any moment, the server loses nothing and doubles nothing (seed ${seed})`, async () => {
  const random = randomOf(seed)
  const devices = (await db.query<{ id: string }>('select id from device order by id')).rows.map(({ id }) => id)
  expect(devices).toHaveLength(names.length)
  const wished = new Set<string>()
  const answered = new Map<string, string>()
  const mayEnd: (readonly [number, string])[] = []
  let over = false
  let count = 0

  const submit = async (type: string, target: object, parameters: object) => {
    const idempotencyKey = `crash-${randomUUID()}`
    wished.add(idempotencyKey)
    const body = { type, ...target, parameters, justification: 'It may die at any time', idempotencyKey }
    const answer = await ask('POST', '/api/v1/responses', body)
    expect(answer, type).toMatchObject({ status: 201 })
    const { request, responseIds } = answer.body as {
      request: { id: string; version: number; digest: string; requiredApprovals: number }
      responseIds: [string]
    }
    expect(answered.get(idempotencyKey) ?? request.id).toBe(request.id)
    answered.set(idempotencyKey, request.id)
    return { request, id: responseIds[0] }
  }
  const note = (answer: Answer, fine: readonly number[]): void => {
    if (!fine.includes(answer.status)) mayEnd.push([answer.status, JSON.stringify(answer.body)])
  }
  /** One person after the other asks for something, sees it decided, and perhaps takes it back. */
  const work = async (chance: () => number): Promise<void> => {
    while (!over) {
      count += 1
      const target = { deviceIds: [devices[Math.floor(chance() * devices.length)]] }
      const address = `198.51.${100 + (count >> 8)}.${count & 255}`
      const kind = chance()
      if (kind < 0.45) {
        const { id } = await submit('block_ip', target, { address })
        if (chance() < 0.4)
          note(await ask('POST', `/api/v1/responses/${id}/cancel`, { reason: 'Not this one' }), [200, 409])
        else if (chance() < 0.5)
          note(
            await ask('POST', `/api/v1/responses/${id}/undo`, { justification: 'Back', suppressMinutes: 5 }),
            [201, 409],
          )
        else note(await ask('POST', `/api/v1/responses/${id}/verify`, {}), [200, 409])
      } else {
        const { request } =
          kind < 0.75
            ? await submit('quarantine_file', target, { path: `/tmp/odd-${count}` })
            : await submit('force_password_reset', await newPerson(count), { notify: false })
        const seen = { version: request.version, digest: request.digest }
        const decision = chance() < 0.8 ? 'approve' : 'reject'
        const vote = { ...seen, reason: 'I looked at it' }
        note(await ask('POST', `/api/v1/requests/${request.id}/${decision}`, vote, approverToken), [200, 409])
      }
      await sleep(chance() * 20)
    }
  }
  const working = Promise.all(Array.from({ length: workers }, (_, index) => work(randomOf(seed + index + 1))))
  // Whoever watches a rejection first must not be taken for somebody who ignores it.
  working.catch(() => undefined)

  for (let death = 0; death < deaths; death += 1) {
    const early = death % 3 === 2
    if (server === null) throw new Error('no server')
    await sleep(early ? random() * 500 : 100 + random() * 700)
    await kill(server)
    const { ready } = startServer()
    if (death % 3 !== 1) await ready
    else ready.catch(() => undefined)
  }
  over = true
  await working
  if (server) await kill(server)
  // A minute goes by: what the dead had taken of the jobs is anybody's again.
  await db.query('update job set locked_until = null')
  await startServer().ready

  const open = async () =>
    (
      await db.query<{ count: number }>(
        `select (select count(*) from response where status not in ('completed', 'failed', 'cancelled'))::int +
                (select count(*) from response where verification = 'scheduled' and verification_due <= now())::int as count`,
      )
    ).rows[0]?.count
  await until(
    async () => (await open()) === 0 && agents.every((agent) => agent.told().unacknowledged === 0),
    20_000,
    50,
  )

  expect(mayEnd).toEqual([])
  // Whatever was answered is there, once; and nothing else is.
  const requests = await db.query<{ id: string; idempotency_key: string | null }>(
    'select id, idempotency_key from response_request where undo_of is null order by id',
  )
  expect(new Map(requests.rows.map(({ id, idempotency_key }) => [idempotency_key, id]))).toEqual(answered)
  expect(requests.rows).toHaveLength(wished.size)
  expect(requests.rows.length).toBeGreaterThan(3 * deaths)
  // Every response ended, once.
  const ends = await db.query<{ id: string; status: string; ends: number; device_id: string | null }>(
    `select r.id, r.status, r.device_id, (select count(*)::int from response_event e where e.response_id = r.id
       and e.kind in ('completed', 'failed', 'expired', 'cancelled', 'withdrawn', 'rejected', 'approval_expired', 'superseded')) as ends
     from response r`,
  )
  expect(ends.rows.filter((row) => row.ends !== 1)).toEqual([])
  expect(ends.rows.filter(({ status }) => status === 'failed')).toEqual([])
  // Nothing was done twice, and what was done is known.
  const executed = agents.flatMap((agent) => agent.executed())
  expect(executed.length).toBe(new Set(executed).size)
  const done = ends.rows.filter(({ status, device_id }) => status === 'completed' && device_id !== null)
  expect(done.map(({ id }) => id).sort()).toEqual([...executed].sort())
  // No report is lost, doubled or out of its order.
  const heads = await db.query<{ sequence: string; hash: string; reports: number }>(
    `select chain_sequence as sequence, chain_hash as hash, (select count(*)::int from agent_report where device_id = d.id) as reports from device d`,
  )
  expect(heads.rows.map(({ sequence, hash, reports }) => [Number(sequence), hash, reports]).sort()).toEqual(
    agents.map((agent) => [agent.told().head.sequence, agent.told().head.hash, agent.told().head.sequence]).sort(),
  )
  const alarms = await db.query(
    `select action, details from audit_entry where action in ('device.chain_broken', 'device.report_refused', 'device.held', 'device.command_refused')`,
  )
  expect(alarms.rows).toEqual([])
  // The log holds, from its first entry to its last.
  const exported = await fetch(`${url}/api/v1/audit/export?format=jsonl`, {
    headers: { authorization: `Bearer ${apiToken}` },
  })
  const body = Buffer.from(await exported.arrayBuffer())
  const one = async function* () {
    yield await Promise.resolve(body)
  }
  expect(await verifyAudit(one())).toMatchObject({ holds: true })
}, 90_000)
