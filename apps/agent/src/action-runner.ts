import { ActionFailure, ProgramMissing, type Evidence, type Executor, type Host, type Job } from '@riposte/actions'
import { findSpec, type ResponseActionSpec } from '@riposte/actions/specs'
import type { Command, FailureReason } from '@riposte/contract'
import { boundEvidence } from './bound-evidence.ts'
import type { ActionRecord } from './journal-records.ts'
import type { Journal } from './journal.ts'
import type { LaneEnd, Lanes } from './lanes.ts'
import { outputOf } from './output.ts'

export interface RunnerParts {
  readonly journal: Journal
  readonly lanes: Lanes
  readonly host: Host
  readonly executorOf: (type: string) => Executor<unknown> | undefined
  readonly log: (line: string) => void
  /** An action ended: what is held may have changed. */
  readonly onEnd: () => void
}

type VerifyCommand = Extract<Command, { kind: 'verify' }>

const reconcileMs = 60_000
const verifyMs = 60_000
/** Begun, interrupted and shown not to have happened: begun once more, then given up. */
const mostAttempts = 2

/** Carries actions out, each step in the journal before the host is touched. */
export class ActionRunner {
  readonly #parts: RunnerParts

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  /** Takes what is in the journal as an intent to its end, when its lane is free. */
  async run(actionId: string): Promise<void> {
    const { journal, lanes, host, executorOf } = this.#parts
    const action = journal.action(actionId)
    const spec = action && findSpec(action.command.type)
    const executor = action && executorOf(action.command.type)
    if (action === undefined) return
    if (spec === undefined || executor === undefined) {
      this.#fail(actionId, 'unsupported', `This host has nothing that does "${action.command.type}".`)
      return
    }
    const output = outputOf((event) => this.#durably(() => journal.output(actionId, event)))
    const end = await lanes.run(spec.lane, {
      id: actionId,
      timeoutMs: spec.timeoutS * 1_000,
      work: async (signal) => {
        // It may have waited long behind others.
        if (host.now() > Date.parse(action.command.notAfter))
          throw new ActionFailure('expired', `It could begin until ${action.command.notAfter}.`)
        journal.begun(actionId)
        return executor.execute(this.job(action, spec, signal, output.write))
      },
    })
    output.end()
    this.#settle(actionId, spec, end)
  }

  /** After a restart: what had not begun begins, what had begun is asked of the host, what held is watched by others. */
  async resume(action: ActionRecord): Promise<void> {
    const { actionId, notAfter } = action.command
    if (action.state === 'intent') return this.run(actionId)
    const { journal, lanes, host, executorOf } = this.#parts
    const spec = findSpec(action.command.type)
    const executor = executorOf(action.command.type)
    if (spec === undefined || executor === undefined) {
      this.#fail(actionId, 'unknown', 'The agent was stopped midway, and what could tell is no longer part of it.')
      return
    }
    const end = await lanes.run(spec.lane, {
      id: actionId,
      timeoutMs: reconcileMs,
      work: (signal) => executor.reconcile(this.job(action, spec, signal), action.notes),
    })
    const told =
      end.is === 'done'
        ? end.value
        : { state: 'unknown' as const, detail: end.is === 'threw' ? text(end.error) : 'The host did not tell in time.' }
    if (told.state === 'applied') {
      this.#durably(() => journal.applied(actionId, boundEvidence(told.evidence), spec.containment))
      return
    }
    if (told.state === 'unknown') {
      this.#fail(actionId, 'unknown', told.detail)
      return
    }
    if (host.now() > Date.parse(notAfter)) {
      this.#fail(
        actionId,
        'expired',
        `It had not happened when the agent was stopped, and could begin until ${notAfter}. ${told.detail}`,
      )
      return
    }
    if (action.attempts >= mostAttempts) {
      this.#fail(
        actionId,
        'execution_error',
        `The agent was stopped ${action.attempts} times while it did this. ${told.detail}`,
      )
      return
    }
    return this.run(actionId)
  }

  async verify(command: VerifyCommand): Promise<void> {
    const { journal, executorOf } = this.#parts
    const verified = (result: 'passed' | 'failed' | 'inconclusive', detail: string, evidence: Evidence = {}): void =>
      this.#durably(() =>
        journal.verified(command, {
          kind: 'verified',
          result,
          detail: detail.slice(0, 4_000),
          evidence: { ...boundEvidence(evidence) },
        }),
      )
    const action = journal.action(command.actionId)
    const spec = findSpec(command.type)
    const executor = executorOf(command.type)
    if (action === undefined || spec === undefined || executor === undefined) {
      verified('inconclusive', 'This agent has no record of that action.')
      return
    }
    if (action.state !== 'applied') {
      verified('inconclusive', `The action is not applied: it is ${action.state}.`)
      return
    }
    const controller = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        controller.abort()
        resolve(null)
      }, verifyMs)
    })
    try {
      const work = executor.verify(this.job(action, spec, controller.signal), action.evidence)
      work.catch(() => undefined)
      const verdict = await Promise.race([work, late])
      if (verdict === null) verified('inconclusive', `The host did not tell within ${verifyMs / 1_000} s.`)
      else verified(verdict.result, verdict.detail, verdict.evidence)
    } catch (error) {
      verified('inconclusive', text(error))
    } finally {
      clearTimeout(timer)
    }
  }

  job(
    action: ActionRecord,
    spec: ResponseActionSpec,
    signal: AbortSignal,
    output: Job<unknown>['output'] = () => undefined,
  ): Job<unknown> {
    const { journal, host } = this.#parts
    const { actionId, context, parameters } = action.command
    return {
      actionId,
      parameters: spec.parameters.parse(parameters),
      context,
      host,
      signal,
      output,
      note: (note) => {
        journal.note(actionId, note)
        return Promise.resolve()
      },
    }
  }

  #settle(actionId: string, spec: ResponseActionSpec, end: LaneEnd<Evidence>): void {
    const { journal } = this.#parts
    if (end.is === 'done') this.#durably(() => journal.applied(actionId, boundEvidence(end.value), spec.containment))
    else if (end.is === 'hung')
      this.#fail(
        actionId,
        'timed_out',
        `It took longer than ${spec.timeoutS} s and does not end when it is told to; look at the host, it may still happen.`,
      )
    else if (end.aborted === 'cancelled' && !(end.error instanceof ActionFailure && end.error.reason === 'partial'))
      this.#durably(() =>
        journal.cancelled(actionId, `It was left while it was under way: ${text(end.error)}`.slice(0, 4_000)),
      )
    else {
      const { reason, detail, evidence } = failureOf(end.error, end.aborted === 'timeout', spec)
      this.#fail(actionId, reason, detail, evidence)
    }
    this.#parts.onEnd()
  }

  #fail(actionId: string, reason: FailureReason, detail: string, evidence: Evidence = {}): void {
    const event = {
      kind: 'failed',
      reason,
      detail: detail.slice(0, 4_000),
      evidence: { ...boundEvidence(evidence) },
    } as const
    this.#durably(() => this.#parts.journal.failed(actionId, event))
  }

  /** A full disk must not end the agent: after a restart the host is asked what came of it. */
  #durably(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#parts.log(`the journal could not be written: ${text(error)}`)
    }
  }
}

function failureOf(
  error: unknown,
  timedOut: boolean,
  spec: ResponseActionSpec,
): { reason: FailureReason; detail: string; evidence: Evidence } {
  if (error instanceof ActionFailure)
    return {
      reason: timedOut && error.reason === 'execution_error' ? 'timed_out' : error.reason,
      detail: error.message,
      evidence: error.evidence,
    }
  if (timedOut)
    return {
      reason: 'timed_out',
      detail: `It took longer than ${spec.timeoutS} s and was ended: ${text(error)}`,
      evidence: {},
    }
  if (error instanceof ProgramMissing)
    return { reason: 'unsupported', detail: `${error.message}; install it and ask again.`, evidence: {} }
  const denied = ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
  return { reason: denied ? 'permission_denied' : 'execution_error', detail: text(error), evidence: {} }
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
