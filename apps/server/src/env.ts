import { defaultAgentPort } from '@riposte/contract'
import path from 'node:path'
import { readEvidenceStore, type EvidenceStoreSetting } from './platform/evidence-store/open-evidence-store.ts'

export interface Env {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  /** null: our own PostgreSQL in the data folder. */
  readonly databaseUrl: string | null
  readonly bootstrapToken: string | null
  readonly publicUrl: string
  readonly seedProject: string | null
  /** Names of devices that get an enrolment token at start, for whoever started us. */
  readonly seedDevices: readonly string[]
  readonly consoleDir: string
  readonly logLevel: string
  readonly evidenceStore: EvidenceStoreSetting
  /** The agents' listener. */
  readonly agents: {
    readonly hosts: readonly string[]
    readonly port: number
    /** What agents are told to dial; null: what we listen on. */
    readonly addresses: readonly { readonly host: string; readonly port: number }[] | null
  }
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
export const shortestBootstrapToken = 32

/** The only reader of the environment. @throws Error naming the variable, what was given and what is allowed. */
export function readEnv(env: NodeJS.ProcessEnv, cwd: string): Env {
  const host = env['RIPOSTE_HOST'] ?? '127.0.0.1'
  const port = readPort('RIPOSTE_PORT', env['RIPOSTE_PORT'] ?? '7474')
  const bootstrapToken = env['RIPOSTE_BOOTSTRAP_TOKEN'] || null
  if (bootstrapToken !== null && bootstrapToken.length < shortestBootstrapToken) {
    throw new Error(
      `RIPOSTE_BOOTSTRAP_TOKEN has ${bootstrapToken.length} characters; it must have at least ${shortestBootstrapToken}.`,
    )
  }
  const databaseUrl = env['RIPOSTE_DATABASE_URL'] || null
  if (databaseUrl !== null && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new Error('RIPOSTE_DATABASE_URL must begin with postgres:// or postgresql://.')
  const dataDir = path.resolve(cwd, env['RIPOSTE_DATA_DIR'] ?? '.riposte')
  const logLevel = env['RIPOSTE_LOG_LEVEL'] ?? 'warn'
  if (!logLevels.includes(logLevel))
    throw new Error(`RIPOSTE_LOG_LEVEL is "${logLevel}"; it must be one of ${logLevels.join(', ')}.`)
  return {
    host,
    port,
    dataDir,
    databaseUrl,
    bootstrapToken,
    publicUrl: (env['RIPOSTE_PUBLIC_URL'] ?? `http://${host}:${port}`).replace(/\/$/, ''),
    seedProject: env['RIPOSTE_SEED_PROJECT'] || null,
    seedDevices: listOf(env['RIPOSTE_SEED_DEVICES'] ?? ''),
    consoleDir: env['RIPOSTE_CONSOLE_DIR'] ?? path.resolve(import.meta.dirname, '../../console/dist'),
    logLevel,
    evidenceStore: readEvidenceStore(
      {
        setting: env['RIPOSTE_EVIDENCE_STORE'],
        keyId: env['RIPOSTE_EVIDENCE_STORE_KEY_ID'],
        secret: env['RIPOSTE_EVIDENCE_STORE_SECRET'],
      },
      dataDir,
    ),
    agents: {
      hosts: listOf(env['RIPOSTE_AGENT_HOST'] ?? host),
      port: readPort('RIPOSTE_AGENT_PORT', env['RIPOSTE_AGENT_PORT'] ?? String(defaultAgentPort)),
      addresses: readAddresses(env['RIPOSTE_AGENT_ADDRESSES'] ?? ''),
    },
  }
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

function readAddresses(given: string): Env['agents']['addresses'] {
  const addresses = listOf(given).map((text) => {
    const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? []
    const host = bracketed ?? plain
    if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
      throw new Error(
        `RIPOSTE_AGENT_ADDRESSES holds "${text}"; each must be host:port, such as riposte.example:443 or [2001:db8::1]:443.`,
      )
    return { host, port: Number(port) }
  })
  return addresses.length > 0 ? addresses : null
}

function readPort(name: string, given: string): number {
  const port = Number(given)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${name} is "${given}"; it must be a port number from 0 to 65535.`)
  return port
}
