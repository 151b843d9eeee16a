import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../../testing/start-app.ts'
import { enrolDevice } from '../../testing/test-device.ts'

let server: TestApp
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

for (const by of ['websocket', 'long_poll'] as const) {
  test(`a device says hello by ${by}, is welcomed, online, and gone again`, async () => {
    const device = await enrolDevice(server)
    const channel = await device.connect({ by })
    expect(channel.received[0]).toMatchObject({ kind: 'welcome', hello: 1 })
    expect(await server.app.agents.live.online([device.id])).toEqual(new Set([device.id]))
    channel.send({ kind: 'probe', nonce: 'a nonce of enough length' })
    const { envelope } = await channel.next('notice')
    expect(JSON.parse(Buffer.from(envelope.payload, 'base64').toString())).toMatchObject({
      nonce: 'a nonce of enough length',
      deviceId: device.id,
    })
    channel.close()
  })
}
