import type { ActionId, IncidentReport, Input, Operation } from '@riposte/contract/wire'
import { defaultSettings, protections, watches, type Finding, type Protection } from '@riposte/protections/catalog'
import { answerBlocked } from '../respond/block.ts'
import { describeRequest } from '../sources/describe-request.ts'
import type { Settings } from '../config/settings.ts'
import { BlockedError } from './blocked-error.ts'
import { contexts, type Context } from './context.ts'
import type { Guard } from './guard.ts'
import { makeIncident } from './incident.ts'
import { KnownStatements } from './known-statements.ts'
import { decide, isOn, type Decision, type Layer } from './policy.ts'
import { findingKey, RecentFindings } from './recent-findings.ts'

export interface EngineParts {
  readonly guard: Guard
  readonly settings: Settings
  /** Console, file, code: asked anew for every finding, since the console's changes while the app runs. */
  readonly layers: () => readonly Layer[]
  readonly revision: () => number | null
  readonly report: (incident: IncidentReport) => void
  readonly clock: () => number
}

/** This version carries out these; the others are known by name only. */
const carriedOut = new Set<ActionId>(['log', 'block', 'none'])
const judges: readonly Protection[] = protections

/** An operation comes in, findings are judged, the answer is carried out. */
export class Engine {
  readonly #parts: EngineParts
  readonly #known = new KnownStatements()
  readonly #recent = new RecentFindings()
  #sessionKey = 'local'
  readonly counters = { requests: 0, operations: 0, known: 0, findings: 0, blocked: 0, cut: 0 }

  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  set sessionKey(key: string) {
    this.#sessionKey = key
  }

  /**
   * Judges an operation in the context that asks for it. Everything of ours in here fails open.
   * @returns the error that the operation must fail with, or null to let it pass
   */
  judge(operation: Operation): BlockedError | null {
    const context = contexts.getStore()
    if (!context) return null
    return this.#parts.guard('judge', () => this.#judge(context, operation), null)
  }

  #judge(context: Context, operation: Operation): BlockedError | null {
    this.counters.operations += 1
    if (context.blocked) return isCleanUp(operation) ? null : context.blocked
    const text = operation.kind === 'sql' ? operation.text : null
    if (text !== null && this.#known.has(text)) {
      this.counters.known += 1
      return null
    }
    const { inputs, cut } = context.inputs()
    if (cut) this.#noteCut(context)
    const layers = this.#parts.layers()
    for (const protection of judges) {
      if (!watches(protection, operation) || !isOn(layers, protection.spec.id)) continue
      const finding = this.#parts.guard(
        protection.spec.id,
        () => protection.detect(operation, inputs, defaultSettings(protection.spec.settings)),
        null,
      )
      if (finding) return this.#answer({ context, operation, protection, finding, layers })
    }
    if (text !== null && !cut && !standsIn(text, inputs)) this.#known.add(text)
    return null
  }

  #noteCut(context: Context): void {
    if (context.cutReported) return
    context.cutReported = true
    this.counters.cut += 1
  }

  #answer(found: {
    context: Context
    operation: Operation
    protection: Protection
    finding: Finding
    layers: readonly Layer[]
  }): BlockedError | null {
    const { context, protection, finding, layers } = found
    const { settings, clock } = this.#parts
    const now = clock()
    this.counters.findings += 1
    const request = describeRequest(context, settings.trusted, this.#sessionKey)
    const decision = decide(
      layers,
      {
        protection: protection.spec.id,
        severity: protection.spec.severity,
        confidence: finding.confidence,
        environment: settings.environment,
        method: request?.method ?? null,
        path: request?.path ?? null,
        now,
      },
      protection.spec.defaultAction,
    )
    const actions = decision.actions.filter((action) => carriedOut.has(action))
    const done: readonly ActionId[] = actions.length > 0 ? actions : ['log']
    const incident = this.#record({ ...found, request, decision, done, now })
    if (!done.includes('block')) return null
    return this.#block(context, incident)
  }

  /** In the spool before anybody is answered. */
  #record(parts: {
    operation: Operation
    protection: Protection
    finding: Finding
    request: IncidentReport['request']
    decision: Decision
    done: readonly ActionId[]
    now: number
  }): IncidentReport {
    const { settings, revision, report, guard } = this.#parts
    const incident = makeIncident({
      spec: parts.protection.spec,
      finding: parts.finding,
      operation: parts.operation,
      decision: parts.decision,
      carriedOut: parts.done,
      request: parts.request,
      environment: settings.environment,
      appVersion: settings.app.version,
      revision: revision(),
      now: parts.now,
      stack: captureStack(),
    })
    const key = findingKey(incident)
    const again = this.#recent.repeat(key, parts.now)
    if (!again) this.#recent.remember(key, incident, parts.now)
    guard('report', () => report(again ?? incident), undefined)
    return again ?? incident
  }

  #block(context: Context, incident: IncidentReport): BlockedError {
    this.counters.blocked += 1
    const error = new BlockedError(incident.protection, incident.id)
    context.blocked = error
    if (context.request && context.response) {
      const { request, response } = context
      this.#parts.guard('block', () => answerBlocked(request, response, incident.id), undefined)
    }
    return error
  }
}

/** What a blocked request may still do: give back what it holds. */
const isCleanUp = (operation: Operation): boolean =>
  operation.kind === 'sql' &&
  /^\s*(?:rollback|abort|release|close|deallocate|discard|unlisten)\b[\s\w"]*;?\s*$/i.test(operation.text)

function standsIn(text: string, inputs: readonly Input[]): boolean {
  const lower = text.toLowerCase()
  return inputs.some((input) => lower.includes(input.value.trim().toLowerCase()))
}

/** The app's frames: ours and Node's own say nothing. */
function captureStack(): string[] {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const stack = new Error('where').stack ?? ''
  Error.stackTraceLimit = before
  return stack
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/^at /, ''))
    .filter(
      (line) =>
        !line.includes('node:') &&
        !/@riposte[\\/]monitor|packages[\\/]monitor[\\/](?:dist|src[\\/](?:core|sinks|sources))/.test(line),
    )
}
