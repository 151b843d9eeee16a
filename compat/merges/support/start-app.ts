import type { MonitorStatus } from '@riposte/monitor'
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { folderOf, type Home } from './install.ts'

export interface Answer {
  readonly status: number
  readonly text: string
  readonly reference: string | null
}

/** What another visitor sees of the prototypes. */
export interface Seen {
  readonly polluted: readonly string[]
  readonly list: readonly string[]
  readonly intact: boolean
}

export interface RunningApp {
  /** @param body text is sent as it is */
  post(door: string, body: unknown): Promise<Answer>
  get(door: string): Promise<Answer>
  seen(): Promise<Seen>
  clean(): Promise<void>
  status(): Promise<MonitorStatus>
  errors(): string
  stop(): void
}

export async function startApp(home: Home, file: string, action: 'block' | 'log' | 'none'): Promise<RunningApp> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-merges-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  const protections = { PrototypePollution: { action } }
  writeFileSync(configFile, JSON.stringify({ protections, logging: { level: 'error' } }))
  const child = fork(path.join(folderOf(home), file), [], {
    cwd: folderOf(home),
    execPath: process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)))
  const port = await portOf(child, () => `${home}/${file}: ${errors}`)
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const ask = (door: string, body?: unknown): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          ...{ host: '127.0.0.1', port, agent, path: `/${door}`, method: body === undefined ? 'GET' : 'POST' },
          headers: body === undefined ? {} : { 'content-type': 'application/json' },
        },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString()))
          response.on('end', () => {
            const reference = response.headers['riposte-reference']
            resolve({
              status: response.statusCode ?? 0,
              text,
              reference: typeof reference === 'string' ? reference : null,
            })
          })
          response.on('error', reject)
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
    })
  return {
    post: (door, body) => ask(door, body),
    get: (door) => ask(door),
    seen: async () => JSON.parse((await ask('seen')).text) as Seen,
    clean: async () => {
      await ask('clean')
    },
    status: () =>
      new Promise((resolve) => {
        child.once('message', (message: { status: MonitorStatus }) => resolve(message.status))
        child.send('status')
      }),
    errors: () => errors,
    stop: () => {
      agent.destroy()
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
