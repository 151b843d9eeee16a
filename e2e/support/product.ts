import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = path.resolve(import.meta.dirname, '../..')

/** The Node that is tested: the newest one in its own run. */
export const node = process.env['RIPOSTE_TEST_NODE'] ?? process.execPath
export const apiToken = 'a-bootstrap-token-for-tests-only-0123456789'

export interface StartFile {
  readonly console: string
  readonly shop: string
  readonly signin: string
  readonly pids: {
    readonly start: number
    readonly server: number | null
    readonly shop: number | null
    readonly postgres: number | null
    /** By host: the first process of each, outside of its namespaces. */
    readonly agents: Readonly<Record<string, number | null>>
  }
  readonly projectId: string
  readonly projectToken: string
}

export interface Product {
  readonly dataDir: string
  readonly output: () => string
  /** Read anew each time: pids change when a part is started again. */
  readonly facts: () => StartFile
  readonly env: NodeJS.ProcessEnv
  /** As Ctrl-C does. @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number>
}

export const temporaryFolder = (): string => mkdtempSync(path.join(tmpdir(), 'riposte-e2e-'))
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true })

export interface Ports {
  readonly RIPOSTE_PORT: string
  readonly RIPOSTE_SHOP_PORT: string
  readonly RIPOSTE_AGENT_PORT: string
}

export async function freePorts(): Promise<Ports> {
  const ports = new Set<number>()
  while (ports.size < 3) ports.add(await freePort())
  const [RIPOSTE_PORT = '', RIPOSTE_SHOP_PORT = '', RIPOSTE_AGENT_PORT = ''] = [...ports].map(String)
  return { RIPOSTE_PORT, RIPOSTE_SHOP_PORT, RIPOSTE_AGENT_PORT }
}

/** For tests that need no devices: nothing of the lab is made. */
export const withoutLab = { RIPOSTE_LAB: 'off' } as const

/** Below the ephemeral range, so that no outgoing connection takes it meanwhile. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 18_000)
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer().once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}

/** `npm start`, as its script runs it. */
export function launch(env: NodeJS.ProcessEnv): { child: ChildProcess; output: () => string; ended: Promise<number> } {
  const child = spawn(node, ['scripts/start.mjs'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? -1)))
  return { child, output: () => output, ended }
}

export async function startProduct(dataDir: string, ports: NodeJS.ProcessEnv): Promise<Product> {
  const env = { ...ports, RIPOSTE_DATA_DIR: dataDir, RIPOSTE_BOOTSTRAP_TOKEN: apiToken }
  const { child, output, ended } = launch(env)
  await until(() => /^ready console=/m.test(output()) || child.exitCode !== null, 120_000)
  if (child.exitCode !== null) throw new Error(`npm start ended: ${output()}`)
  return {
    dataDir,
    output,
    env,
    facts: () => JSON.parse(readFileSync(path.join(dataDir, 'start.json'), 'utf8')) as StartFile,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}

/** Polls until the condition holds. @returns the milliseconds that it took. @throws when it does not hold in time */
export async function until(
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
  everyMs = 10,
): Promise<number> {
  const started = performance.now()
  for (;;) {
    if (await condition()) return performance.now() - started
    if (performance.now() - started > deadlineMs)
      throw new Error(`not within ${deadlineMs} ms: ${condition.toString().slice(0, 200)}`)
    await sleep(everyMs)
  }
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export async function api<T>(product: Product, method: string, route: string, body?: unknown): Promise<T> {
  const response = await fetch(product.facts().console + route, {
    method,
    headers: {
      authorization: `Bearer ${apiToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`)
  return (response.status === 204 ? undefined : await response.json()) as T
}

/** From a documentation address, since the shop trusts loopback as its proxy. */
export const attacker = { 'x-forwarded-for': '203.0.113.7' }
export const injected = `%' union select id, email, password, 0, 0 from customer --`
export const attackPath = `/products?q=${encodeURIComponent(injected)}`

export const attack = (shop: string): Promise<Response> => fetch(shop + attackPath, { headers: attacker })
