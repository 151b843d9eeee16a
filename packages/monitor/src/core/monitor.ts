import type { Input, Operation, OperationKind, OperationOf } from '@riposte/contract/wire'
import { protections, type Protection } from '@riposte/protections/catalog'
import path from 'node:path'
import { configShape, ownProtectionIds, type MonitorConfig } from '../config/config-shape.ts'
import { readEnvironment } from '../config/env.ts'
import { explainProtections } from '../config/explain-configuration.ts'
import { readFileConfig, type FileConfig } from '../config/read-file.ts'
import { resolveSettings } from '../config/settings.ts'
import type { ConfigIssue } from '../config/shape.ts'
import { toLayer } from '../config/to-layer.ts'
import { createLog, type Log } from '../log/logger.ts'
import { maskAlso } from '../log/mask.ts'
import { CustomActions, type ActionOptions, type ThreatHandler } from '../respond/custom.ts'
import { DataEraser, type Eraser } from '../respond/erase/erase.ts'
import { ValueCollector } from '../sources/value-collector.ts'
import { nearestManifest } from '../sinks/install-sinks.ts'
import { Context, contexts } from './context.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { Explanation, MonitorStatus, StartOptions } from './monitor-types.ts'
import { customName, type Layer } from './policy.ts'
import { run, type Running } from './run.ts'
import { sdkVersion } from './version.ts'

const noFile: FileConfig = { file: null, config: {}, issues: [], unreadable: false }

/** Guards this process. One per process, however often it is imported. */
export class Monitor {
  #running: Running | null = null
  #disabled = false
  #log: Log | null = null
  #issues: ConfigIssue[] = []
  #file: FileConfig = noFile
  #pending: Record<string, { enabled: boolean; action: string | readonly string[]; config?: unknown }> = {}
  readonly #own: Protection[] = []
  readonly #custom = new CustomActions(() => this.#log)
  readonly #eraser = new DataEraser()

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

  /** Adds a protection of the app's own, before `start`: it is configured and answered as those that Riposte brings. */
  registerProtection(protection: Protection): this {
    this.#own.push(protection)
    ownProtectionIds.add(protection.spec.id)
    return this
  }

  /**
   * A handler that configurations call by this name; `default` is what the action `custom` runs. It never holds the request up,
   * unless it asks to decide.
   */
  registerAction(name: string, handler: ThreatHandler, options: ActionOptions = {}): this {
    this.#custom.register(name, handler, options)
    return this
  }

  /** A secret in memory, which the action `erase` fills with zeros. */
  registerSecret(secret: Uint8Array): this {
    this.#eraser.registerSecret(secret)
    return this
  }

  /** Work of the app's own for the action `erase`; all erasers together have two seconds. */
  registerEraser(eraser: Eraser): this {
    this.#eraser.registerEraser(eraser)
    return this
  }

  /**
   * Reads the configuration, puts the guards in and connects in the background. A second call does nothing. A configuration that
   * cannot be read is said, and code and defaults count; with `throwOnFailure` it is thrown.
   */
  start(options: StartOptions = {}): this {
    if (this.#running || this.#disabled) return this
    const cwd = process.cwd()
    const entry = process.argv[1] ? path.resolve(cwd, process.argv[1]) : null
    const app = nearestManifest(entry ? path.dirname(entry) : cwd)
    const appRoot = app?.folder ?? null
    const env = readEnvironment()

    this.#file = readFileConfig({ env, cwd, appRoot })
    const codeIssues: ConfigIssue[] = []
    const code = this.#readCode(options, codeIssues)
    this.#issues = [...this.#file.issues, ...codeIssues]
    const sources = { file: this.#file.config, code, env, cwd, appRoot, manifest: app?.content ?? {} }
    const settings = resolveSettings(sources, this.#issues)
    const errors = this.#issues.filter((issue) => issue.level === 'error')
    if (settings.throwOnFailure && errors.length > 0) throw new Error(`Riposte: ${errors.map(formatIssue).join('; ')}`)

    maskAlso(settings.logging.mask ?? [])
    const log = createLog(settings.logging, Date.now)
    this.#log = log
    for (const issue of this.#issues) log(issue.level, `${this.#file.file ?? 'configuration'}: ${formatIssue(issue)}`)
    if (!settings.enabled) {
      log('warning', 'disabled by configuration: nothing is guarded')
      this.#disabled = true
      return this
    }
    const own = [toLayer('file', this.#file.config), toLayer('code', code)]
    this.#running = run({
      ...{ settings, own, log, appRoot, entry },
      protections: this.#own,
      custom: this.#custom,
      eraser: this.#eraser,
      warnings: () => [...this.#issues, ...this.#missingActions(own)].map(formatIssue),
    })
    // Once the app had its turn to register what its configuration names.
    setTimeout(() => {
      for (const issue of this.#missingActions(own)) log(issue.level, formatIssue(issue))
    }, 1_000).unref()
    log('debug', 'guarding', {
      environment: settings.environment,
      mode: settings.controlPlane ? 'connected' : 'local',
      config: this.#file.file,
    })
    return this
  }

  #readCode(options: StartOptions, issues: ConfigIssue[]): MonitorConfig {
    const pending = Object.keys(this.#pending).length > 0
    const wish = pending ? { ...options, protections: { ...options.protections, ...this.#pending } } : options
    return configShape.read(wish, '', issues) ?? {}
  }

  #missingActions(layers: readonly Layer[]): ConfigIssue[] {
    return layers.flatMap(({ source, protections: entries, rules }) =>
      [
        ...[...entries].flatMap(([id, entry]) => (entry.actions ?? []).map((action) => ({ at: id, action }))),
        ...rules.flatMap((rule, index) => rule.then.actions.map((action) => ({ at: `rules[${index}]`, action }))),
      ].flatMap(({ at, action }): ConfigIssue[] => {
        const name = customName(action)
        if (name === null || this.#custom.has(name)) return []
        return [
          {
            level: 'warning',
            path: `${at} (${source})`,
            message: `no custom action is registered as "${name}": findings are logged instead; see registerAction`,
          },
        ]
      }),
    )
  }

  /**
   * Judges an operation now: `check('sql', { dialect: 'postgresql', text })`, or the operation with its kind in it.
   * @returns an error to throw where it must not go on, else null
   */
  check<Kind extends OperationKind>(kind: Kind, operation: Omit<OperationOf<Kind>, 'kind'>): Error | null
  check(operation: Operation): Error | null
  check(kindOrOperation: OperationKind | Operation, operation?: object): Error | null {
    const asked =
      typeof kindOrOperation === 'string' ? ({ ...operation, kind: kindOrOperation } as Operation) : kindOrOperation
    const { engine } = this.#running ?? {}
    if (!engine) return null
    return contexts.getStore() ? engine.judge(asked) : this.runWithInputs([], () => engine.judge(asked))
  }

  /** Says who is asking, for the incidents of the request in hand, and so that the session can be blocked. */
  identify(who: { userId?: string; sessionId?: string }): void {
    const context = contexts.getStore()
    if (!context) return
    if (who.userId !== undefined) context.userId = who.userId
    if (who.sessionId === undefined) return
    context.sessionId = who.sessionId
    this.#running?.responder.refusesIdentified(context)
  }

  /**
   * Runs work with values that did not come with the request in hand: a queue's message, a row that somebody stored earlier. Inside a
   * request they come on top of its own.
   */
  runWithInputs<T>(inputs: Readonly<Record<string, unknown>> | readonly Input[], work: () => T): T {
    const limits = this.#running?.settings.limits ?? defaultLimits
    const named = Array.isArray(inputs) ? [...(inputs as readonly Input[])] : valuesOf(inputs, limits)
    const outer = contexts.getStore()
    return contexts.run(outer ? outer.withInputs(named) : new Context(null, null, limits, named), work)
  }

  explain(): Explanation[] {
    const layers = this.#running?.layers() ?? [toLayer('file', this.#file.config)]
    const environment = this.#running?.settings.environment ?? 'production'
    return explainProtections(layers, [...protections, ...this.#own], environment)
  }

  status(): MonitorStatus {
    const running = this.#running
    return {
      state: running ? 'running' : this.#disabled ? 'disabled' : 'stopped',
      version: sdkVersion,
      instanceId: running?.instanceId ?? null,
      configFile: this.#file.file,
      environment: running?.settings.environment ?? null,
      issues: [...this.#issues, ...(running ? this.#missingActions(running.layers()) : [])],
      hooks: running?.hooks() ?? [],
      uplink: running?.uplink.status() ?? null,
      counters: {
        ...running?.engine.counters,
        ...running?.responder.counters,
        bugs: [...(running?.guard.failures.values() ?? [])].reduce((sum, times) => sum + times, 0),
      },
      blocked: running?.blockList.size ?? { addresses: 0, sessions: 0 },
    }
  }

  /** Sends what is waiting and closes. The guards stay in and go on judging by the last configuration. */
  async stop(deadlineMs?: number): Promise<void> {
    await this.#running?.uplink.stop(deadlineMs)
  }
}

function valuesOf(inputs: object, limits: Limits): readonly Input[] {
  const collector = new ValueCollector(limits)
  for (const [name, value] of Object.entries(inputs)) collector.addTree('message', value, name)
  return collector.inputs
}

const formatIssue = (issue: ConfigIssue): string => `${issue.path}: ${issue.message}`
