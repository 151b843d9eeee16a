import type { IncidentReport } from '@riposte/contract'
import { testDatabase, type TestDatabase } from '@riposte/testkit'
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { MonitorStatus } from '@riposte/monitor'

const folder = path.resolve(import.meta.dirname, '..')

export interface Variant {
  readonly app: string
  /** Started instead of the folder's own entry. */
  readonly file?: string
  readonly system?: 'cjs' | 'mjs'
  readonly action?: 'block' | 'none' | 'log'
  readonly config?: object
  readonly env?: Readonly<Record<string, string>>
  /** Which majors of the frameworks. */
  readonly home?: 'current' | 'previous'
}

export interface RunningApp {
  readonly child: ChildProcess
  readonly port: number
  readonly address: string
  readonly dataDir: string
  status(): Promise<MonitorStatus>
  stop(): void
}

/** A database with two accounts, one of which nobody should see. */
export async function accounts(): Promise<TestDatabase> {
  const database = await testDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(
    `create table account (name text, secret text); insert into account values ('maya', 'moon'), ('O''Brien', 'clover')`,
  )
  await client.end()
  return database
}

/** The sample app as a program of its own, on the Node that RIPOSTE_TEST_NODE names. */
export async function startApp(variant: Variant, database: TestDatabase): Promise<RunningApp> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-compat-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  const { action = 'block', system = 'cjs', config = {}, env = {}, home = 'current' } = variant
  writeFileSync(
    configFile,
    JSON.stringify({ protections: { SqlInjection: { action } }, logging: { level: 'error' }, ...config }),
  )
  const child = fork(path.join(folder, home, variant.file ?? `main.${system}`), [], {
    cwd: path.join(folder, home),
    execPath: process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      NODE_ENV: 'production',
      APP: variant.app,
      DATABASE_URL: database.url,
      UPLOADS: dataDir,
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: dataDir,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('exit', (code) => reject(new Error(`${variant.app}.${system} ended with ${code}: ${output}`)))
  })
  return {
    child,
    port,
    address: `http://127.0.0.1:${port}`,
    dataDir,
    status: () =>
      new Promise((resolve, reject) => {
        const ended = () => reject(new Error(`${variant.app}.${system} has ended: ${output}`))
        if (!child.connected) {
          ended()
          return
        }
        child.once('exit', ended)
        child.once('message', (message: { status: MonitorStatus }) => {
          child.off('exit', ended)
          resolve(message.status)
        })
        child.send('status')
      }),
    stop: () => {
      child.kill('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** What the app has in its spool. */
export function incidentsOf({ dataDir }: RunningApp): IncidentReport[] {
  const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .map((file) => path.join(dataDir, file))
    .filter((file) => statSync(file).isFile())
  return files.flatMap((file) => recordsOf(readFileSync(file, 'utf8')))
}

/** Whatever frames the records of a spool: each holds the incident as JSON. */
function recordsOf(text: string): IncidentReport[] {
  return text.split('\n').flatMap((line) => {
    const at = line.indexOf('{"id"')
    if (at === -1) return []
    return [JSON.parse(line.slice(at)) as IncidentReport]
  })
}
