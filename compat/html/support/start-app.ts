import type { IncidentReport } from '@riposte/contract'
import type { MonitorStatus } from '@riposte/monitor'
import { fork } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

const folder = path.resolve(import.meta.dirname, '..')

export const frameworks = ['node', 'express', 'fastify', 'koa', 'hono'] as const

export interface Variant {
  readonly app: (typeof frameworks)[number]
  readonly compressed?: boolean
  /** As if the SDK were not there. */
  readonly plain?: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
  /** Whether the connection ended before the answer did. */
  readonly isBroken: boolean
}

export interface RunningApp {
  readonly address: string
  get(route: string, headers?: Record<string, string>): Promise<Answer>
  status(): Promise<MonitorStatus>
  incidents(): IncidentReport[]
  stop(): void
}

/** The sample app as a program of its own. */
export async function startApp({ app, compressed = false, plain = false }: Variant): Promise<RunningApp> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-compat-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  writeFileSync(configFile, JSON.stringify({ logging: { level: 'error' } }))
  const child = fork(path.join(folder, 'apps/main.cjs'), [], {
    cwd: folder,
    execPath: process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      NODE_ENV: 'production',
      APP: app,
      PLAIN: plain ? '1' : '',
      COMPRESSED: compressed ? '1' : '',
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: path.join(dataDir, 'data'),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('exit', (code) => reject(new Error(`${app} ended with ${code}: ${errors}`)))
  })
  // One connection that is kept, as long as the app lets it be.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  return {
    address: `http://127.0.0.1:${port}`,
    get: (route, headers = {}) =>
      new Promise((resolve, reject) => {
        http
          .get({ host: '127.0.0.1', port, path: route, headers, agent }, (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('error', () => undefined)
            response.on('close', () =>
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                body: Buffer.concat(chunks),
                isBroken: !response.complete,
              }),
            )
          })
          .on('error', reject)
      }),
    status: () =>
      new Promise((resolve) => {
        child.once('message', (message: { status: MonitorStatus }) => resolve(message.status))
        child.send('status')
      }),
    incidents: () =>
      readdirSync(path.join(dataDir, 'data'), { recursive: true, encoding: 'utf8' })
        .map((file) => path.join(dataDir, 'data', file))
        .filter((file) => statSync(file).isFile())
        .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
        .flatMap((line) => {
          const start = line.indexOf('{"id"')
          return start === -1 ? [] : [JSON.parse(line.slice(start)) as IncidentReport]
        }),
    stop: () => {
      agent.destroy()
      child.kill('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
