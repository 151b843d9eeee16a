import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiToken, freePorts, isAlive, node, removeFolder, temporaryFolder, until } from './support/product.ts'

/** The real server and the real agent, each as built; the agent lives in a network of its own. Needs root and `ip`, as the agent does. */
const root = path.resolve(import.meta.dirname, '..')
const agentFile = path.join(root, 'apps/agent/dist/riposte-agent.cjs')
const namespace = `rp-e2e-${process.pid}`
const link = `rpe${process.pid % 1_000_000}`
const net = `10.78.${process.pid % 250}`
const possible = process.platform === 'linux' && process.getuid?.() === 0

let folder = ''
let port = ''
let agentPort = ''
const children: ChildProcess[] = []
const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8', timeout: 10_000 })
const inside = (...args: string[]): string => ip('netns', 'exec', namespace, ...args)
const agent = (...args: string[]): string => inside(node, agentFile, '--state-dir', path.join(folder, 'agent'), ...args)

function start(program: string, args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
  children.push(child)
  return child
}
/** Something else than the control plane, on the other end of the wire. */
const neighbour = createServer((socket) => socket.on('error', () => undefined).end('hello'))
const reaches = (): boolean => {
  const { port: at } = neighbour.address() as AddressInfo
  const script = `require('net').connect(${at}, '${net}.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1)); setTimeout(() => process.exit(1), 1500)`
  return spawnSync('ip', ['netns', 'exec', namespace, node, '-e', script], { timeout: 10_000 }).status === 0
}
const startAgent = (): ChildProcess =>
  start('ip', ['netns', 'exec', namespace, node, agentFile, '--state-dir', path.join(folder, 'agent'), 'run'])

async function ask<T>(method: string, route: string, body?: unknown): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}${route}`, {
    method,
    headers: {
      authorization: `Bearer ${apiToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
interface Response {
  readonly id: string
  readonly status: string
  readonly reason: string | null
  readonly detail: string | null
  readonly verification: { readonly state: string } | null
}
const read = async (id: string): Promise<Response> =>
  (await ask<{ items: Response[] }>('GET', '/api/v1/responses?limit=50')).items.find(
    (item) => item.id === id,
  ) as Response

async function respond(deviceId: string, type: string, parameters: unknown, emergency = false): Promise<Response> {
  const { responseIds } = await ask<{ responseIds: [string] }>('POST', '/api/v1/responses', {
    type,
    deviceIds: [deviceId],
    parameters,
    justification: 'end to end',
    ...(emergency ? { emergency: { reason: 'end to end' } } : {}),
  })
  await until(async () => ['completed', 'failed'].includes((await read(responseIds[0])).status), 30_000, 50)
  return read(responseIds[0])
}

beforeAll(async () => {
  if (!possible) return
  folder = temporaryFolder()
  const ports = await freePorts()
  port = ports.RIPOSTE_PORT
  agentPort = ports.RIPOSTE_SHOP_PORT
  ip('netns', 'add', namespace)
  ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
  ip('address', 'add', `${net}.1/30`, 'dev', link)
  ip('link', 'set', link, 'up')
  ip('-n', namespace, 'address', 'add', `${net}.2/30`, 'dev', 'eth0')
  ip('-n', namespace, 'link', 'set', 'lo', 'up')
  ip('-n', namespace, 'link', 'set', 'eth0', 'up')
  ip('-n', namespace, 'route', 'add', 'default', 'via', `${net}.1`)
  await new Promise<void>((resolve) => neighbour.listen(0, `${net}.1`, resolve))
  start(node, [path.join(root, 'apps/server/dist/main.js')], {
    RIPOSTE_DATA_DIR: path.join(folder, 'server'),
    RIPOSTE_PORT: port,
    RIPOSTE_AGENT_HOST: `${net}.1`,
    RIPOSTE_AGENT_PORT: agentPort,
    RIPOSTE_BOOTSTRAP_TOKEN: apiToken,
  })
  await until(
    () =>
      fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      ),
    60_000,
    100,
  )
})
afterAll(async () => {
  for (const child of children.reverse()) {
    child.kill('SIGTERM')
    await until(() => child.exitCode !== null || child.signalCode !== null, 10_000).catch(() => child.kill('SIGKILL'))
  }
  neighbour.close()
  if (!possible) return
  ip('netns', 'del', namespace)
  removeFolder(folder)
})

test.runIf(possible)(
  'a host enrols, blocks, kills, is isolated, survives its own death, and is released by a code',
  { timeout: 180_000 },
  async () => {
    const { token } = await ask<{ token: string }>('POST', '/api/v1/enrolment-tokens', {
      note: 'e2e',
      groups: [],
      tags: [],
    })
    expect(agent('enroll', '--url', `https://${net}.1:${agentPort}`, '--token', token, '--name', 'e2e-host')).toContain(
      'e2e-host is device',
    )
    let running = startAgent()
    const device = async () =>
      (await ask<{ items: { id: string; name: string; online: boolean }[] }>('GET', '/api/v1/devices')).items.find(
        ({ name }) => name === 'e2e-host',
      )
    await until(async () => (await device())?.online === true, 20_000, 50)
    const id = (await device())?.id ?? ''

    const block = await respond(id, 'block_ip', { address: '198.51.100.7' })
    expect(block).toMatchObject({ status: 'completed' })
    expect(inside('nft', 'list', 'ruleset')).toContain('198.51.100.7')

    const victim = start('ip', ['netns', 'exec', namespace, 'sleep', '600'])
    await until(() => victim.pid !== undefined && isAlive(victim.pid), 5_000)
    expect(await respond(id, 'kill_process', { pid: victim.pid })).toMatchObject({ status: 'completed' })
    await until(() => victim.signalCode === 'SIGKILL', 5_000)

    expect(reaches()).toBe(true)
    const isolation = await respond(id, 'isolate_device', {}, true)
    expect(isolation).toMatchObject({ status: 'completed' })
    expect(reaches()).toBe(false)
    running.kill('SIGKILL')
    await until(() => running.signalCode !== null, 5_000)
    expect(reaches()).toBe(false)
    running = startAgent()
    await until(async () => (await device())?.online === true, 20_000, 50)

    // A minute after each.
    await until(async () => (await read(block.id)).verification?.state === 'passed', 80_000, 250)
    await until(async () => (await read(isolation.id)).verification?.state === 'passed', 80_000, 250)

    const { code } = await ask<{ code: string }>('POST', `/api/v1/devices/${id}/release-code`, { reason: 'end to end' })
    expect(agent('release', '--break-glass', code)).toContain('Ended 2')
    expect(() => agent('release', '--break-glass', code)).toThrow()
    expect(inside('nft', 'list', 'ruleset').trim()).toBe('')
    const status = JSON.parse(agent('status', '--json')) as { containments: unknown[]; memoryMb: number }
    expect(status.containments).toEqual([])
    expect(status.memoryMb).toBeLessThanOrEqual(90)
  },
)
