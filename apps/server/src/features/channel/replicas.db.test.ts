import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp, type App } from '../../app.ts'
import { startApp, type TestApp } from '../../testing/start-app.ts'
import { enrolDevice, sampleFacts } from '../../testing/test-device.ts'

let here: TestApp
let otherApp: App
/** The same control plane by its other server. */
let there: TestApp
beforeAll(async () => {
  here = await startApp()
  otherApp = await createApp({
    databaseUrl: here.databaseUrl,
    publicUrl: 'http://console.test',
    signingKey: here.signingKey,
    consoleDir: here.secretsDir,
    evidenceStore: { kind: 'folder', folder: `${here.secretsDir}/evidence` },
    secretsDir: here.secretsDir,
    logLevel: 'silent',
    version: 'test',
    agents: { hosts: ['127.0.0.1'], port: 0, addresses: null },
  })
  await otherApp.agents.listen()
  there = { ...here, app: otherApp, agentUrl: `https://127.0.0.1:${otherApp.agents.addresses()[0]?.port ?? 0}` }
})
afterAll(async () => {
  await otherApp.close()
  await here.stop()
})

test('a question reaches a device whose connection another server holds', async () => {
  const device = await enrolDevice(there)
  const channel = await device.connect()
  expect(await here.app.agents.live.online([device.id])).toEqual(new Set([device.id]))
  const asked = here.call('GET', `/api/v1/devices/${device.id}/live/sessions`)
  const { queryId } = await channel.next('query')
  channel.send({ kind: 'answer', queryId, rows: [{ user: 'maya' }], error: null })
  expect((await asked).body).toMatchObject({ rows: [{ user: 'maya' }] })
  expect(await here.app.db.query('select * from device_answer')).toEqual([])
  channel.close()
})

test('a retired device is cut off by the server that holds it', async () => {
  const device = await enrolDevice(there)
  const channel = await device.connect()
  await here.call('POST', `/api/v1/devices/${device.id}/retire`, { body: { reason: 'sold' } })
  expect(await channel.next('goodbye')).toMatchObject({ code: 'device.retired' })
})

test('two copies of an identity on two servers are held', async () => {
  const device = await enrolDevice(here)
  const first = await device.connect({ hello: { runId: randomUUID() } })
  const second = await device.connect({ hello: { runId: randomUUID(), facts: sampleFacts() }, server: there })
  expect(await second.next('goodbye')).toMatchObject({ code: 'device.held' })
  expect(await first.next('goodbye')).toMatchObject({ code: 'device.held' })
})

test('a device that moves to another server is taken over there', async () => {
  const device = await enrolDevice(here)
  const runId = randomUUID()
  const first = await device.connect({ hello: { runId } })
  const second = await device.connect({ hello: { runId }, server: there })
  expect(second.received[0]).toMatchObject({ kind: 'welcome', hello: 2 })
  expect(await first.next('goodbye')).toMatchObject({ code: 'channel.superseded' })
  await first.closed
  // The end of the older connection does not take the newer one away.
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await here.app.agents.live.online([device.id])).toEqual(new Set([device.id]))
  second.close()
})

test('a server that stops hands its devices over', async () => {
  const device = await enrolDevice(there)
  const channel = await device.connect()
  await otherApp.agents.close()
  expect(await channel.next('goodbye')).toMatchObject({ code: 'channel.restarting' })
  await channel.closed
  expect(await here.app.agents.live.online([device.id])).toEqual(new Set())
  const back = await device.connect({ server: here })
  expect(back.received[0]).toMatchObject({ kind: 'welcome', hello: 2 })
  back.close()
})
