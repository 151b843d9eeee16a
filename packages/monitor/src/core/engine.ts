import type { ActionId, IncidentReport, Input, Operation, OperationKind } from '@riposte/contract/wire'
import { defaultSettings, protections, watches, type Finding, type Protection } from '@riposte/protections/catalog'
import { toActionIds, type Answer, type Plan, type Responder } from '../respond/responder.ts'
import { describeRequest } from '../sources/describe-request.ts'
import type { Settings } from '../config/settings.ts'
import type { BlockedError } from './blocked-error.ts'
import { captureStack } from './capture-stack.ts'
import { contexts, type Context } from './context.ts'
import type { Guard } from './guard.ts'
import { makeIncident } from './incident.ts'
import { KnownOperations } from './known-operations.ts'
import { decide, isOn, settingsOf, type Decision, type Layer } from './policy.ts'
import { findingKey, RecentFindings } from './recent-findings.ts'

export interface EngineParts {
  readonly guard: Guard
  readonly settings: Settings
  /** Console, file, code: asked anew for every finding, since the console's changes while the app runs. */
  readonly layers: () => readonly Layer[]
  readonly revision: () => number | null
  readonly report: (incident: IncidentReport, options: { readonly sync: boolean }) => void
  readonly clock: () => number
  readonly sessionKey: () => string
  readonly responder: Responder
  /** Those that the app brought itself. */
  readonly own: readonly Protection[]
}

const pass: Answer = { refusal: null, decision: null }

/** An operation comes in, findings are judged, the answer is carried out. */
export class Engine {
  readonly #parts: EngineParts
  readonly #judges: readonly Protection[]
  readonly #judgesAnything: ReadonlySet<OperationKind>
  readonly #known: KnownOperations
  readonly #recent = new RecentFindings()
  /** What we do ourselves on the way (a log file, the spool) is not the app's. */
  #busy = false
  /** Looks, before an operation is judged, at what the request has done unseen. */
  lookout: (() => void) | null = null
  readonly counters = { requests: 0, operations: 0, known: 0, findings: 0, cut: 0 }

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#known = new KnownOperations(!parts.own.some(({ spec }) => spec.kinds.includes('html')))
    this.#judges = [...protections, ...parts.own]
    const alone = this.#judges.filter(({ spec }) => spec.withoutInputs)
    this.#judgesAnything = new Set(alone.flatMap(({ spec }) => spec.kinds))
  }

  /**
   * Judges an operation in the context that asks for it, for a caller that cannot wait. Everything of ours in here fails open.
   * @param operation or what makes it, when that is work
   * @returns the error that the operation must fail with, or null to let it pass
   */
  judge(operation: Operation | (() => Operation)): BlockedError | null {
    const { refusal, decision } = this.#answer(operation)
    return decision ? decision.now() : refusal
  }

  /** The same, for a caller that can wait: a custom action that decides then has its time. */
  judgeInTime(operation: Operation | (() => Operation)): BlockedError | null | Promise<BlockedError | null> {
    const { refusal, decision } = this.#answer(operation)
    return decision ? decision.answer : refusal
  }

  #wanted: { readonly layers: readonly Layer[]; readonly kinds: ReadonlySet<OperationKind> } | null = null

  /** Whether anything would judge operations of that kind as things are configured now: asked before work is put into making one. */
  wants(kind: OperationKind): boolean {
    const layers = this.#parts.layers()
    if (this.#wanted?.layers !== layers) {
      const on = this.#judges.filter(({ spec }) => isOn(layers, spec))
      this.#wanted = { layers, kinds: new Set(on.flatMap(({ spec }) => spec.kinds)) }
    }
    return this.#wanted.kinds.has(kind)
  }

  /** Runs work of ours beside the app's, which goes on whatever comes of it. */
  aside<T>(place: string, work: () => T): T | undefined {
    return this.#parts.guard<T | undefined, []>(place, work, undefined)
  }

  /** Whether a page may leave without being judged, asked before it is made text. @param page all of it, as it leaves */
  mayPass(page: string | Buffer): boolean {
    return this.#passes((context) => this.#holdsNothing(context, page))
  }

  /** Whether the parts of a page that have left so far, and the next one, need no judging. @param beginning all of these */
  mayBegin(beginning: string): boolean {
    return this.#passes((context) => this.#known.mayGoOn(beginning, context))
  }

  #passes(isKnown: (context: Context) => boolean): boolean {
    const context = contexts.getStore()
    const { responder, guard } = this.#parts
    if (!context || this.#busy || responder.ending || context.blocked) return false
    if (!guard('known page', () => isKnown(context), false)) return false
    this.counters.operations += 1
    this.counters.known += 1
    return true
  }

  /** What is new in a page is small, and nothing that came with the request stands in it. */
  #holdsNothing(context: Context, page: string | Buffer): boolean {
    const part = this.#known.newInPage(page, context)
    if (!part) return true
    if (part.end - part.start > page.length / 4) return false
    const { inputs, cut, unread } = context.inputs()
    if (cut || unread !== null) return false
    const around = aroundOf(inputs)
    const text = textIn(page, part.start - around, part.end + around)
    const layers = this.#parts.layers()
    return this.#judges
      .filter(({ spec }) => spec.kinds.includes('html') && isOn(layers, spec))
      .every((protection) => protection.mayFind?.(text, inputs) === false)
  }

  /** A new request: whether it is refused, and answered, before the app hears of it. */
  refuses(context: Context): boolean {
    const { responder, guard } = this.#parts
    return responder.mayRefuse && guard('admission', () => responder.refuses(context), false)
  }

  #answer(operation: Operation | (() => Operation)): Answer {
    const context = contexts.getStore()
    if (!context || this.#busy) return pass
    this.lookout?.()
    this.#busy = true
    try {
      return this.#parts.guard('judge', judgeIn, pass, this, context, operation)
    } finally {
      this.#busy = false
    }
  }

  /** Public for `judgeIn` alone, which keeps a closure off the hot path. */
  judgeNow(context: Context, operation: Operation): Answer {
    this.counters.operations += 1
    const { ending } = this.#parts.responder
    const refusal = ending ?? context.blocked
    // Drivers make code for the rows of whoever comes next, on a connection that this request opened; what is loaded late, with the
    // first request that needs it, is loaded for all, and bundlers remember for good that it failed. These are judged as ever.
    const isShared = operation.kind === 'code' || (operation.kind === 'file' && !ending)
    if (refusal && !isShared) return isCleanUp(operation) ? pass : { refusal, decision: null }
    if (this.#known.has(operation)) {
      this.counters.known += 1
      return pass
    }
    const { inputs, cut, unread } = context.inputs()
    const nothingCame = inputs.length === 0 && this.#parts.own.length === 0
    if (nothingCame && !this.#judgesAnything.has(operation.kind)) return pass
    const layers = this.#parts.layers()
    let judged = false
    for (const protection of this.#judges) {
      const { id, settings } = protection.spec
      if (!isJudge(protection, operation, layers, nothingCame)) continue
      judged = true
      const own = settingsOf(layers, id, defaultsOf(protection, settings))
      const finding = this.#parts.guard(id, () => protection.detect(operation, inputs, own), null)
      if (finding) return this.#found({ context, operation, protection, finding, layers })
      if (cut && !context.cutReported) this.#reportCut({ context, operation, protection, inputs, layers })
    }
    if (judged && !cut && unread === null) this.#known.remember(operation, context, inputs)
    return pass
  }

  /** A request too large to be seen whole has reached an operation: padding must not be a way past us that nobody notices. */
  #reportCut(found: Omit<Found, 'finding'> & { readonly inputs: readonly Input[] }): void {
    const { context, inputs } = found
    context.cutReported = true
    this.counters.cut += 1
    const longest = inputs.reduce((one, other) => (other.value.length > one.value.length ? other : one))
    const finding: Finding = {
      confidence: 0.1,
      reason:
        'The request is larger than what is looked at of one; this operation was judged on what fits (see limits).',
      input: longest,
      inputSpan: null,
      operationSpan: null,
    }
    const decision: Decision = { actions: ['log'], wouldHave: [], source: 'default', ruleIds: [], shadowRuleIds: [] }
    const now = this.#parts.clock()
    this.#record({ ...found, finding, decision, plan: { actions: ['log'], notDone: [] }, now, cut: true })
  }

  #found(found: Found): Answer {
    const { context, operation, protection, finding, layers } = found
    const { settings, clock, responder } = this.#parts
    const now = clock()
    this.counters.findings += 1
    const decision = decide(
      layers,
      {
        protection: protection.spec.id,
        severity: protection.spec.severity,
        confidence: finding.confidence,
        environment: settings.environment,
        method: context.request?.method ?? null,
        path: context.path,
        now,
      },
      protection.spec.defaultAction,
    )
    const plan = responder.plan(decision.actions, context)
    const incident = this.#record({ ...found, decision, plan, now, cut: false })
    return responder.carryOut(context, incident, operation, plan)
  }

  /** In the spool before anybody is answered; on the disk before the process ends. */
  #record(
    parts: Found & { readonly decision: Decision; readonly plan: Plan; readonly now: number; readonly cut: boolean },
  ): IncidentReport {
    const { settings, revision, report, guard, sessionKey } = this.#parts
    const { actions, notDone } = parts.plan
    const done = toActionIds(actions)
    const custom = actions.filter((action) => action.startsWith('custom:'))
    const incident = makeIncident({
      spec: parts.cut ? { ...parts.protection.spec, severity: 'low' } : parts.protection.spec,
      finding: parts.finding,
      operation: parts.operation,
      decision: { ...parts.decision, wouldHave: toActionIds(parts.decision.wouldHave) },
      carriedOut: done,
      request: describeRequest(parts.context, settings.trusted, sessionKey(), settings.session),
      environment: settings.environment,
      appVersion: settings.app.version,
      revision: revision(),
      now: parts.now,
      stack: captureStack(),
      metadata: {
        ...(parts.cut ? { cut: true } : {}),
        ...(custom.length > 0 ? { custom } : {}),
        ...(notDone.length > 0 ? { notDone } : {}),
      },
    })
    const key = findingKey(incident)
    const again = this.#recent.repeat(key, parts.now)
    if (!again) this.#recent.remember(key, incident, parts.now)
    const ends: readonly ActionId[] = ['close', 'erase']
    guard('report', () => report(again ?? incident, { sync: done.some((action) => ends.includes(action)) }), undefined)
    return again ?? incident
  }
}

interface Found {
  readonly context: Context
  readonly operation: Operation
  readonly protection: Protection
  readonly finding: Finding
  readonly layers: readonly Layer[]
}

const judgeIn = (engine: Engine, context: Context, operation: Operation | (() => Operation)): Answer =>
  engine.judgeNow(context, typeof operation === 'function' ? operation() : operation)

const isJudge = (protection: Protection, operation: Operation, layers: readonly Layer[], alone: boolean): boolean =>
  watches(protection, operation) && isOn(layers, protection.spec) && (!alone || protection.spec.withoutInputs === true)

/** How long a value may be in a page, where each of its signs was escaped. */
const aroundOf = (inputs: readonly Input[]): number =>
  64 + 8 * inputs.reduce((most, { value }) => Math.max(most, value.length), 0)

const textIn = (page: string | Buffer, start: number, end: number): string =>
  typeof page === 'string' ? page.slice(Math.max(0, start), end) : page.toString('utf8', Math.max(0, start), end)

/** Worked out once for each protection. */
const defaults = new WeakMap<Protection, ReturnType<typeof defaultSettings>>()

function defaultsOf(protection: Protection, specs: Protection['spec']['settings']): ReturnType<typeof defaultSettings> {
  let known = defaults.get(protection)
  if (!known) defaults.set(protection, (known = defaultSettings(specs)))
  return known
}

/** What a blocked request may still do: give back what it holds. */
const isCleanUp = (operation: Operation): boolean =>
  operation.kind === 'sql' &&
  /^\s*(?:rollback|abort|release|close|deallocate|discard|unlisten)\b[\s\w"]*;?\s*$/i.test(operation.text)
