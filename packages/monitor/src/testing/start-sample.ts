import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { IncidentReport } from '@riposte/contract'
import type { Explanation, MonitorStatus } from '../core/monitor-types.ts'

const folder = path.resolve(import.meta.dirname, '../../sample-apps')

export interface SampleAnswer {
  readonly status: number
  readonly text: string
  readonly headers: http.IncomingHttpHeaders
}

export interface Sample {
  readonly address: string
  /** The app's own folder, which is also where its configuration lies. */
  readonly folder: string
  readonly child: ChildProcess
  /** Resolves when the process is gone. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  get(route: string, headers?: Record<string, string>): Promise<SampleAnswer>
  post(route: string, body: string | Buffer, headers?: Record<string, string>): Promise<SampleAnswer>
  ask(): Promise<{ readonly status: MonitorStatus; readonly explain: readonly Explanation[] }>
  /** What it wrote to standard error. */
  output(): string
  /** Every incident in its spool, whether or not it was sent. */
  spooled(): IncidentReport[]
  stop(): Promise<void>
}

export interface SampleOptions {
  readonly file: string
  readonly config: unknown
  readonly env?: Record<string, string>
  /** A folder that an earlier one left. */
  readonly folder?: string
}

/** Starts a sample app in a process of its own, on the Node that RIPOSTE_TEST_NODE names. */
export async function startSample(options: SampleOptions): Promise<Sample> {
  const own = options.folder ?? mkdtempSync(path.join(tmpdir(), 'riposte-sample-'))
  const configFile = path.join(own, 'monitor.config.json')
  writeFileSync(configFile, JSON.stringify(options.config))
  const child = fork(path.resolve(folder, options.file), [], {
    execPath: process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      APP_FOLDER: own,
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: path.join(own, 'data'),
      ...options.env,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('exit', (code) => reject(new Error(`the app ended with ${code}: ${output}`)))
  })
  const address = `http://127.0.0.1:${port}`
  return {
    ...{ address, folder: own, child, ended },
    get: (route, headers = {}) => send(address + route, 'GET', headers),
    post: (route, body, headers = {}) => send(address + route, 'POST', headers, body),
    ask: () =>
      new Promise((resolve) => {
        child.once('message', (message: { status: MonitorStatus; explain: Explanation[] }) => resolve(message))
        child.send('status')
      }),
    output: () => output,
    spooled: () => readSpool(path.join(own, 'data')),
    stop: async () => {
      child.kill('SIGKILL')
      await ended
      rmSync(own, { recursive: true, force: true })
    },
  }
}

export function readSpool(dataDir: string): IncidentReport[] {
  return readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .map((file) => path.join(dataDir, file))
    .filter((file) => statSync(file).isFile())
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .flatMap((line) => {
      const start = line.indexOf('{"id"')
      return start === -1 ? [] : [JSON.parse(line.slice(start)) as IncidentReport]
    })
}

/** Without the global fetch, which would hide what happens to a connection. */
function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string | Buffer,
): Promise<SampleAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}
