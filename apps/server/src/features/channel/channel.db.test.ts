import {
  channelPath,
  maxChannelMessageBytes,
  reportChainText,
  type AgentReport,
  type ServerMessage,
} from '@riposte/contract'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAuthority } from '../../platform/crypto/authority.ts'
import { newId } from '../../platform/crypto/secrets.ts'
import { startApp, type TestApp } from '../../testing/start-app.ts'
import {
  callAgents,
  enrolDevice,
  newIdentity,
  openWebSocket,
  sampleFacts,
  type TestChannel,
  type TestDevice,
} from '../../testing/test-device.ts'

const heartbeatMs = 1_000
let server: TestApp
let folder: string
beforeAll(async () => {
  server = await startApp({ agents: { heartbeatMs } })
  folder = mkdtempSync(path.join(tmpdir(), 'riposte-foreign-'))
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const db = () => server.app.db
async function until(what: string, holds: () => Promise<boolean>, waitMs = 10_000): Promise<void> {
  const end = Date.now() + waitMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${waitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const isOnline = async (device: TestDevice): Promise<boolean> =>
  (await server.app.agents.live.online([device.id])).has(device.id)
const rowOf = async (device: TestDevice) => (await db().query('select * from device where id = $1', [device.id]))[0]
const stateOf = async (device: TestDevice) => (await rowOf(device))?.['state']
const beat = () => ({ kind: 'heartbeat', sentAt: new Date().toISOString() })
function keepAlive(channel: TestChannel): () => void {
  const timer = setInterval(() => channel.send(beat()), heartbeatMs / 2)
  void channel.closed.then(() => clearInterval(timer))
  return () => clearInterval(timer)
}
const ways = ['websocket', 'long_poll'] as const

const sampleReport = (): AgentReport => ({
  reportId: randomUUID(),
  at: new Date().toISOString(),
  actionId: null,
  commandId: null,
  event: { kind: 'notice', code: 'agent.started', detail: 'nul \0' },
  chain: { sequence: 1, previousHash: '0'.repeat(64), hash: '1'.repeat(64) },
})

for (const by of ways) {
  test(`${by}: hello, welcome, presence, facts, and offline when it goes`, async () => {
    const device = await enrolDevice(server)
    const facts = { ...device.facts, addresses: ['198.51.100.9'] }
    const channel = await device.connect({ by, hello: { facts, sentAt: new Date(Date.now() + 90_000).toISOString() } })
    expect(channel.received[0]).toMatchObject({
      kind: 'welcome',
      hello: 1,
      heartbeatMs,
      addresses: server.app.agents.addresses(),
      policy: { neverBlock: [], isolationAllow: [] },
    })
    expect(await isOnline(device)).toBe(true)
    const read = (await server.call('GET', `/api/v1/devices/${device.id}`)).body as unknown as Record<string, unknown>
    expect(read).toMatchObject({ online: true, connectedBy: by, address: '198.51.100.9' })
    expect(read['clockSkewMs']).toBeGreaterThan(80_000)
    channel.close()
    await until('offline', async () => !(await isOnline(device)))
  })

  test(`${by}: a probe is answered with a notice that the server signed, also before any hello`, async () => {
    const device = await enrolDevice(server)
    const channel = await device.connect({ by, hello: false })
    channel.send({ kind: 'probe', nonce: 'a nonce of enough length' })
    const { envelope } = await channel.next('notice')
    expect(JSON.parse(Buffer.from(envelope.payload, 'base64').toString())).toMatchObject({
      nonce: 'a nonce of enough length',
      deviceId: device.id,
    })
    expect(await isOnline(device)).toBe(false)
    channel.close()
  })

  test(`${by}: reports are stored once and acknowledged each time`, async () => {
    const device = await enrolDevice(server)
    const channel = await device.connect({ by })
    const report = sampleReport()
    for (let times = 0; times < 2; times += 1) {
      channel.send({ kind: 'reports', reports: [report] })
      expect(await channel.next('stored')).toEqual({ kind: 'stored', reportIds: [report.reportId] })
    }
    expect(await db().query('select device_id from agent_report where report_id = $1', [report.reportId])).toEqual([
      { device_id: device.id },
    ])
    channel.close()
  })

  test(`${by}: the chain covers what came over the wire: odd text and what a newer agent adds break nothing`, async () => {
    const device = await enrolDevice(server)
    const channel = await device.connect({ by })
    const event = {
      kind: 'notice',
      code: 'agent.started',
      detail: 'nul \0 and half a pair \ud800',
      since: 'a newer agent',
    }
    const odd = JSON.parse('{"__proto__": {"odd": 1}, "nul \\u0000": ["\\udc00"]}') as object
    const completed = { kind: 'failed', reason: 'execution_error', detail: '', evidence: odd }
    let previousHash = '0'.repeat(64)
    const reports = [event, completed, { ...event, detail: 'plain' }].map((event, index) => {
      const report = {
        ...{ reportId: randomUUID(), at: new Date().toISOString(), actionId: null, commandId: null },
        ...{ event, priority: 7 },
      }
      const place = { sequence: index + 1, previousHash }
      previousHash = createHash('sha256').update(reportChainText(report, place)).digest('hex')
      return { ...report, chain: { ...place, hash: previousHash } }
    })
    channel.send({ kind: 'reports', reports })
    expect((await channel.next('stored')).reportIds).toEqual(reports.map(({ reportId }) => reportId))
    const audited = async () =>
      (
        await db().query(
          `select action from audit_entry where subject->>'id' = $1 and action like 'device.chain%' order by sequence`,
          [device.id],
        )
      ).map(({ action }) => action)
    expect(await audited()).toEqual([])
    expect(await rowOf(device)).toMatchObject({ chain_sequence: '3', chain_hash: previousHash })
    // What is not known is covered all the same.
    const [last] = reports.slice(-1)
    const place = { sequence: 4, previousHash }
    const forged = { ...last, reportId: randomUUID(), priority: 8 }
    const hash = createHash('sha256')
      .update(reportChainText({ ...forged, priority: 7 }, place))
      .digest('hex')
    channel.send({ kind: 'reports', reports: [{ ...forged, chain: { ...place, hash } }] })
    await channel.next('stored')
    expect(await audited()).toEqual(['device.chain_broken'])
    channel.close()
  })

  test(`${by}: what a newer agent says is left alone, and what is wrong ends it with a reason`, async () => {
    const device = await enrolDevice(server)
    const channel = await device.connect({ by })
    channel.send({ kind: 'from_the_future', anything: 1 })
    channel.send({ kind: 'probe', nonce: 'a nonce of enough length' })
    expect((await channel.next('notice')).kind).toBe('notice')
    channel.send({ kind: 'heartbeat', sentAt: 'yesterday' })
    expect(await channel.next('goodbye')).toMatchObject({ code: 'request.invalid' })
  })

  test(`${by}: hello comes first, and once`, async () => {
    const device = await enrolDevice(server)
    const early = await device.connect({ by, hello: false })
    early.send({ kind: 'reports', reports: [sampleReport()] })
    expect(await early.next('goodbye')).toMatchObject({ code: 'channel.hello_first' })
    const channel = await device.connect({ by })
    const hello = { runId: randomUUID() }
    const facts = sampleFacts()
    channel.send({
      kind: 'hello',
      agentVersion: '1',
      lastHello: 0,
      sentAt: new Date().toISOString(),
      facts,
      capabilities: [],
      sequence: 0,
      chain: { sequence: 0, hash: '0'.repeat(64) },
      ...hello,
    })
    expect(await channel.next('goodbye')).toMatchObject({ code: 'channel.hello_twice' })
  })

  test(`${by}: who says nothing for three heartbeats is offline, who beats stays`, async () => {
    const [quiet, lively] = [await enrolDevice(server), await enrolDevice(server)]
    const silent = await quiet.connect({ by, hello: {} })
    const stop = keepAlive(await lively.connect({ by }))
    // A long poll that is not renewed and a socket that is not read: both are silence.
    if (by === 'long_poll') silent.drop()
    else silent.deafen()
    const from = Date.now()
    await until('offline', async () => !(await isOnline(quiet)), 20 * heartbeatMs)
    if (by === 'websocket') expect(Date.now() - from).toBeGreaterThan(heartbeatMs)
    expect(await isOnline(lively)).toBe(true)
    stop()
  })

  test(`${by}: an older agent is told which side to upgrade`, async () => {
    const device = await enrolDevice(server)
    const channel = await device.connect({ by, hello: { protocol: 7 } })
    expect(await channel.next('goodbye')).toMatchObject({
      code: 'enrolment.protocol_unsupported',
      detail: 'This agent speaks protocol version 7, the control plane version 1: upgrade the control plane',
    })
  })

  test(`${by}: two live agents with one identity are both held, and nothing is sent until a person releases it`, async () => {
    const device = await enrolDevice(server)
    const first = await device.connect({ by, hello: { runId: randomUUID() } })
    const second = await device.connect({ by, hello: { runId: randomUUID(), facts: sampleFacts() } })
    expect(await first.next('goodbye')).toMatchObject({ code: 'device.held' })
    expect(await second.next('goodbye')).toMatchObject({ code: 'device.held' })
    expect(second.received.some(({ kind }) => kind === 'welcome')).toBe(false)
    const read = (await server.call('GET', `/api/v1/devices/${device.id}`)).body as unknown as Record<string, unknown>
    expect(read).toMatchObject({
      state: 'held',
      online: false,
      held: { why: expect.stringContaining('at the same time') as string },
    })
    const entries = await db().query(`select 1 from audit_entry where action = 'device.held' and subject->>'id' = $1`, [
      device.id,
    ])
    expect(entries).toHaveLength(1)
    if (by === 'websocket') {
      const third = await device.connect({ by })
      expect(await third.next('goodbye')).toMatchObject({ code: 'device.held' })
    } else
      expect((await device.request('POST', '/agent/v1/poll', {})).body).toMatchObject({ code: 'device.not_active' })
    const released = await server.call('POST', `/api/v1/devices/${device.id}/release-hold`, {
      body: { reason: 'the copy was destroyed' },
    })
    expect(released.body).toMatchObject({ state: 'active', held: null })
    const after = await device.connect({ by })
    expect(after.received[0]?.kind).toBe('welcome')
    after.close()
  })

  test(`${by}: a crash, a reboot, a restored backup and a new machine id of one host are no clone`, async () => {
    const device = await enrolDevice(server)
    const lives = [
      {},
      { runId: randomUUID() },
      { runId: randomUUID(), facts: { ...device.facts, bootId: randomUUID() } },
      { runId: randomUUID(), lastHello: 0 },
      { runId: randomUUID(), facts: sampleFacts() },
    ]
    for (const hello of lives) {
      const channel = await device.connect({ by, hello })
      expect(channel.received[0]).toMatchObject({ kind: 'welcome' })
      channel.send(beat())
      channel.send({ kind: 'probe', nonce: 'a nonce of enough length' })
      await channel.next('notice')
      channel.drop()
    }
    expect(await stateOf(device)).toBe('active')
  })
}

test('two copies that take turns are noticed by the counter that the other moved', async () => {
  const device = await enrolDevice(server)
  const here = async (facts: TestDevice['facts'], lastHello: number) => {
    const channel = await device.connect({ hello: { facts, lastHello, runId: randomUUID() } })
    if (channel.received[0]?.kind === 'welcome') {
      channel.send(beat())
      channel.send({ kind: 'probe', nonce: 'a nonce of enough length' })
      await channel.next('notice')
      await until('confirmed', async () => Number((await rowOf(device))?.['hello_confirmed']) > lastHello)
    }
    channel.drop()
    return channel.received[0]
  }
  const copy = sampleFacts()
  expect(await here(device.facts, 0)).toMatchObject({ kind: 'welcome', hello: 1 })
  expect(await here(copy, 1)).toMatchObject({ kind: 'welcome', hello: 2 })
  expect(await here(device.facts, 1)).toMatchObject({ kind: 'goodbye', code: 'device.held' })
})

test('a second connection of the same process takes over from the first', async () => {
  const device = await enrolDevice(server)
  const runId = randomUUID()
  const first = await device.connect({ hello: { runId } })
  const second = await device.connect({ hello: { runId } })
  expect(second.received[0]).toMatchObject({ kind: 'welcome', hello: 2 })
  expect(await first.next('goodbye')).toMatchObject({ code: 'channel.superseded' })
  await first.closed
  expect(await isOnline(device)).toBe(true)
  second.close()
})

test('devices of a server that died are offline at once, and forgotten by the next that looks', async () => {
  const device = await enrolDevice(server)
  const dead = newId()
  await db().query(`insert into server (id, seen_at) values ($1, now())`, [dead])
  await db().query('update device set connected_server = $2, connected_at = now() where id = $1', [device.id, dead])
  expect(await isOnline(device)).toBe(true)
  await db().query(`update server set seen_at = now() - interval '16 seconds' where id = $1`, [dead])
  expect(await isOnline(device)).toBe(false)
  await until('forgotten', async () => (await rowOf(device))?.['connected_server'] === null)
})

test('only a certificate of our authority, of an active device and its own key, opens anything but enrolment', async () => {
  const [device, other] = [await enrolDevice(server), await enrolDevice(server)]
  const now = new Date()
  const key = device.identity.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const der = Buffer.from(device.identity.publicKey, 'base64')
  const foreign = await (await openAuthority(folder, now)).issue(device.id, der, now)
  const own = await openAuthority(server.secretsDir, now)
  const expired = await own.issue(device.id, der, new Date(now.getTime() - 800 * 86_400_000))
  const unknown = await own.issue(newId(), Buffer.from(newIdentity().publicKey, 'base64'), now)
  const bad = { 'of another authority': foreign.pem, expired: expired.pem }
  for (const [what, cert] of [...Object.entries(bad), ['none', undefined]] as const) {
    const tls = cert === undefined ? {} : { key, cert }
    for (const route of ['/agent/v1/renew', '/agent/v1/poll'])
      expect({ what, ...(await callAgents(server, { method: 'POST', path: route, body: {}, ...tls })) }).toMatchObject({
        what,
        status: 401,
        body: { code: 'auth.required' },
      })
    await expect(openWebSocket(server, tls), what).rejects.toThrow('401')
  }
  // Another's certificate without its key is refused by TLS itself.
  await expect(openWebSocket(server, { key, cert: other.enrolment.certificate })).rejects.toThrow()
  await expect(openWebSocket(server, { key, cert: unknown.pem })).rejects.toThrow()
})

test("the agents' listener knows no token, and the API listener no route of agents", async () => {
  for (const token of [await server.tokenOf('owner'), server.projectToken]) {
    const headers = { authorization: `Bearer ${token}` }
    expect((await callAgents(server, { method: 'POST', path: '/agent/v1/poll', body: {}, headers })).status).toBe(401)
    expect((await callAgents(server, { method: 'GET', path: '/api/v1/me', headers })).status).toBe(404)
  }
  for (const url of ['/agent/v1/enrol', '/agent/v1/poll', '/agent/v1/renew', channelPath])
    expect((await server.call('POST', url, { body: {} })).status).toBe(404)
})

test('what is wrong ends the one connection, with a reason', async () => {
  const bad: readonly (readonly [string, string | Buffer])[] = [
    ['not JSON', '{'],
    ['no kind', '{}'],
    ['no object', '[]'],
    ['wrong', '{"kind":"heartbeat","sentAt":"yesterday"}'],
    ['deep', `{"kind":"answer","queryId":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['binary', Buffer.from('{"kind":"heartbeat"}')],
    ['half a surrogate', '{"kind":"probe","nonce":"\\ud800"}'],
  ]
  const device = await enrolDevice(server)
  for (const [what, data] of bad) {
    const channel = await device.connect()
    channel.sendRaw(data)
    expect(await channel.next('goodbye'), what).toMatchObject({ code: 'request.invalid' })
    await channel.closed
  }
  const channel = await device.connect()
  channel.send({ kind: 'from_the_future', anything: 1 })
  channel.send({ kind: 'probe', nonce: 'a nonce of enough length' })
  expect((await channel.next('notice')).kind).toBe('notice')
  channel.sendRaw(`"${'x'.repeat(maxChannelMessageBytes)}"`)
  await channel.closed
})

test('a flood is read slowly, loses nothing and holds up nobody else', async () => {
  const [loud, calm] = [await enrolDevice(server), await enrolDevice(server)]
  const flood = await loud.connect()
  for (let times = 0; times < 300; times += 1) flood.send({ kind: 'probe', nonce: `nonce number ${times} of many` })
  const channel = await calm.connect()
  const from = Date.now()
  channel.send({ kind: 'probe', nonce: 'a nonce of enough length' })
  await channel.next('notice')
  expect(Date.now() - from).toBeLessThan(2_000)
  await until(
    'all answered',
    () => Promise.resolve(flood.received.filter(({ kind }) => kind === 'notice').length === 300),
    20_000,
  )
  flood.close()
  channel.close()
})

test('connections that never say hello are few per device and end by themselves', async () => {
  const device = await enrolDevice(server)
  const silent = await Promise.all(Array.from({ length: 4 }, () => device.connect({ hello: false })))
  const fifth = await device.connect({ hello: false })
  expect(await fifth.next('goodbye')).toMatchObject({ code: 'channel.too_many' })
  for (const channel of silent) channel.close()
})

test('no message ends the process', async () => {
  const device = await enrolDevice(server)
  const kinds = fc.constantFrom('hello', 'reports', 'answer', 'heartbeat', 'probe', '__proto__', 'constructor')
  const message = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.json(),
    fc
      .record({ kind: kinds, reports: fc.anything(), nonce: fc.anything(), queryId: fc.anything() })
      .map((value) => JSON.stringify(value)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (messages) => {
      const channel = await device.connect({ hello: false })
      for (const text of messages) channel.sendRaw(text)
      channel.close()
      await channel.closed
    }),
    { numRuns: 60 },
  )
  const channel = await device.connect()
  expect(channel.received[0]?.kind satisfies ServerMessage['kind'] | undefined).toBe('welcome')
  channel.close()
})

test('a device that knows higher numbers than a restored database raises them, within reason', async () => {
  const device = await enrolDevice(server, { name: 'after-a-restore' })
  const sequence = async (): Promise<number> => {
    const [row] = await db().query<{ sequence: string }>('select sequence from device where id = $1', [device.id])
    return Number(row?.sequence)
  }
  for (const [said, then] of [
    [500, 500],
    [20, 500],
    [1_000_501, 500],
    [1_000_500, 1_000_500],
  ] as const) {
    const channel = await device.connect({ by: 'websocket', hello: { sequence: said } })
    expect(await sequence(), `after ${said}`).toBe(then)
    channel.close()
    await until('offline', async () => !(await isOnline(device)))
  }
})
