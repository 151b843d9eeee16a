import {
  environments,
  parseProjectToken,
  projectTokenShape,
  type Environment,
  type ProjectType,
} from '@riposte/contract/wire'
import path from 'node:path'
import { defaultLimits, type Limits } from '../core/limits.ts'
import type { EraseConfig } from '../respond/erase/erase-plan.ts'
import { readTrustedProxies, type TrustedProxies } from '../sources/client-address.ts'
import type { SessionRules } from '../sources/session-of.ts'
import type { MonitorConfig } from './config-shape.ts'
import type { ConfigIssue } from './shape.ts'

/** What does not change while the app runs: from file, code and environment. */
export interface Settings {
  readonly enabled: boolean
  readonly app: { readonly name: string; readonly version: string | null }
  readonly environment: Environment
  readonly projectType: ProjectType
  readonly controlPlane: { readonly url: string; readonly projectToken: string } | null
  readonly dataDir: string
  readonly trusted: TrustedProxies
  readonly limits: Limits
  readonly logging: NonNullable<MonitorConfig['logging']>
  readonly throwOnFailure: boolean
  readonly session: SessionRules & { readonly blockSeconds: number }
  readonly firewall: {
    readonly blockSeconds: number
    readonly ipv6Bits: number
    /** Never blocked. */
    readonly allowed: (address: string) => boolean
  }
  readonly erase: EraseConfig
}

export interface SettingsSources {
  readonly file: MonitorConfig
  readonly code: MonitorConfig
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly appRoot: string | null
  readonly manifest: { readonly name?: string; readonly version?: string }
}

/** Per setting: file, else code, else environment, else what Riposte ships with. */
export function resolveSettings(sources: SettingsSources, issues: ConfigIssue[]): Settings {
  const { file, code, env, cwd, appRoot, manifest } = sources
  const pick = <Key extends keyof MonitorConfig>(key: Key): MonitorConfig[Key] => file[key] ?? code[key]
  const debug = pick('debug') === true || pick('logging')?.debug === true
  return {
    enabled: pick('enabled') ?? true,
    app: { name: pick('name') ?? manifest.name ?? 'app', version: manifest.version ?? null },
    environment: pick('environment') ?? environmentOf(env['NODE_ENV']),
    projectType: pick('projectType') ?? (pick('preset') === 'desktop' ? 'on_premise' : 'cloud'),
    controlPlane: controlPlaneOf(
      pick('controlPlane') || env['RIPOSTE_URL'],
      pick('projectToken') || env['RIPOSTE_PROJECT_TOKEN'],
      issues,
    ),
    dataDir: path.resolve(
      cwd,
      pick('dataDir') || env['RIPOSTE_MONITOR_DATA_DIR'] || path.join(appRoot ?? cwd, '.riposte', 'monitor'),
    ),
    trusted: networksOf(pick('trustedProxies') ?? [], 'trustedProxies', issues),
    limits: { ...defaultLimits, ...code.limits, ...file.limits },
    logging: { level: debug ? 'debug' : 'info', console: true, ...code.logging, ...file.logging },
    throwOnFailure: pick('throwOnFailure') ?? false,
    session: sessionOf({ ...code.session, ...file.session }),
    firewall: firewallOf({ ...code.firewall, ...file.firewall }, issues),
    erase: { roots: pick('erase')?.roots ?? [], paths: pick('erase')?.paths ?? [] },
  }
}

const hour = 3_600
const day = 86_400

const sessionOf = (session: NonNullable<MonitorConfig['session']>): Settings['session'] => ({
  cookies: session.cookies ?? [],
  header: session.header ?? null,
  blockSeconds: session.blockSeconds ?? day,
})

const firewallOf = (firewall: NonNullable<MonitorConfig['firewall']>, issues: ConfigIssue[]): Settings['firewall'] => ({
  blockSeconds: firewall.blockSeconds ?? hour,
  ipv6Bits: firewall.ipv6Bits ?? 64,
  allowed: networksOf(firewall.allow ?? [], 'firewall.allow', issues),
})

const environmentOf = (name: string | undefined): Environment =>
  environments.find((environment) => environment === name) ?? 'production'

function networksOf(list: readonly string[], path: string, issues: ConfigIssue[]): TrustedProxies {
  const good = list.filter((entry, index) => {
    try {
      readTrustedProxies([entry])
      return true
    } catch {
      issues.push({
        level: 'error',
        path: `${path}[${index}]`,
        message: `given "${entry}"; allowed: an address, a network such as 10.0.0.0/8, or "loopback"`,
      })
      return false
    }
  })
  return readTrustedProxies(good)
}

/** Without both there is no control plane: local mode. The token itself is never printed. */
function controlPlaneOf(
  url: string | undefined,
  projectToken: string | undefined,
  issues: ConfigIssue[],
): Settings['controlPlane'] {
  if (!projectToken) return null
  if (!parseProjectToken(projectToken)) {
    issues.push({
      level: 'error',
      path: 'projectToken',
      message: `given ${projectToken.length} characters that are no project token; allowed: ${projectTokenShape}. Working locally.`,
    })
    return null
  }
  if (!url) {
    issues.push({
      level: 'error',
      path: 'controlPlane',
      message: 'a project token without an address: set controlPlane or RIPOSTE_URL. Working locally.',
    })
    return null
  }
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    issues.push({
      level: 'error',
      path: 'controlPlane',
      message: `given "${url}"; allowed: an http or https address. Working locally.`,
    })
    return null
  }
  return { url: url.replace(/\/$/, ''), projectToken }
}
