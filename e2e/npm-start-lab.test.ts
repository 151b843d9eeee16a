import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { viewHost, whyNoLab } from './support/lab.ts'
import {
  api,
  freePorts,
  isAlive,
  removeFolder,
  startProduct,
  temporaryFolder,
  until,
  type Ports,
  type Product,
} from './support/product.ts'

const dataDir = temporaryFolder()
const names = ['db-1', 'web-1']
let ports: Ports
let product: Product

interface DeviceSeen {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly online: boolean
}

const devices = async (): Promise<DeviceSeen[]> =>
  (await api<{ items: DeviceSeen[] }>(product, 'GET', '/api/v1/devices?limit=50')).items.sort((one, other) =>
    one.name < other.name ? -1 : 1,
  )
const allOnline = (): Promise<number> =>
  until(async () => (await devices()).filter(({ online }) => online).length === names.length, 60_000, 100)

const output = (file: string, ...args: string[]): string => spawnSync(file, args).stdout.toString()
/** What the lab makes on the machine itself. */
const left = (): string[] => [
  ...output('ip', 'netns', 'list')
    .split('\n')
    .filter((line) => line.includes(`riposte-${ports.RIPOSTE_AGENT_PORT}-`)),
  ...output('ip', '-o', 'link', 'show')
    .split('\n')
    .filter((line) => line.includes(`rp${ports.RIPOSTE_AGENT_PORT}h`)),
]

/** Everything that runs for this product: what it told, and every process of its hosts. */
function processes(): number[] {
  const { pids } = product.facts()
  return [
    ...[pids.start, pids.server, pids.shop, pids.postgres].map((pid) => pid ?? 0),
    ...Object.values(pids.agents).map((pid) => pid ?? 0),
    ...names.flatMap((name) => viewHost(product, name).processes(() => true)),
  ]
}

const missing = whyNoLab()
if (missing !== null) console.warn(`SKIPPED: npm start with lab hosts: ${missing}`)

describe.skipIf(missing !== null)('npm start with two lab hosts', () => {
  beforeAll(async () => {
    ports = await freePorts()
    product = await startProduct(dataDir, { ...ports })
    await allOnline()
  }, 180_000)
  afterAll(async () => {
    await product.stop()
    removeFolder(dataDir)
  })

  test('both hosts enrol and connect; what runs on them runs nowhere else', async () => {
    expect((await devices()).map(({ name, state }) => `${name} ${state}`)).toEqual(['db-1 active', 'web-1 active'])
    expect(left()).toHaveLength(4)
    expect(viewHost(product, 'web-1').fetchPage(viewHost(product, 'db-1').lanAddress)).toBe('This is db-1.\n')
    expect(existsSync('/srv/www/uploads/shell.php')).toBe(false)
    expect(output('getent', 'passwd', 'alice')).not.toContain('/srv/alice')
  })

  test('killed with no chance to clean up, it starts again as if it had been stopped, with the same devices', async () => {
    const known = (await devices()).map(({ id }) => id)
    const before = processes()
    process.kill(product.facts().pids.start, 'SIGKILL')
    await until(() => before.every((pid) => !isAlive(pid)), 20_000, 100)
    product = await startProduct(dataDir, { ...ports })
    await allOnline()
    const now = await devices()
    expect(now.map(({ id }) => id)).toEqual(known)
    // Two hosts with one identity would be held.
    expect(now.map(({ state }) => state)).toEqual(['active', 'active'])
    expect(left()).toHaveLength(4)
  }, 120_000)

  test('stopped, it leaves no process, no namespace and no interface', async () => {
    const all = processes()
    expect(all.length).toBeGreaterThan(10)
    expect(await product.stop('SIGINT')).toBe(0)
    await until(() => all.every((pid) => !isAlive(pid)), 5_000)
    expect(left()).toEqual([])
  }, 60_000)
})
