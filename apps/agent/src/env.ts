import path from 'node:path'

export interface AgentEnv {
  readonly stateDir: string
  readonly url: string | null
  readonly token: string | null
  readonly quiet: boolean
  readonly programs: Readonly<Record<string, string | undefined>>
}

/** The only reader of the environment. */
export function readEnv(env: NodeJS.ProcessEnv): AgentEnv {
  const standard =
    process.platform === 'win32'
      ? path.join(env['ProgramData'] ?? 'C:\\ProgramData', 'Riposte Agent')
      : '/var/lib/riposte-agent'
  return {
    stateDir: path.resolve(env['RIPOSTE_AGENT_STATE'] || standard),
    url: env['RIPOSTE_AGENT_URL'] || null,
    /** Where others cannot read it, as a command line could be. */
    token: env['RIPOSTE_AGENT_TOKEN'] || null,
    quiet: env['RIPOSTE_AGENT_LOG'] === 'quiet',
    programs: env,
  }
}
