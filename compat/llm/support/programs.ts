import type { MonitorStatus } from '@riposte/monitor'
import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { installState } from '../../../scripts/lib/install.mjs'

const folder = path.resolve(import.meta.dirname, '..')

export type Home = 'current'

/** The clients of one folder, as its lock file names them. */
export function install(home: Home): void {
  const cwd = path.join(folder, home)
  if (installState(cwd) === 'complete') return
  // Some of these ask for a newer Node than the oldest that is supported, and run on it all the same.
  const { status, stderr } = spawnSync(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--no-engine-strict'],
    {
      cwd,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  )
  if (status !== 0) throw new Error(`npm ci in ${home} ended with ${status}: ${stderr}`)
}

/** What answers for a provider of models, over a real connection. */
export async function startModels(): Promise<{ readonly url: string; calls(): Promise<number>; stop(): void }> {
  const child = fork(path.join(folder, 'support/model-server.mjs'), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const url = `http://127.0.0.1:${await portOf(child, () => 'the models')}`
  return {
    url,
    calls: async () => Number(await (await fetch(`${url}/calls`)).text()),
    stop: () => child.kill('SIGKILL'),
  }
}

export interface Variant {
  readonly home: Home
  readonly file: string
  readonly url: string
  /** `off`: the protection is not named at all. */
  readonly action: 'block' | 'log' | 'off'
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly reference: string | null
}

export interface RunningApp {
  post(door: string, body: unknown): Promise<Answer>
  status(): Promise<MonitorStatus>
  /** What it has written to its error output. */
  errors(): string
  stop(): void
}

/** The sample app as a program of its own. */
export async function startApp({ home, file, url, action }: Variant): Promise<RunningApp> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-llm-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  const asked = action === 'off' ? {} : { LlmPromptInjection: { enabled: true, action } }
  // The test's own server stands on this machine.
  const protections = { ...asked, ServerSideRequestForgery: { enabled: false } }
  writeFileSync(configFile, JSON.stringify({ protections, logging: { level: 'error' } }))
  const child = fork(path.join(folder, home, file), [], {
    cwd: path.join(folder, home),
    execPath: process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      NODE_NO_WARNINGS: '1',
      AI_SDK_LOG_WARNINGS: 'false',
      MODEL_URL: url,
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)))
  const port = await portOf(child, () => `${home}/${file}: ${errors}`)
  return {
    post: async (door, body) => {
      const response = await fetch(`http://127.0.0.1:${port}/${door}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return {
        status: response.status,
        text: await response.text(),
        reference: response.headers.get('riposte-reference'),
      }
    },
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
