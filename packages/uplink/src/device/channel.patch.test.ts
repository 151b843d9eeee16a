import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { noticePayloadType, type Envelope } from '@riposte/contract'
import { startFakeGateway, type FakeGateway, type GatewayDevice } from '@riposte/testkit'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { newChannelMemory, type ChannelMemory, type ChannelOptions, type DeviceChannel } from './channel-options.ts'
import { openDeviceChannel } from './channel.ts'
import { clientContext, dial, PeerRefused } from './dial.ts'
import { readEndpoint } from './enrol.ts'
import { isRenewalDue } from './renew-certificate.ts'

let gateway: FakeGateway
let foreign: FakeGateway
let device: GatewayDevice
const open: DeviceChannel[] = []
beforeAll(async () => {
  ;[gateway, foreign] = await Promise.all([startFakeGateway(), startFakeGateway()])
  device = gateway.device()
})
afterEach(() => {
  for (const channel of open.splice(0)) channel.stop()
  gateway.behave({ upgrades: true, stores: true, keys: null, serverTime: null })
})
afterAll(() => Promise.all([gateway.stop(), foreign.stop()]))

const facts = {
  hostname: 'test',
  os: { platform: 'linux', name: 'Linux', kernel: '6' },
  architecture: 'x64',
  machineId: 'm',
  bootId: 'b',
  addresses: [],
  gateways: [],
  resolvers: [],
  agentPid: 1,
  nodeVersion: process.version,
} as const

function connect(change: Partial<ChannelOptions> = {}, port = gateway.port) {
  const memories: ChannelMemory[] = []
  const problems: string[] = []
  const channel = openDeviceChannel({
    identity: device,
    memory: newChannelMemory(device, [{ host: '127.0.0.1', port }]),
    save: (memory) => memories.push(memory),
    onProblem: (problem) => problems.push(problem),
    hello: () => ({
      agentVersion: 'test',
      runId: device.deviceId,
      facts: { ...facts, addresses: [], gateways: [], resolvers: [] },
      capabilities: [],
      sequence: 0,
      chain: { sequence: 0, hash: '0'.repeat(64) },
    }),
    timings: { backoffFirstMs: 20, backoffMostMs: 50, dialMs: 2_000, pollWaitMs: 500 },
    ...change,
  })
  open.push(channel)
  channel.start()
  return { channel, memories, problems }
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not in time: ${condition.toString()}`)
    await sleep(5)
  }
}

test('a WebSocket where it passes, long polls where it does not, and the same messages by both', async () => {
  for (const upgrades of [true, false]) {
    gateway.behave({ upgrades })
    const commands: Envelope[] = []
    const { channel } = connect({ onCommands: (some) => commands.push(...some) })
    await until(() => channel.status().connected)
    expect(channel.status().by).toBe(upgrades ? 'websocket' : 'long_poll')
    const envelope = gateway.seal('any', { upgrades })
    gateway.send({ kind: 'commands', commands: [envelope] })
    await until(() => commands.length > 0)
    expect(commands).toEqual([envelope])
    channel.stop()
  }
})

test('cut off, it comes back by itself', async () => {
  const before = gateway.hellos().length
  const { channel } = connect()
  await until(() => channel.status().connected)
  gateway.cut()
  await until(() => gateway.hellos().length >= before + 2 && channel.status().connected)
  expect(gateway.hellos().at(-1)?.lastHello).toBeGreaterThan(gateway.hellos().at(-2)?.lastHello ?? -1)
})

test('a round trip is a signed answer on a connection of its own; without one it is none', async () => {
  const { channel } = connect()
  await until(() => channel.status().connected)
  expect(await channel.roundTrip(5_000)).toBe(true)
  const stranger = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const distrusting = connect({
    memory: { ...newChannelMemory(device, [{ host: '127.0.0.1', port: gateway.port }]), keys: [stranger] },
  })
  expect(await distrusting.channel.roundTrip(3_000)).toBe(false)
  expect(await connect({}, 1).channel.roundTrip(500)).toBe(false)
})

test('another control plane is refused before it hears a word', async () => {
  const context = clientContext(device)
  const trust = { pin: gateway.pin, newestTime: () => 0 }
  const wish = { host: '127.0.0.1', trust, context, timeoutMs: 3_000 }
  await expect(dial({ ...wish, port: foreign.port })).rejects.toBeInstanceOf(PeerRefused)
  const { socket } = await dial({ ...wish, port: gateway.port })
  socket.destroy()
  // Its own certificate ended before a time that the control plane is known to have told.
  const future = { ...trust, newestTime: () => Date.now() + 40 * 86_400_000 }
  await expect(dial({ ...wish, port: gateway.port, trust: future })).rejects.toBeInstanceOf(PeerRefused)
  const heard = foreign.hellos().length
  const { problems } = connect({}, foreign.port)
  await until(() => problems.length > 0)
  expect(problems[0]).toContain('another key')
  expect(foreign.hellos().length).toBe(heard)
})

test("a wrong clock of the host is measured and does not matter; the control plane's time counts", async () => {
  const wall = (): number => Date.now() + 3 * 3_600_000
  const { channel } = connect({ wall })
  await until(() => channel.status().connected)
  expect(channel.status().clockSkewMs).toBeGreaterThan(3 * 3_600_000 - 2_000)
  expect(Math.abs(channel.now() - Date.now())).toBeLessThan(2_000)
})

test('new signing keys are taken from one that is trusted, and from nobody else', async () => {
  const next = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const payload = { kind: 'keys', keys: [gateway.signingKey, next] }
  gateway.behave({ keys: foreign.seal(noticePayloadType, payload) })
  const deceived = connect()
  await until(() => deceived.channel.status().connected)
  expect(deceived.channel.keys()).toEqual([gateway.signingKey])
  deceived.channel.stop()
  gateway.behave({ keys: gateway.seal(noticePayloadType, payload) })
  const told = connect()
  await until(() => told.channel.status().connected)
  expect(told.channel.keys()).toEqual([gateway.signingKey, next])
  expect(told.memories.at(-1)?.keys).toEqual([gateway.signingKey, next])
})

test('an identity that the control plane does not want waits quietly, and says why', async () => {
  const { channel } = connect()
  await until(() => channel.status().connected)
  const before = gateway.hellos().length
  gateway.send({ kind: 'goodbye', code: 'device.held', detail: 'two hosts' })
  await until(() => !channel.status().connected)
  await sleep(300)
  expect(channel.status().unwanted).toEqual({ code: 'device.held', detail: 'two hosts' })
  expect(gateway.hellos().length).toBe(before)
})

test('a certificate is renewed when a third of its life is left', () => {
  const { certificate } = gateway.device(9)
  const day = 86_400_000
  expect(isRenewalDue(certificate, Date.now() + 5.9 * day)).toBe(false)
  expect(isRenewalDue(certificate, Date.now() + 6.1 * day)).toBe(true)
})

test('addresses are read strictly, and plain HTTP is refused with the right one', () => {
  expect(readEndpoint('https://riposte.example')).toEqual({ host: 'riposte.example', port: 443 })
  expect(readEndpoint('riposte.example')).toEqual({ host: 'riposte.example', port: 7_476 })
  expect(readEndpoint('https://[2001:db8::1]:8443')).toEqual({ host: '2001:db8::1', port: 8_443 })
  expect(() => readEndpoint('http://127.0.0.1:7476')).toThrow('use https://127.0.0.1:7476')
})
