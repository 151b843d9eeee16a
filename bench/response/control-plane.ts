import { startPostgres } from '@riposte/postgres'
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'

const root = path.resolve(import.meta.dirname, '../..')
export const apiToken = 'bench-token-0123456789-0123456789-0123456789'

export interface ControlPlane {
  readonly url: string
  readonly agentPort: number
  readonly dataDir: string
  readonly pid: number
  readonly tokens: Readonly<Record<string, string>>
  readonly db: pg.Pool
  call<T>(method: string, path: string, body?: unknown): Promise<T>
  stop(): Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** The control plane as it is built, with a database of its own. */
export async function startControlPlane(given: {
  agentPort: number
  hosts: readonly string[]
  devices: readonly string[]
}): Promise<ControlPlane> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-bench-response-'))
  const postgres = await startPostgres({ dataDir: path.join(dataDir, 'postgres') })
  await postgres.ensureDatabase('riposte')
  const port = await freePort()
  const child = fork(path.join(root, 'apps/server/dist/main.js'), [], {
    env: {
      ...process.env,
      RIPOSTE_PORT: String(port),
      RIPOSTE_AGENT_PORT: String(given.agentPort),
      RIPOSTE_AGENT_HOST: given.hosts.join(','),
      RIPOSTE_DATA_DIR: dataDir,
      RIPOSTE_DATABASE_URL: postgres.url('riposte'),
      RIPOSTE_BOOTSTRAP_TOKEN: apiToken,
      RIPOSTE_SEED_DEVICES: given.devices.join(','),
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ready = await untilReady(child)
  const url = `http://127.0.0.1:${port}`
  const db = new pg.Pool({ connectionString: postgres.url('riposte'), max: 2 })
  return {
    url,
    agentPort: given.agentPort,
    dataDir,
    pid: child.pid ?? 0,
    tokens: ready.enrolmentTokens,
    db,
    call: async <T>(method: string, address: string, body?: unknown): Promise<T> => {
      const response = await fetch(url + address, {
        method,
        headers: {
          authorization: `Bearer ${apiToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`)
      return (await response.json()) as T
    },
    stop: async () => {
      await db.end()
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      await gone
      await postgres.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function untilReady(child: ChildProcess): Promise<{ enrolmentTokens: Record<string, string> }> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: { type: string; message?: string; enrolmentTokens: Record<string, string> }) => {
      if (message.type === 'ready') resolve(message)
      if (message.type === 'failed') reject(new Error(message.message))
    })
    child.once('exit', (code) => reject(new Error(`The control plane ended with ${code}`)))
  })
}
