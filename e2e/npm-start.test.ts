import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  api,
  attack,
  attackPath,
  attacker,
  freePorts,
  isAlive,
  launch,
  node,
  removeFolder,
  startProduct,
  temporaryFolder,
  until,
  withoutLab,
  type Product,
} from './support/product.ts'

interface Incident {
  readonly id: string
  readonly count: number
  readonly actions: string[]
  readonly ip: string | null
}

let product: Product
let ports: NodeJS.ProcessEnv
const dataDir = temporaryFolder()

beforeAll(async () => {
  ports = { ...(await freePorts()), ...withoutLab }
  product = await startProduct(dataDir, ports)
}, 180_000)
afterAll(async () => {
  await product.stop()
  removeFolder(dataDir)
})

const incidents = async (): Promise<Incident[]> =>
  (
    await api<{ items: Incident[] }>(
      product,
      'GET',
      `/api/v1/projects/${product.facts().projectId}/incidents?limit=200`,
    )
  ).items
const rulesPath = (): string => `/api/v1/projects/${product.facts().projectId}/rules`
const referenceOf = async (response: Response): Promise<string> => {
  expect(response.status).toBe(403)
  const reference = response.headers.get('riposte-reference') ?? ''
  expect(await response.json()).toMatchObject({ status: 403, reference })
  return reference
}

test('the ready line, the start file and the printed attacks agree', () => {
  const { console, shop, signin } = product.facts()
  expect(product.output()).toContain(`ready console=${console} shop=${shop} signin=${signin}`)
  expect(product.output()).toContain("-H 'X-Forwarded-For: 203.0.113.7'")
  expect(statSync(path.join(dataDir, 'start.json')).mode & 0o777).toBe(0o600)
})

test('the pasted attack gets 403 with a reference, and that incident is in the console within a second', async () => {
  const reference = await referenceOf(await attack(product.facts().shop))
  const ms = await until(async () => (await incidents()).some((incident) => incident.id === reference), 1_000)
  console.log(`attack to incident in the console: ${ms.toFixed(0)} ms`)
  const incident = await api<{ request: { ip: string; route: string }; input: { source: string; path: string } }>(
    product,
    'GET',
    `/api/v1/incidents/${reference}`,
  )
  expect(incident).toMatchObject({
    request: { ip: '203.0.113.7', route: '/products' },
    input: { source: 'query', path: 'q' },
    outcome: { actions: ['block'] },
  })
})

test('a search for a name with an escaped quote, and every other page of the shop, goes on', async () => {
  const { shop } = product.facts()
  for (const address of [
    '/',
    '/products?q=lamp',
    '/products?q=tea&sort=price_cents',
    '/products/1',
    '/products/1/reviews',
    '/orders/1001',
    '/orders?customer=1',
    '/health',
  ]) {
    expect((await fetch(shop + address)).status, address).toBe(200)
  }
})

test('with the protection on none the same request dumps the customers: the hole is real', async () => {
  const config = path.join(dataDir, 'none.config.json')
  writeFileSync(config, JSON.stringify({ protections: { SqlInjection: { action: 'none' } } }))
  const { RIPOSTE_PORT } = await freePorts()
  const shop = spawn(node, ['dist/server.js'], {
    cwd: path.resolve(import.meta.dirname, '../examples/shop'),
    env: {
      ...process.env,
      SHOP_PORT: RIPOSTE_PORT,
      SHOP_DATABASE_URL: `postgres://postgres@localhost/shop?host=${encodeURIComponent(path.join(dataDir, 'postgres'))}`,
      RIPOSTE_MONITOR_CONFIG: config,
      RIPOSTE_MONITOR_DATA_DIR: path.join(dataDir, 'none-monitor'),
    },
    stdio: 'ignore',
  })
  try {
    const address = `http://127.0.0.1:${RIPOSTE_PORT}`
    await until(
      () =>
        fetch(`${address}/health`).then(
          (response) => response.ok,
          () => false,
        ),
      20_000,
    )
    const response = await attack(address)
    expect(response.status).toBe(200)
    expect(JSON.stringify(await response.json())).toContain('never reuse this')
  } finally {
    shop.kill()
  }
})

test('a changed rule is enforced in the running shop in under a second, and deleting it restores the file', async () => {
  const { shop } = product.facts()
  const status = async (): Promise<number> => (await fetch(shop + attackPath, { headers: attacker })).status
  const { rule } = await api<{ rule: { id: string } }>(product, 'POST', rulesPath(), {
    rule: { if: { protections: ['SqlInjection'] }, then: { actions: ['log'] } },
  })
  const toLog = await until(async () => (await status()) === 200, 1_000, 1)
  await api(product, 'PUT', `${rulesPath()}/${rule.id}`, {
    rule: { if: { protections: ['SqlInjection'] }, then: { actions: ['log', 'block'] } },
  })
  const toBlock = await until(async () => (await status()) === 403, 1_000, 1)
  await api(product, 'PUT', `${rulesPath()}/${rule.id}`, {
    rule: { if: { protections: 'any' }, then: { actions: ['log'] } },
  })
  await until(async () => (await status()) === 200, 1_000, 1)
  await api(product, 'DELETE', `${rulesPath()}/${rule.id}`)
  const toFile = await until(async () => (await status()) === 403, 1_000, 1)
  console.log(`change to enforced: ${[toLog, toBlock, toFile].map((ms) => ms.toFixed(0)).join(', ')} ms`)
  await until(async () => {
    const { revision, rollout } = await api<{
      revision: number
      rollout: { connected: number; upToDate: number; revisions: { revision: number }[] }
    }>(product, 'GET', rulesPath())
    return rollout.connected === 1 && rollout.upToDate === 1 && rollout.revisions[0]?.revision === revision
  }, 2_000)
})

test('with the control plane killed the shop blocks by its last configuration, and what happened meanwhile arrives once', async () => {
  const { shop, pids } = product.facts()
  process.kill(pids.server ?? 0, 'SIGKILL')
  await until(() => !isAlive(pids.server ?? 0), 5_000)
  const references: string[] = []
  for (let number = 0; number < 5; number += 1) {
    references.push(
      await referenceOf(
        await fetch(`${shop}/orders/${encodeURIComponent(`${number} or ${number}=${number}`)}`, { headers: attacker }),
      ),
    )
  }
  expect(new Set(references).size).toBe(5)
  await until(() => product.facts().pids.server !== pids.server, 30_000)
  await until(
    async () => {
      const known = (await incidents()).map((incident) => incident.id)
      return references.every((reference) => known.includes(reference))
    },
    40_000,
    100,
  )
  const known = (await incidents()).filter((incident) => references.includes(incident.id))
  expect(known.map((incident) => incident.count)).toEqual([1, 1, 1, 1, 1])
})

test('with the shop killed right after an attack its incident arrives at the next start', async () => {
  const { shop, pids } = product.facts()
  const reference = await referenceOf(
    await fetch(`${shop}/products/${encodeURIComponent('1 or 2=2')}/reviews`, {
      headers: attacker,
    }),
  )
  process.kill(pids.shop ?? 0, 'SIGKILL')
  await until(async () => (await incidents()).some((incident) => incident.id === reference), 30_000, 50)
  expect((await incidents()).filter((incident) => incident.id === reference)).toHaveLength(1)
  await until(() => product.facts().pids.shop !== pids.shop, 30_000)
})

test('Ctrl-C ends every process; a second start keeps the data', async () => {
  const before = (await incidents()).length
  const { pids } = product.facts()
  expect(await product.stop('SIGINT')).toBe(0)
  for (const pid of [pids.start, pids.server, pids.shop, pids.postgres]) expect(isAlive(pid ?? 0)).toBe(false)
  const started = performance.now()
  product = await startProduct(dataDir, ports)
  console.log(`second start: ${((performance.now() - started) / 1_000).toFixed(1)} s`)
  expect((await incidents()).length).toBeGreaterThanOrEqual(before)
})

test('a one-time sign-in link works once', async () => {
  const { console: address, signin } = product.facts()
  const token = new URL(signin).hash.replace('#token=', '')
  const use = (): Promise<Response> =>
    fetch(`${address}/api/v1/sign-in/link`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
  expect((await use()).status).toBe(200)
  expect((await use()).status).toBe(401)
})

test('a taken port and an unwritable folder are said with a way out', async () => {
  const server = net.createServer()
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)),
  )
  const taken = launch({
    ...(await freePorts()),
    ...withoutLab,
    RIPOSTE_PORT: String(port),
    RIPOSTE_DATA_DIR: path.join(dataDir, 'other'),
  })
  expect(await taken.ended).toBe(1)
  expect(taken.output()).toContain(`Port ${port} on 127.0.0.1 is in use`)
  expect(taken.output()).toContain('RIPOSTE_PORT=')
  server.close()

  const file = path.join(dataDir, 'a-file')
  writeFileSync(file, '')
  mkdirSync(path.join(dataDir, 'locked'))
  chmodSync(path.join(dataDir, 'locked'), 0o500)
  const unwritable = launch({ ...(await freePorts()), ...withoutLab, RIPOSTE_DATA_DIR: path.join(file, 'data') })
  expect(await unwritable.ended).toBe(1)
  expect(unwritable.output()).toContain('cannot be written')
  expect(unwritable.output()).toContain('RIPOSTE_DATA_DIR=')
})
