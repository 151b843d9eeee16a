import { readFileSync } from 'node:fs'
import path from 'node:path'
import { configShape, type MonitorConfig } from './config-shape.ts'
import { findJsonError } from './find-json-error.ts'
import type { ConfigIssue } from './shape.ts'

/** Names of configuration files; the first that is there counts. */
export const configFiles = ['monitor.config.json', 'riposte.config.json']

export interface FileConfig {
  /** null: there is none. */
  readonly file: string | null
  readonly config: MonitorConfig
  readonly issues: readonly ConfigIssue[]
  /** The file is there and could not be used at all. */
  readonly unreadable: boolean
}

export interface FileSearch {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** The folder of the app's own package.json. */
  readonly appRoot: string | null
}

/** The first that exists: the one that RIPOSTE_MONITOR_CONFIG names, then in the working directory, then in the app's folder. */
export function readFileConfig({ env, cwd, appRoot }: FileSearch): FileConfig {
  const named = env['RIPOSTE_MONITOR_CONFIG']
  if (named)
    return (
      readOne(path.resolve(cwd, named), env) ??
      failed(path.resolve(cwd, named), 'RIPOSTE_MONITOR_CONFIG names a file that does not exist')
    )
  for (const folder of new Set([cwd, appRoot ?? cwd])) {
    for (const name of configFiles) {
      const found = readOne(path.join(folder, name), env)
      if (found) return found
    }
  }
  return { file: null, config: {}, issues: [], unreadable: false }
}

const failed = (file: string, message: string): FileConfig => ({
  file,
  config: {},
  issues: [{ level: 'error', path: file, message }],
  unreadable: true,
})

function readOne(file: string, env: NodeJS.ProcessEnv): FileConfig | null {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    return failed(file, `cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(content.replace(/^\uFEFF/, ''))
  } catch (error) {
    return failed(file, `is not JSON: ${placeOf(error, content)}`)
  }
  const issues: ConfigIssue[] = []
  const config = configShape.read(substitute(parsed, env, '', issues), '', issues)
  return { file, config: config ?? {}, issues, unreadable: config === undefined }
}

/** What JSON.parse said, and where it stumbled. */
function placeOf(error: unknown, content: string): string {
  const message = error instanceof Error ? error.message : String(error)
  const place = findJsonError(content)
  return place ? `${message} (line ${place.line}, column ${place.column})` : message
}

/** `${NAME}` becomes the value of that variable; one that is not set is said and becomes empty. */
function substitute(value: unknown, env: NodeJS.ProcessEnv, at: string, issues: ConfigIssue[]): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      if (env[name] === undefined)
        issues.push({ level: 'warning', path: at, message: `the environment variable ${name} is not set` })
      return env[name] ?? ''
    })
  }
  if (Array.isArray(value)) return value.map((item, index) => substitute(item, env, `${at}[${index}]`, issues))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, substitute(item, env, at === '' ? key : `${at}.${key}`, issues)]),
  )
}
