import type { MonitorStatus } from '@riposte/monitor'
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Home } from './install.ts'

const folder = path.resolve(import.meta.dirname, '..')

export interface Variant {
  readonly driver: string
  readonly system: 'cjs' | 'mjs'
  readonly action?: 'block' | 'none' | 'log'
  /** False: as if the SDK were not there. */
  readonly enabled?: boolean
  /** The folder that has what the app needs; `older`: the versions before. */
  readonly home?: Home
  readonly node?: string
  readonly execArgv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly reference: string | null
}

export interface RunningApp {
  ask(door: string, name: string): Promise<Answer>
  status(): Promise<MonitorStatus>
  /** What it has written to its error output. */
  errors(): string
  exitCode(): number | null
  stop(): void
}

/** The sample app as a program of its own. */
export async function startApp(variant: Variant): Promise<RunningApp> {
  const { driver, system, action = 'block', home = '.', enabled = true, node, execArgv = [], env = {} } = variant
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-compat-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  writeFileSync(
    configFile,
    JSON.stringify({ enabled, protections: { SqlInjection: { action } }, logging: { level: 'warning' } }),
  )
  const child = fork(path.join(folder, home, 'apps', `${driver}.${system}`), [], {
    cwd: path.join(folder, home),
    execPath: node ?? process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [...execArgv],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: dataDir,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('exit', (code) => reject(new Error(`${driver}.${system} ended with ${code}: ${errors}`)))
  })
  return {
    ask: async (door, name) => {
      const response = await fetch(`http://127.0.0.1:${port}/${door}?name=${encodeURIComponent(name)}`)
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
    exitCode: () => child.exitCode,
    stop: () => {
      child.kill('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
