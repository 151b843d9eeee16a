import type { Executor } from '@riposte/actions'
import { findSpec } from '@riposte/actions/specs'
import type { ActionRunner } from './action-runner.ts'
import type { ActionRecord } from './journal-records.ts'
import type { Journal } from './journal.ts'
import type { Lanes } from './lanes.ts'

export interface WatchParts {
  readonly journal: Journal
  readonly lanes: Lanes
  readonly runner: ActionRunner
  readonly executorOf: (type: string) => Executor<unknown> | undefined
  readonly log: (line: string) => void
  readonly everyMs: number
}

const lookMs = 30_000
/** A containment that something fights over is told of this often, not at each look. */
const quietMs = 30_000

/** Looks at what holds every few seconds, and tells of each change once. Costs nothing while nothing holds. */
export class ContainmentWatch {
  readonly #parts: WatchParts
  readonly #toldAt = new Map<string, number>()
  #timer: NodeJS.Timeout | null = null
  #looking = false
  #stopped = false

  constructor(parts: WatchParts) {
    this.#parts = parts
  }

  /** Looks now, and from then on. */
  wake(): void {
    if (this.#stopped || this.#looking) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#held().length === 0) return
    this.#looking = true
    void this.#look().finally(() => {
      this.#looking = false
      if (!this.#stopped && this.#held().length > 0) this.#timer = setTimeout(() => this.wake(), this.#parts.everyMs)
    })
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  #held(): ActionRecord[] {
    return [...this.#parts.journal.state.actions.values()].filter(
      ({ hold }) => hold === 'in_force' || hold === 'drifted',
    )
  }

  async #look(): Promise<void> {
    for (const action of this.#held()) {
      try {
        await this.#lookAt(action)
      } catch (error) {
        this.#parts.log(`watching ${action.command.type}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }

  /** In the action's lane, so that nothing is put back while a release takes it away; at work, the lane is left alone. */
  async #lookAt(action: ActionRecord): Promise<void> {
    const spec = findSpec(action.command.type)
    const executor = this.#parts.executorOf(action.command.type)
    if (spec === undefined || executor?.watch === undefined) return
    await this.#parts.lanes.whenIdle(spec.lane, {
      timeoutMs: lookMs,
      work: async (signal) => {
        const seen = await executor.watch?.(this.#parts.runner.job(action, spec, signal), action.evidence)
        if (seen === undefined) return
        if (seen.state === action.hold && !seen.repaired) return
        const { actionId } = action.command
        const told = this.#toldAt.get(actionId)
        if (seen.state !== 'ended' && told !== undefined && performance.now() - told < quietMs) return
        this.#toldAt.set(actionId, performance.now())
        if (seen.state === 'ended') this.#toldAt.delete(actionId)
        this.#parts.journal.hold(actionId, seen.state, {
          kind: 'containment',
          state: seen.state,
          repaired: seen.repaired,
          detail: seen.detail.slice(0, 4_000),
        })
      },
    })
  }
}
