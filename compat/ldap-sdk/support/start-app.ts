import type { MonitorStatus } from '@riposte/monitor'
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { adminPassword } from '../../ldap/support/start-slapd.ts'
import type { Home } from './install.ts'

export interface Variant {
  readonly home: Home
  readonly file: string
  readonly url: string
  readonly action?: 'block' | 'none'
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly reference: string | undefined
}

export interface RunningApp {
  post(door: string, body: unknown): Promise<Answer>
  status(): Promise<MonitorStatus>
  /** What it has written to its error output. */
  errors(): string
  stop(): void
}

const folder = path.resolve(import.meta.dirname, '..')

/** The sample app as a program of its own, asked over connections that are kept. */
export async function startApp({ home, file, url, action = 'block' }: Variant): Promise<RunningApp> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'riposte-ldap-'))
  const configFile = path.join(dataDir, 'monitor.config.json')
  writeFileSync(
    configFile,
    JSON.stringify({ protections: { LdapInjection: { action } }, logging: { level: 'warning' } }),
  )
  const child = fork(path.join(folder, home, file), [], {
    cwd: path.join(folder, home),
    execPath: process.env['RIPOSTE_TEST_NODE'] ?? process.execPath,
    execArgv: [],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      LDAP_URL: url,
      LDAP_PASSWORD: adminPassword,
      RIPOSTE_MONITOR_CONFIG: configFile,
      RIPOSTE_MONITOR_DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => {
      resolve(message.port)
    })
    child.once('exit', (code) => {
      reject(new Error(`${home}/${file} ended with ${code}: ${errors}`))
    })
  })
  const agent = new http.Agent({ keepAlive: true })
  return {
    post: (door, body) =>
      new Promise((resolve, reject) => {
        const request = http.request(
          {
            agent,
            port,
            host: '127.0.0.1',
            path: `/${door}`,
            method: 'POST',
            headers: { 'content-type': 'application/json' },
          },
          (response) => {
            let text = ''
            response.on('data', (chunk: Buffer) => (text += chunk.toString()))
            response.on('end', () => {
              const reference = response.headers['riposte-reference']
              resolve({
                status: response.statusCode ?? 0,
                text,
                reference: reference === undefined ? reference : String(reference),
              })
            })
          },
        )
        request.on('error', reject)
        request.end(JSON.stringify(body))
      }),
    status: () =>
      new Promise((resolve) => {
        child.once('message', (message: { status: MonitorStatus }) => {
          resolve(message.status)
        })
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
