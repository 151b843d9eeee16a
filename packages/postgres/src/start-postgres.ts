import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { findBinaries, type Binaries } from './binaries.ts'
import { chooseIdentity, deathSignalCommand, namespaceCommand, type Identity } from './identity.ts'
import { readPostmaster, type Postmaster } from './postmaster-file.ts'

export interface StartOptions {
  /** Made when missing, 0700. Holds the cluster, the log, and the socket. */
  readonly dataDir: string
  /** Default: a Unix socket in the data folder, no port. */
  readonly tcp?: { readonly port: number; readonly password: string }
  /** Default: whatever this machine allows. */
  readonly identity?: Identity
  /** Default: the programs of this platform's npm package. */
  readonly binaries?: Binaries
}

export interface RunningPostgres {
  readonly pid: number
  /** It was running already: whoever started it will stop it. */
  readonly adopted: boolean
  /** A connection URL for that database, `postgres` by default. */
  url(database?: string): string
  /** Makes the database unless it exists. */
  ensureDatabase(name: string): Promise<void>
  /** A fast, clean shutdown; resolves when the process is gone. */
  stop(): Promise<void>
}

const startDeadlineMs = 60_000
const stopDeadlineMs = 30_000
const settleMs = 250
/** sun_path of Linux holds 108 bytes with its NUL; macOS 104. */
const longestSocketPath = 100

// One small machine is the measure; a large one brings its own server.
const settings = {
  shared_buffers: '32MB',
  max_connections: '100',
  work_mem: '8MB',
  maintenance_work_mem: '32MB',
  jit: 'off',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  max_worker_processes: '4',
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '1',
  log_min_messages: 'warning',
  unix_socket_permissions: '0700',
}

/**
 * Starts a real PostgreSQL on a data folder, or adopts the one that a process which died left running there.
 * @throws Error that quotes the end of the server's log when it does not start.
 */
export async function startPostgres(options: StartOptions): Promise<RunningPostgres> {
  const dataDir = path.resolve(options.dataDir)
  const cluster = path.join(dataDir, 'cluster')
  const log = path.join(dataDir, 'postgres.log')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })

  const adopted = await adopt(cluster, options)
  if (adopted) return adopted

  const identity = options.identity ?? chooseIdentity()
  if (identity.kind === 'user') chownSync(dataDir, identity.uid, identity.gid)
  const binaries = options.binaries ?? findBinaries()
  if (!existsSync(path.join(cluster, 'PG_VERSION'))) initialise({ binaries, cluster, identity, options })
  const socketDir = chooseSocketDir(dataDir, identity)
  const pid = launch({ binaries, cluster, identity, options, socketDir, log })
  const running = describe({ pid, port: options.tcp?.port ?? 5432, socketDir }, options)
  await untilReady(running, () => `PostgreSQL did not start: ${tail(log)}`)
  return running
}

async function adopt(cluster: string, options: StartOptions): Promise<RunningPostgres | null> {
  const deadline = Date.now() + stopDeadlineMs
  for (;;) {
    const postmaster = readPostmaster(cluster)
    if (!postmaster) return null
    const running = { ...describe(postmaster, options), adopted: true }
    if (await answers(running)) {
      // Its parent may be dying this very moment and take it along: it must still be there when that is over.
      await sleep(settleMs)
      if (await answers(running)) return running
    }
    // Starting up or shutting down: either ends soon.
    if (Date.now() > deadline)
      throw new Error(`Process ${postmaster.pid} holds ${cluster} but does not answer. End it, then start again.`)
    await sleep(50)
  }
}

function initialise(context: { binaries: Binaries; cluster: string; identity: Identity; options: StartOptions }): void {
  const { binaries, cluster, identity, options } = context
  // Made beside and renamed, so that an interrupted first start leaves no half-made cluster under the real name.
  const fresh = `${cluster}.new`
  rmSync(fresh, { recursive: true, force: true })
  const passwordFile = path.join(path.dirname(cluster), `password.${randomUUID()}`)
  const args = ['-D', fresh, '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-instructions']
  if (options.tcp) {
    writeFileSync(passwordFile, options.tcp.password, { mode: 0o600 })
    if (identity.kind === 'user') chownSync(passwordFile, identity.uid, identity.gid)
    args.push('--auth=scram-sha-256', `--pwfile=${passwordFile}`)
  } else args.push('--auth=trust')
  const { command, prefix, spawnOptions } = asIdentity(identity, binaries.initdb)
  const result = spawnSync(command, [...prefix, ...args], {
    ...spawnOptions,
    encoding: 'utf8',
    cwd: path.dirname(cluster),
  })
  rmSync(passwordFile, { force: true })
  if (result.status !== 0) {
    throw new Error(
      `initdb failed: ${(result.stderr || result.error?.message || `exit ${result.status}`).trim()}${wayOut(identity)}`,
    )
  }
  renameSync(fresh, cluster)
}

function launch(context: {
  binaries: Binaries
  cluster: string
  identity: Identity
  options: StartOptions
  socketDir: string
  log: string
}): number {
  const { binaries, cluster, identity, options, socketDir, log } = context
  if (existsSync(log) && statSync(log).size > 10_000_000) renameSync(log, `${log}.1`)
  const all = { ...settings, listen_addresses: options.tcp ? '127.0.0.1' : '', port: String(options.tcp?.port ?? 5432) }
  const { command, prefix, spawnOptions } = asIdentity(identity, ...deathSignalCommand(), binaries.postgres)
  const out = openSync(log, 'a', 0o600)
  // A session of its own: Ctrl-C in the terminal must reach it last, through us.
  const child = spawn(
    command,
    [
      ...prefix,
      '-D',
      cluster,
      '-k',
      socketDir,
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      ...spawnOptions,
      detached: true,
      stdio: ['ignore', out, out],
      cwd: cluster,
    },
  )
  closeSync(out)
  child.unref()
  if (child.pid === undefined) throw new Error(`${command} could not be started${wayOut(identity)}`)
  return child.pid
}

function asIdentity(identity: Identity, ...program: string[]) {
  const whole = identity.kind === 'namespace' ? [...namespaceCommand, ...program] : program
  const [command, ...prefix] = whole as [string, ...string[]]
  return { command, prefix, spawnOptions: identity.kind === 'user' ? { uid: identity.uid, gid: identity.gid } : {} }
}

const wayOut = (identity: Identity): string =>
  identity.kind === 'user'
    ? ` (PostgreSQL does not run as root; as uid ${identity.uid} it must be able to reach this folder. Run as an ordinary user, move the data with RIPOSTE_DATA_DIR, or set RIPOSTE_DATABASE_URL.)`
    : ''

function chooseSocketDir(dataDir: string, identity: Identity): string {
  if (Buffer.byteLength(path.join(dataDir, '.s.PGSQL.5432')) <= longestSocketPath) return dataDir
  const short = mkdtempSync(path.join(tmpdir(), 'riposte-'))
  chmodSync(short, 0o700)
  if (identity.kind === 'user') chownSync(short, identity.uid, identity.gid)
  return short
}

function describe(postmaster: Postmaster, options: StartOptions): RunningPostgres {
  const url = (database = 'postgres'): string =>
    options.tcp
      ? `postgres://postgres:${encodeURIComponent(options.tcp.password)}@127.0.0.1:${postmaster.port}/${database}`
      : `postgres://postgres@localhost:${postmaster.port}/${database}?host=${encodeURIComponent(postmaster.socketDir)}`
  return {
    pid: postmaster.pid,
    adopted: false,
    url,
    ensureDatabase: (name) => ensureDatabase(url(), name),
    stop: () => stop(postmaster.pid),
  }
}

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}

async function answers(running: RunningPostgres): Promise<boolean> {
  const client = new pg.Client({ connectionString: running.url(), connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function untilReady(running: RunningPostgres, problem: () => string): Promise<void> {
  const deadline = Date.now() + startDeadlineMs
  while (!(await answers(running))) {
    if (!isAlive(running.pid) || Date.now() > deadline) throw new Error(problem())
    await sleep(20)
  }
}

async function stop(pid: number): Promise<void> {
  const deadline = Date.now() + stopDeadlineMs
  if (isAlive(pid)) process.kill(pid, 'SIGINT')
  while (isAlive(pid)) {
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL (process ${pid}) did not stop within ${stopDeadlineMs / 1000} s`)
    await sleep(20)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function tail(log: string): string {
  try {
    return readFileSync(log, 'utf8').split('\n').slice(-8).join('\n').trim()
  } catch {
    return 'it left no log'
  }
}
