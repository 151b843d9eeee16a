import { startPostgres, type RunningPostgres } from '@riposte/postgres'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { programs } from '../programs.ts'
import { prepareDevices, type StartedDevices } from './lab/prepare-devices.ts'
import { findProblems } from './preflight.ts'
import { screen, type Addresses } from './screen.ts'
import { readSettings, type StartSettings } from './settings.ts'
import { supervise, type Program } from './supervise.ts'

/**
 * The whole product on this machine: database, control plane, protected shop. The database belongs to us and not to the control
 * plane, so that the shop goes on when the control plane dies.
 * @returns the exit code, once everything has stopped
 */
export async function runStart(): Promise<number> {
  const say = (line: string): void => console.error(line)
  const stopRequested = untilSignal()
  const running: { stop(): Promise<void> }[] = []
  const stopAll = async (): Promise<void> => {
    for (const part of running.splice(0).reverse()) await part.stop().catch((error: unknown) => say(String(error)))
  }
  try {
    const settings = readSettings(process.env, process.env['INIT_CWD'] ?? process.cwd())
    const problems = await findProblems(settings)
    if (problems.length > 0) throw new Error(problems.join('\n'))
    await startAll(settings, running, say)
    await stopRequested
    say('\nStopping …')
    await stopAll()
    rmSync(path.join(settings.dataDir, 'start.json'), { force: true })
    return 0
  } catch (error) {
    await stopAll()
    say(`\nRiposte did not start.\n${error instanceof Error ? error.message : String(error)}`)
    return 1
  }
}

async function startAll(
  settings: StartSettings,
  running: { stop(): Promise<void> }[],
  say: (line: string) => void,
): Promise<void> {
  const urls = await openDatabases(settings, running)
  const devices = prepareDevices(settings)
  running.push({ stop: () => devices.discard() })
  let server: Program | null = null
  let shop: Program | null = null
  let facts: ServerFacts | null = null
  let started: StartedDevices | null = null

  const publish = (): void => {
    if (!facts) return
    writeStartFile(settings.dataDir, {
      ...addresses(settings, facts),
      pids: {
        start: process.pid,
        server: server?.pid ?? null,
        shop: shop?.pid ?? null,
        postgres: urls.postgres?.pid ?? null,
        agents: started?.pids ?? {},
      },
      projectId: facts.projectId,
      projectToken: facts.projectToken,
    })
  }

  server = supervise({
    name: 'control plane',
    file: programs.server,
    cwd: process.cwd(),
    env: {
      ...process.env,
      RIPOSTE_PORT: String(settings.port),
      RIPOSTE_DATA_DIR: settings.dataDir,
      RIPOSTE_DATABASE_URL: urls.server,
      RIPOSTE_SEED_PROJECT: 'Lamp & Linen',
      ...devices.serverEnv,
    },
    ready: (message) => {
      facts = message as unknown as ServerFacts
      publish()
    },
    say,
  })
  running.push(server)
  await server.started
  const seen = facts as unknown as ServerFacts

  shop = supervise({
    name: 'shop',
    file: programs.shop,
    cwd: programs.shopFolder,
    env: {
      ...process.env,
      SHOP_PORT: String(settings.shopPort),
      SHOP_DATABASE_URL: urls.shop,
      RIPOSTE_URL: seen.url,
      RIPOSTE_PROJECT_TOKEN: seen.projectToken,
      RIPOSTE_MONITOR_DATA_DIR: path.join(settings.dataDir, 'shop-monitor'),
    },
    ready: () => publish(),
    say,
  })
  running.push(shop)
  await shop.started

  started = devices.start(seen.enrolmentTokens)
  running.push(started)
  publish()

  const at = addresses(settings, facts as unknown as ServerFacts)
  console.log(screen(at, devices.words))
  console.log(`ready console=${at.console} shop=${at.shop} signin=${at.signin}`)
}

interface ServerFacts {
  readonly url: string
  readonly signinUrl: string
  readonly projectId: string
  readonly projectToken: string
  /** By name, for the devices that were asked for. */
  readonly enrolmentTokens: Readonly<Record<string, string>>
}

const addresses = (settings: StartSettings, facts: ServerFacts): Addresses => ({
  console: facts.url,
  shop: `http://127.0.0.1:${settings.shopPort}`,
  signin: facts.signinUrl,
})

/** The control plane's database and the shop's: two on our own server, or two on the one that the URL names. */
async function openDatabases(
  settings: StartSettings,
  running: { stop(): Promise<void> }[],
): Promise<{ server: string; shop: string; postgres: RunningPostgres | null }> {
  if (settings.databaseUrl) return { server: settings.databaseUrl, shop: settings.databaseUrl, postgres: null }
  const postgres = await startPostgres({ dataDir: path.join(settings.dataDir, 'postgres') })
  running.push(postgres)
  await postgres.ensureDatabase('riposte')
  await postgres.ensureDatabase('shop')
  return { server: postgres.url('riposte'), shop: postgres.url('shop'), postgres }
}

/** Whole or not at all, and for the owner's eyes only: it holds the project token and the sign-in link. */
function writeStartFile(dataDir: string, content: unknown): void {
  const file = path.join(dataDir, 'start.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
}
