import type { MonitorStatus } from '@riposte/monitor'
import { fork, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Home } from './install.ts'

const folder = path.resolve(import.meta.dirname, '..')
const newest = path.resolve(
  folder,
  `../../e2e/newest-node/node_modules/node-${process.platform}-${process.arch}/bin/node`,
)

/** The newest Node, which an npm package carries; null where nobody has installed it. */
export const newestNode: string | null = existsSync(newest) ? newest : null

/** What answers for a MongoDB server. */
export async function startResponder(): Promise<{ readonly url: string; stop(): void }> {
  const child = fork(path.join(folder, 'current/responder.mjs'), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const port = await portOf(child, () => 'the responder')
  return { url: `mongodb://127.0.0.1:${port}/?directConnection=true`, stop: () => child.kill('SIGKILL') }
}

export interface Variant {
  readonly home: Home
  readonly file: string
  readonly url: string
  readonly action?: 'block' | 'none'
  readonly pool?: number
  readonly node?: string
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly reference: string | null
}

export interface RunningApp {
  post(door: string, body: unknown): Promise<Answer>
  get(doorAndQuery: string): Promise<Answer>
  status(): Promise<MonitorStatus>
  /** What it has written to its error output. */
  errors(): string
  stop(): void
}

/** The sample app as a program of its own. */
export async function startApp({ home, file, url, action = 'block', pool = 5, node }: Variant): Promise<RunningApp> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-mongodb-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  writeFileSync(
    configFile,
    JSON.stringify({ protections: { NoSqlInjection: { action } }, logging: { level: 'warning' } }),
  )
  const child = fork(path.join(folder, home, file), [], {
    cwd: path.join(folder, home),
    execPath: node ?? process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      MONGODB_URL: url,
      POOL: String(pool),
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)))
  const port = await portOf(child, () => `${home}/${file}: ${errors}`)
  const ask = async (route: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}/${route}`, init)
    return {
      status: response.status,
      text: await response.text(),
      reference: response.headers.get('riposte-reference'),
    }
  }
  return {
    post: (door, body) =>
      ask(door, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    get: (doorAndQuery) => ask(doorAndQuery, {}),
    status: () =>
      new Promise((resolve) => {
        child.once('message', (message: { status: MonitorStatus }) => resolve(message.status))
        child.send('status')
      }),
    errors: () => errors,
    stop: () => {
      child.kill('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const portOf = (child: ChildProcess, who: () => string): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${who()}`)))
  })
