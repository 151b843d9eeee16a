import path from 'node:path'

export const benchDir = path.resolve(import.meta.dirname, '..')
const peer = (file: string): string => path.join(benchDir, 'peers/node_modules', file)

export interface Surroundings {
  readonly databaseUrl: string
  readonly controlPlane: { readonly url: string; readonly projectToken: string }
  readonly monitorDataDir: string
  /** A thousand small files that may be read; beside them, one that may not. */
  readonly files: string
  /** A server of somebody else, on this machine. */
  readonly upstreamUrl: string
  /** Answers whatever a Datadog tracer sends to its agent. */
  readonly sinkUrl: string
}

interface Guard {
  readonly id: string
  readonly title: string
  execArgv(): readonly string[]
  env(around: Surroundings): Record<string, string>
}

const nothing = () => []
/** A protection that is off until asked for is on only while its own row is measured. */
const rowsOf: Readonly<Record<string, string>> = { exposure: 'DataExposure', prompt: 'LlmPromptInjection' }
function askedFor(): string {
  const only = process.argv.find((arg) => arg.startsWith('--only='))
  return rowsOf[only?.slice('--only='.length) ?? ''] ?? ''
}

const riposteEnv = ({ controlPlane, monitorDataDir }: Surroundings) => ({
  RIPOSTE_URL: controlPlane.url,
  RIPOSTE_PROJECT_TOKEN: controlPlane.projectToken,
  RIPOSTE_MONITOR_DATA_DIR: monitorDataDir,
  ASKED_FOR: askedFor(),
})

/** Whom the bench compares. `plain` is the measure; `plain_again` shows the noise. */
export const guards = [
  { id: 'plain', title: 'plain', execArgv: nothing, env: () => ({}) },
  { id: 'riposte', title: 'Riposte', execArgv: nothing, env: riposteEnv },
  { id: 'zen', title: 'Aikido Zen', execArgv: nothing, env: () => ({ AIKIDO_BLOCK: 'true' }) },
  {
    id: 'dd',
    title: 'Datadog',
    execArgv: () => ['--require', peer('dd-trace/init.js')],
    env: ({ sinkUrl }) => ({
      DD_APPSEC_ENABLED: 'true',
      DD_APPSEC_RASP_ENABLED: 'true',
      DD_TRACE_AGENT_URL: sinkUrl,
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_TRACE_STARTUP_LOGS: 'false',
      DD_SERVICE: 'bench',
    }),
  },
  { id: 'plain_again', title: 'plain again', execArgv: nothing, env: () => ({}) },
] as const satisfies readonly Guard[]

/** Only its start is measured: once running it is the same as `riposte`. */
export const registerGuard = {
  id: 'riposte_register',
  title: 'Riposte by --import',
  execArgv: () => ['--import', '@riposte/monitor/register'],
  env: (around) => ({
    ...riposteEnv(around),
    RIPOSTE_MONITOR_CONFIG: path.join(benchDir, 'monitor/monitor.config.json'),
  }),
} as const satisfies Guard

export type GuardId = (typeof guards)[number]['id']
export type AnyGuard = (typeof guards)[number] | typeof registerGuard
