import { reportChainText, type AgentReport, type Command } from '@riposte/contract'
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../../testing/start-app.ts'
import { allCapabilities, enrolDevice, type TestChannel, type TestDevice } from '../../testing/test-device.ts'

/** From the request of a person to what reaches a host, and back: over real connections, with a clock that the test moves. */
let server: TestApp
let now = Date.now()
beforeAll(async () => {
  server = await startApp({ clock: () => new Date(now) })
})
afterAll(() => server.stop())

const types = ['isolate_device', 'kill_process', 'block_ip']
const host = (): Promise<TestDevice> => enrolDevice(server, { capabilities: allCapabilities(...types) })
const identity = { bootId: '0b7e3c7a-3a44-4c0b-9a53-6a8f1c0e55aa', startTime: '4711', exeSha256: null }
let asked = 0
async function submit(device: TestDevice, body: Record<string, unknown> = {}): Promise<string> {
  asked += 1
  const answer = await server.call('POST', '/api/v1/responses', {
    body: {
      ...{ type: 'block_ip', deviceIds: [device.id], parameters: { address: `203.0.113.${asked}` } },
      ...{ justification: 'A test asks for it', ...body },
    },
  })
  expect(answer.status, answer.text).toBe(201)
  return (answer.body as unknown as { responseIds: [string] }).responseIds[0]
}
const read = async (id: string) =>
  (await server.call('GET', `/api/v1/responses/${id}`)).body as unknown as Record<string, unknown>
const commandsOf = async (channel: TestChannel): Promise<Command[]> =>
  (await channel.next('commands')).commands.map(
    ({ payload }) => JSON.parse(Buffer.from(payload, 'base64').toString()) as Command,
  )
async function pass(ms: number): Promise<void> {
  now += ms
  await server.app.jobs.runDue()
}

/** Tells the events of one command, at the time that the host believes it is. */
async function tell(channel: TestChannel, command: Command, at: string, first = 0): Promise<void> {
  let previousHash = '0'.repeat(64)
  const events: AgentReport['event'][] = [{ kind: 'started' }, { kind: 'completed', evidence: { there: true } }]
  const reports = events.map((event, index) => {
    const report = { reportId: randomUUID(), at, actionId: command.actionId, commandId: command.commandId, event }
    const place = { sequence: first + index + 1, previousHash }
    previousHash = createHash('sha256').update(reportChainText(report, place)).digest('hex')
    return { ...report, chain: { ...place, hash: previousHash } }
  })
  channel.send({ kind: 'reports', reports })
  expect((await channel.next('stored')).reportIds).toHaveLength(2)
}

for (const by of ['websocket', 'long_poll'] as const) {
  test(`${by}: in an emergency a host has the command at once, and it says on whose word`, async () => {
    const device = await host()
    const channel = await device.connect({ by })
    const id = await submit(device, { type: 'isolate_device', parameters: {}, emergency: { reason: 'It spreads' } })
    const [command] = await commandsOf(channel)
    expect(command).toMatchObject({
      kind: 'execute',
      actionId: id,
      authority: { kind: 'emergency', reason: 'It spreads' },
    })
    if (command) await tell(channel, command, new Date(now).toISOString())
    expect(await read(id)).toMatchObject({ status: 'completed', containment: { state: 'in_force' } })
    channel.close()
  })

  test(`${by}: what is over never reaches a host, whether it was away or had it before and lost it`, async () => {
    const [away, lost] = [await host(), await host()]
    const kill = { type: 'kill_process', parameters: { pid: 77, identity } }
    const missed = await submit(away, kill)
    const before = await lost.connect({ by })
    const taken = await submit(lost, kill)
    expect(await commandsOf(before)).toMatchObject([{ actionId: taken }])
    before.drop()
    await pass(5 * 60_000 + 1)
    expect(await read(missed)).toMatchObject({ status: 'failed', reason: 'expired' })
    for (const device of [away, lost]) {
      const channel = await device.connect({ by })
      const id = await submit(device)
      // The first that comes is the one that may still begin.
      expect(await commandsOf(channel)).toMatchObject([{ actionId: id }])
      channel.close()
    }
    await pass(20 * 60_000)
    expect(await read(taken)).toMatchObject({ status: 'failed', reason: 'unknown' })
  })

  test(`${by}: an identity that two hosts showed gets nothing that waits for it until a person has decided`, async () => {
    const device = await host()
    const first = await device.connect({ by, hello: { runId: randomUUID() } })
    const second = await device.connect({ by, hello: { runId: randomUUID(), facts: { ...device.facts, bootId: 'x' } } })
    for (const channel of [first, second]) expect(await channel.next('goodbye')).toMatchObject({ code: 'device.held' })
    const refused = await server.call('POST', '/api/v1/responses', {
      body: {
        ...{ type: 'block_ip', deviceIds: [device.id], parameters: { address: '203.0.113.250' } },
        justification: 'A test asks for it',
      },
    })
    expect(refused.body).toMatchObject({ code: 'response.target_refused' })
    expect(await server.app.commands.take([device.id])).toEqual(new Map())
    await server.call('POST', `/api/v1/devices/${device.id}/release-hold`, { body: { reason: 'The copy is gone' } })
    const id = await submit(device)
    const channel = await device.connect({ by })
    expect(await commandsOf(channel)).toMatchObject([{ actionId: id }])
    for (const held of [first, second]) expect(held.received.some(({ kind }) => kind === 'commands')).toBe(false)
    channel.close()
  })

  test.each([
    ['ten years behind', -10],
    ['ten years ahead', 10],
  ])(`${by}: a host whose clock is %s is served by the time of the control plane`, async (_, years) => {
    const device = await host()
    const theirs = new Date(Date.now() + years * 365 * 86_400_000).toISOString()
    const channel = await device.connect({ by, hello: { sentAt: theirs } })
    const id = await submit(device)
    const [command] = await commandsOf(channel)
    expect(Date.parse(command?.notBefore ?? '')).toBeLessThanOrEqual(now)
    expect(Date.parse(command?.notAfter ?? '')).toBe(now + 1_440 * 60_000)
    if (command) await tell(channel, command, theirs)
    const { status, finishedAt, verification } = await read(id)
    expect({ status, finishedAt }).toEqual({ status: 'completed', finishedAt: new Date(now).toISOString() })
    expect(verification).toMatchObject({ state: 'scheduled' })
    await pass(60_000)
    expect(await commandsOf(channel)).toMatchObject([{ kind: 'verify', actionId: id }])
    channel.close()
  })
}
