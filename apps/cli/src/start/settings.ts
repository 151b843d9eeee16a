import path from 'node:path'

export interface StartSettings {
  readonly dataDir: string
  readonly port: number
  readonly shopPort: number
  /** Of the control plane's listener for agents. */
  readonly agentPort: number
  /** False: no lab hosts and no agent. */
  readonly lab: boolean
  readonly databaseUrl: string | null
}

/** @throws Error naming the variable, what was given and what is allowed. */
export function readSettings(env: NodeJS.ProcessEnv, cwd: string): StartSettings {
  return {
    dataDir: path.resolve(cwd, env['RIPOSTE_DATA_DIR'] ?? '.riposte'),
    port: readPort(env, 'RIPOSTE_PORT', 7474),
    shopPort: readPort(env, 'RIPOSTE_SHOP_PORT', 7475),
    agentPort: readPort(env, 'RIPOSTE_AGENT_PORT', 7476),
    lab: readSwitch(env, 'RIPOSTE_LAB', true),
    databaseUrl: readDatabaseUrl(env),
  }
}

function readPort(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const given = env[name]
  if (given === undefined || given === '') return otherwise
  const port = Number(given)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`${name} is "${given}"; it must be a port number from 1 to 65535.`)
  return port
}

function readSwitch(env: NodeJS.ProcessEnv, name: string, otherwise: boolean): boolean {
  const given = env[name]
  if (given === undefined || given === '') return otherwise
  if (given !== 'on' && given !== 'off') throw new Error(`${name} is "${given}"; it must be on or off.`)
  return given === 'on'
}

function readDatabaseUrl(env: NodeJS.ProcessEnv): string | null {
  const given = env['RIPOSTE_DATABASE_URL']
  if (given === undefined || given === '') return null
  if (!/^postgres(ql)?:\/\//.test(given))
    throw new Error('RIPOSTE_DATABASE_URL must begin with postgres:// or postgresql://.')
  return given
}
