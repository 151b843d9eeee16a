import type { Script } from '@riposte/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Row } from '../../platform/db/database.ts'
import { startApp, type TestApp } from '../../testing/start-app.ts'
import { allCapabilities, enrolDevice, type TestChannel, type TestDevice } from '../../testing/test-device.ts'
import { startResponses, type TestResponses } from './testing/test-responses.ts'

/** Where a decision needs what the host says: played hosts on the real channel. */
let server: TestApp
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

const submit = (body: Record<string, unknown>) =>
  server.call('POST', '/api/v1/responses', { body: { justification: 'A test asks for it', ...body } })
const kill = (device: TestDevice, parameters: Record<string, unknown>) =>
  submit({ type: 'kill_process', deviceIds: [device.id], parameters })
const host = (): Promise<TestDevice> => enrolDevice(server, { capabilities: allCapabilities('kill_process') })

const identity = { bootId: '0b7e3c7a-3a44-4c0b-9a53-6a8f1c0e55aa', startTime: '4711', exeSha256: 'a'.repeat(64) }
const processes = [
  { pid: 77, name: 'miner', identity, protected: null },
  { pid: 78, name: 'sshd', identity, protected: 'sshd keeps this host reachable' },
  { pid: 79, name: 'old', protected: null },
  { pid: 81, name: 'odd', identity: { ...identity, startTime: 'x'.repeat(5_000) }, protected: null },
  { pid: 82, name: 'odder', identity: { ...identity, more: 1, bootId: { $gt: 1 } }, protected: null },
  { pid: 80, name: 'postgres', identity, protected: null },
]
/** Says what runs on it, once. */
async function answerOnce(channel: TestChannel, rows: readonly Record<string, unknown>[]): Promise<void> {
  const { queryId, query } = await channel.next('query')
  expect(query).toBe('processes')
  channel.send({ kind: 'answer', queryId, rows, error: null })
}

test('a process that is asked for by its number is pinned to who has that number now', async () => {
  const device = await host()
  const channel = await device.connect()
  const [answer] = await Promise.all([kill(device, { pid: 77 }), answerOnce(channel, processes)])
  expect(answer.status, answer.text).toBe(201)
  const { responseIds } = answer.body as unknown as { responseIds: [string] }
  const [row] = await server.app.db.query<Row & { parameters: object; subject: string }>(
    'select parameters from response where id = $1',
    [responseIds[0]],
  )
  expect(row?.parameters).toMatchObject({ pid: 77, identity })
  // The signed command says the same.
  const { commands } = await channel.next('commands')
  const said = JSON.parse(Buffer.from(commands[0]?.payload ?? '', 'base64').toString()) as { parameters: object }
  expect(said.parameters).toMatchObject({ pid: 77, identity })
  channel.close()
})

test('who is not there, and who is protected, is refused by what the host says', async () => {
  const device = await host()
  const channel = await device.connect()
  const ask = async (pid: number) => {
    const [answer] = await Promise.all([kill(device, { pid }), answerOnce(channel, processes)])
    return answer
  }
  expect((await ask(4_000)).body).toMatchObject({
    code: 'response.target_refused',
    detail: 'There is no process 4000 on web-3',
    errors: [{ path: 'parameters.pid', given: '4000' }],
  })
  expect((await ask(78)).body).toMatchObject({ detail: 'sshd keeps this host reachable' })
  const settings = (protectedProcesses: string[]) =>
    server.call('PUT', '/api/v1/settings/approval-requirements', { body: { approvers: {}, protectedProcesses } })
  await settings(['postgres'])
  expect((await ask(80)).body).toMatchObject({ detail: 'postgres is on the list of processes that nobody ends' })
  await settings([])
  expect((await ask(80)).status).toBe(201)
  channel.close()
})

test('where the host cannot say, the number stays bare, and that is told', async () => {
  const device = await host()
  const noteOf = async (answer: { body: unknown }) => {
    const { responseIds } = answer.body as { responseIds: [string] }
    const { events } = (await server.call('GET', `/api/v1/responses/${responseIds[0]}`)).body as unknown as {
      events: { detail: string }[]
    }
    return events[0]?.detail
  }
  expect(await noteOf(await kill(device, { pid: 90 }))).toContain('since web-3 does not answer now')
  const channel = await device.connect()
  for (const pid of [79, 81, 82]) {
    const [answer] = await Promise.all([kill(device, { pid }), answerOnce(channel, processes)])
    expect(await noteOf(answer), String(pid)).toContain('since the host did not say when it began')
  }
  channel.close()
})

test('what people read names the program as the host does, whatever the asker calls it', async () => {
  const device = await host()
  const channel = await device.connect()
  const sentenceOf = async (parameters: Record<string, unknown>) => {
    const [answer] = await Promise.all([kill(device, parameters), answerOnce(channel, processes)])
    expect(answer.status, answer.text).toBe(201)
    return (answer.body as unknown as { request: { sentence: string } }).request.sentence
  }
  expect(await sentenceOf({ pid: 77, identity, program: 'harmless' })).toBe('Kill process 77 (miner) on web-3')
  expect(await sentenceOf({ pid: 80, program: 'harmless' })).toBe('Kill process 80 (postgres) on web-3')
  // Another process has the number by now: the agent will leave it alone.
  const gone = { ...identity, startTime: '1' }
  expect(await sentenceOf({ pid: 79, identity: gone, program: 'harmless' })).toBe('Kill process 79 on web-3')
  channel.close()
  const away = await kill(await host(), { pid: 77, identity, program: 'harmless' })
  expect(away.status, away.text).toBe(201)
})

test('an edit, and the end, of a script void the runs that no agent has; what one has goes on', async () => {
  const device = await enrolDevice(server, { capabilities: allCapabilities('run_script') })
  const late = await enrolDevice(server, { capabilities: allCapabilities('run_script') })
  const content = '#!/usr/bin/env bash\necho done\n'
  const draft = { interpreter: 'bash', content, destructive: false }
  const script = (await server.call('POST', '/api/v1/scripts', { body: { ...draft, name: 'Voided' } }))
    .body as unknown as Script
  const approve = async (version: number, sha256: string | undefined) => {
    const answer = await server.call('POST', `/api/v1/scripts/${script.id}/versions/${version}/approve`, {
      token: await server.tokenOf('analyst'),
      body: { sha256 },
    })
    expect(answer.status, answer.text).toBe(200)
  }
  await approve(1, script.versions[0]?.sha256)
  const run = async (deviceId: string, version: number) => {
    const answer = await submit({
      type: 'run_script',
      deviceIds: [deviceId],
      parameters: { scriptId: script.id, version, arguments: [] },
    })
    expect(answer.status, answer.text).toBe(201)
    return (answer.body as unknown as { responseIds: [string] }).responseIds[0]
  }
  const statusOf = async (id: string) => {
    const { status, reason, detail } = (await server.call('GET', `/api/v1/responses/${id}`)).body as unknown as Record<
      string,
      string
    >
    return { status, reason, detail }
  }
  const [waits, taken] = [await run(device.id, 1), await run(late.id, 1)]
  expect((await server.app.commands.take([late.id])).get(late.id)).toHaveLength(1)

  const edited = (
    await server.call('POST', `/api/v1/scripts/${script.id}/versions`, {
      body: { ...draft, content: `${content}echo more\n`, after: 1 },
    })
  ).body as unknown as Script
  expect(edited.latest).toMatchObject({ version: 2 })
  expect(await statusOf(waits)).toEqual({
    status: 'cancelled',
    reason: 'superseded',
    detail: 'Version 2 took its place',
  })
  expect(await statusOf(taken)).toMatchObject({ status: 'queued' })
  expect(await server.app.commands.take([device.id])).toEqual(new Map())

  await approve(2, edited.versions.find(({ version }) => version === 2)?.sha256)
  const again = await run(device.id, 2)
  expect(
    (await server.call('POST', `/api/v1/scripts/${script.id}/retire`, { body: { reason: 'Not needed' } })).status,
  ).toBeLessThan(300)
  expect(await statusOf(again)).toMatchObject({ status: 'cancelled', detail: 'The script was retired' })
  expect(await statusOf(taken)).toMatchObject({ status: 'queued' })
})

/** With a clock that the test moves: who counts as online is a row. */
async function takenBy(lab: TestResponses) {
  const device = await lab.device(`silent-${Math.random()}`)
  const { responseIds } = await lab.submit({
    type: 'block_ip',
    deviceIds: [device.id],
    parameters: { address: '203.0.113.7' },
  })
  const [command] = await lab.take(device)
  await device.report(command, { kind: 'started' })
  await lab.server.app.db.query('update device set connected_server = (select id from server limit 1) where id = $1', [
    device.id,
  ])
  return { device, command, id: responseIds[0] ?? '' }
}

test('an agent that is online and silent is asked once; without an answer nobody knows', async () => {
  const lab = await startResponses()
  const [mute, slow] = [await takenBy(lab), await takenBy(lab)]
  await lab.pass(181_000)
  const [look] = await lab.take(mute.device)
  expect(look).toMatchObject({ kind: 'verify', actionId: mute.id })
  const [other] = await lab.take(slow.device)
  expect((await lab.statusOf(mute.id)).events.map(({ kind }) => kind)).toContain('asked_again')
  await slow.device.report(slow.command, { kind: 'completed', evidence: {} })
  expect(other).toMatchObject({ kind: 'verify' })
  await lab.pass(4 * 60_000)
  expect((await lab.statusOf(mute.id)).status).toBe('executing')
  await lab.pass(60_000)
  expect(await lab.statusOf(mute.id)).toMatchObject({
    status: 'failed',
    reason: 'unknown',
    detail: 'The agent answers and does not tell of the end, long after the time limit',
  })
  expect((await lab.statusOf(slow.id)).status).toBe('completed')
  expect((await lab.statusOf(mute.id)).events.filter(({ kind }) => kind === 'asked_again')).toHaveLength(1)
  await lab.stop()
})
