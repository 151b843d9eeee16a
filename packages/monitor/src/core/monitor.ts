import type { ActionId, ConfigSnapshot, Input, Operation } from '@riposte/contract/wire'
import { protections } from '@riposte/protections/catalog'
import { createUplink, type Uplink, type UplinkStatus } from '@riposte/uplink'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import path from 'node:path'
import { configShape, type MonitorConfig } from '../config/config-shape.ts'
import { readFileConfig, type FileConfig } from '../config/read-file.ts'
import { readEnvironment } from '../config/env.ts'
import { resolveSettings, type Settings } from '../config/settings.ts'
import type { ConfigIssue } from '../config/shape.ts'
import { consoleLayer, toLayer } from '../config/to-layer.ts'
import { createLog, type Log } from '../log/logger.ts'
import { installSinks, nearestManifest, type HookState } from '../sinks/install-sinks.ts'
import { installHttp } from '../sources/node-http.ts'
import { uuidv7 } from '@riposte/contract/wire'
import { Context, contexts } from './context.ts'
import { Engine } from './engine.ts'
import { createGuard } from './guard.ts'
import { defaultLimits } from './limits.ts'
import { decide, isOn, type Layer } from './policy.ts'
import { swallowBlockedRejections } from './swallow-blocked-rejections.ts'

export const sdkVersion = '0.1.0'

/** What a `monitor.config.json` may hold, as code. */
export interface StartOptions {
  readonly name?: string
  readonly enabled?: boolean
  readonly projectToken?: string
  readonly controlPlane?: string
  readonly environment?: 'development' | 'staging' | 'production'
  readonly projectType?: 'cloud' | 'on_premise'
  readonly preset?: 'cloud' | 'desktop' | 'shadow'
  readonly dataDir?: string
  readonly protections?: Record<
    string,
    { readonly enabled?: boolean; readonly action?: string | readonly string[]; readonly config?: unknown }
  >
  readonly rules?: readonly unknown[]
  readonly trustedProxies?: readonly string[]
  readonly limits?: {
    readonly bodyBytes?: number
    readonly values?: number
    readonly valueLength?: number
    readonly depth?: number
  }
  readonly logging?: {
    readonly level?: string
    readonly console?: boolean
    readonly file?: { readonly path: string; readonly maxBytes?: number; readonly keep?: number }
  }
  readonly throwOnFailure?: boolean
  readonly debug?: boolean
}

export interface MonitorStatus {
  readonly state: 'stopped' | 'running' | 'disabled'
  readonly version: string
  readonly instanceId: string | null
  readonly configFile: string | null
  readonly environment: string | null
  readonly issues: readonly ConfigIssue[]
  readonly hooks: readonly HookState[]
  readonly uplink: UplinkStatus | null
  readonly counters: Readonly<Record<string, number>>
}

/** The effective answer of one protection, and where it came from. */
export interface Explanation {
  readonly protection: string
  readonly enabled: boolean
  readonly actions: readonly ActionId[]
  readonly source: string
}

interface Running {
  readonly settings: Settings
  readonly engine: Engine
  readonly uplink: Uplink
  readonly hooks: () => HookState[]
  readonly layers: () => readonly Layer[]
  readonly guard: { readonly failures: ReadonlyMap<string, number> }
  readonly log: Log
}

/** Guards this process. One per process, however often it is imported. */
export class Monitor {
  #running: Running | null = null
  #stopped = false
  #instanceId: string | null = null
  #issues: ConfigIssue[] = []
  #file: FileConfig = { file: null, config: {}, issues: [], unreadable: false }
  #pending: Record<string, { enabled: boolean; action: string | readonly string[]; config?: unknown }> = {}
  #snapshot: ConfigSnapshot | null = null

  /** Sets one protection in code, before `start`. */
  withProtection(
    id: string,
    action: string | readonly string[],
    options: { enabled?: boolean; config?: unknown } = {},
  ): this {
    this.#pending[id] = {
      enabled: options.enabled ?? true,
      action,
      ...(options.config === undefined ? {} : { config: options.config }),
    }
    return this
  }

  /**
   * Reads the configuration, puts the guards in and connects in the background. A second call does nothing. A configuration that
   * cannot be read is said, and code and defaults count; with `throwOnFailure` it is thrown.
   */
  start(options: StartOptions = {}): this {
    if (this.#running || this.#stopped) return this
    const cwd = process.cwd()
    const entry = process.argv[1] ? path.resolve(cwd, process.argv[1]) : null
    const app = nearestManifest(entry ? path.dirname(entry) : cwd)
    const env = readEnvironment()

    this.#file = readFileConfig({ env, cwd, appRoot: app?.folder ?? null })
    const codeIssues: ConfigIssue[] = []
    const wish = {
      ...options,
      ...(Object.keys(this.#pending).length > 0 ? { protections: { ...options.protections, ...this.#pending } } : {}),
    }
    const code: MonitorConfig = configShape.read(wish, '', codeIssues) ?? {}
    this.#issues = [...this.#file.issues, ...codeIssues]
    const settings = resolveSettings(
      { file: this.#file.config, code, env, cwd, appRoot: app?.folder ?? null, manifest: app?.content ?? {} },
      this.#issues,
    )
    if (settings.throwOnFailure && this.#issues.some((issue) => issue.level === 'error')) {
      throw new Error(
        `Riposte: ${this.#issues
          .filter((issue) => issue.level === 'error')
          .map(formatIssue)
          .join('; ')}`,
      )
    }
    const log = createLog(settings.logging, Date.now)
    for (const issue of this.#issues) log(issue.level, `${this.#file.file ?? 'configuration'}: ${formatIssue(issue)}`)
    if (!settings.enabled) {
      log('warning', 'disabled by configuration: nothing is guarded')
      this.#stopped = true
      return this
    }
    this.#running = this.#install(settings, { code, log, entry })
    return this
  }

  #install(settings: Settings, { code, log, entry }: { code: MonitorConfig; log: Log; entry: string | null }): Running {
    const startedAt = new Date().toISOString()
    const instanceId = uuidv7(Date.now(), randomBytes(10))
    this.#instanceId = instanceId
    const guard = createGuard(({ place, error, times }) =>
      log('error', `a bug of Riposte in ${place} (${times} times so far); the app goes on`, {
        error: String(error instanceof Error ? error.stack : error),
      }),
    )
    const own = [toLayer('file', this.#file.config), toLayer('code', code)]
    let layers: readonly Layer[] = own
    const uplink = createUplink({
      controlPlane: settings.controlPlane,
      dataDir: settings.dataDir,
      instanceId,
      describe: () => ({
        instanceId: instanceId as never,
        startedAt,
        app: settings.app,
        environment: settings.environment,
        sdkVersion,
        nodeVersion: process.versions.node,
        hostname: hostname(),
        pid: process.pid,
        hooks: hooks(),
        warnings: this.#issues.map(formatIssue).slice(0, 100),
        counters: { ...engine.counters },
      }),
      apply: (snapshot) => {
        this.#snapshot = snapshot
        layers = [consoleLayer(snapshot), ...own]
      },
      log,
    })
    const engine = new Engine({
      guard,
      settings,
      layers: () => layers,
      revision: () => this.#snapshot?.revision ?? null,
      report: (incident) => uplink.report(incident),
      clock: Date.now,
    })
    let states: () => HookState[] = () => []
    const hooks = (): HookState[] => [{ name: 'node:http', state: 'active', detail: null }, ...states()]
    guard('uplink', () => uplink.start(), undefined)
    installHttp(engine, guard, settings.limits)
    states = installSinks(engine, guard, entry)
    swallowBlockedRejections()
    log('debug', 'guarding', {
      environment: settings.environment,
      mode: settings.controlPlane ? 'connected' : 'local',
      config: this.#file.file,
    })
    return { settings, engine, uplink, hooks, layers: () => layers, guard, log }
  }

  /** Judges an operation now. @returns an error to throw where it must not go on, else null */
  check(operation: Operation): Error | null {
    return this.#running?.engine.judge(operation) ?? null
  }

  /** Says who is asking, for the incidents of the request in hand. */
  identify(who: { userId?: string; sessionId?: string }): void {
    const context = contexts.getStore()
    if (!context) return
    if (who.userId !== undefined) context.userId = who.userId
    if (who.sessionId !== undefined) context.sessionId = who.sessionId
  }

  /** Runs work that did not come by HTTP, such as a queue's message, with the values that came with it. */
  runWithInputs<T>(inputs: Readonly<Record<string, unknown>> | readonly Input[], work: () => T): T {
    const named: Input[] = Array.isArray(inputs)
      ? [...(inputs as readonly Input[])]
      : Object.entries(inputs).map(([name, value]) => ({
          source: 'message',
          path: name,
          value: typeof value === 'string' ? value : ((JSON.stringify(value) as string | undefined) ?? ''),
        }))
    return contexts.run(new Context(null, null, this.#running?.settings.limits ?? defaultLimits, named), work)
  }

  explain(): Explanation[] {
    const layers = this.#running?.layers() ?? [toLayer('file', this.#file.config)]
    return protections.map(({ spec }) => {
      const facts = {
        protection: spec.id,
        severity: spec.severity,
        confidence: 1,
        environment: this.#running?.settings.environment ?? 'production',
        method: null,
        path: null,
        now: Date.now(),
      }
      const decision = decide(layers, facts, spec.defaultAction)
      return { protection: spec.id, enabled: isOn(layers, spec.id), actions: decision.actions, source: decision.source }
    })
  }

  status(): MonitorStatus {
    const running = this.#running
    return {
      state: running ? 'running' : this.#stopped && this.#instanceId === null ? 'disabled' : 'stopped',
      version: sdkVersion,
      instanceId: this.#instanceId,
      configFile: this.#file.file,
      environment: running?.settings.environment ?? null,
      issues: this.#issues,
      hooks: running?.hooks() ?? [],
      uplink: running?.uplink.status() ?? null,
      counters: {
        ...running?.engine.counters,
        bugs: [...(running?.guard.failures.values() ?? [])].reduce((sum, times) => sum + times, 0),
      },
    }
  }

  /** Sends what is waiting and closes. The guards stay in and go on judging by the last configuration. */
  async stop(deadlineMs?: number): Promise<void> {
    await this.#running?.uplink.stop(deadlineMs)
  }
}

const formatIssue = (issue: ConfigIssue): string => `${issue.path}: ${issue.message}`
