import { randomUUID } from 'node:crypto'
import type { Evidence } from '@riposte/actions'
import type { AgentReport, Command, ExecuteCommand } from '@riposte/contract'
import { openDurableLines, type DurableLines } from './durable-lines.ts'
import {
  applyRecord,
  emptyState,
  toBase,
  type ActionRecord,
  type HoldState,
  type JournalRecord,
  type JournalState,
} from './journal-records.ts'
import { chainReport } from '@riposte/uplink/device'

type Event = AgentReport['event']
type VerifyCommand = Extract<Command, { kind: 'verify' }>

export interface JournalOptions {
  readonly file: string
  /** Unix milliseconds of the control plane. */
  readonly now: () => number
  /** Told of each report once it is on the disk. */
  readonly onReport?: (report: AgentReport) => void
  readonly open?: typeof openDurableLines
}

/** Grown past this, and past four times what it must hold, it is written anew. */
const compactAboveBytes = 2 * 1_048_576

/**
 * What this agent took, did and has to tell, on the disk before the effect: intent -> begun -> applied -> verified. A report lies in
 * the same line as what it tells of, so a crash loses neither or both.
 */
export class Journal {
  readonly health: { readonly damaged: number; readonly torn: boolean }
  readonly #options: JournalOptions
  readonly #lines: DurableLines
  #state: JournalState
  #baseBytes: number

  constructor(options: JournalOptions) {
    this.#options = options
    const { lines, read } = (options.open ?? openDurableLines)(options.file)
    this.#lines = lines
    this.health = { damaged: read.damaged, torn: read.torn }
    this.#state = (read.values as JournalRecord[]).reduce(applyRecord, emptyState)
    this.#baseBytes = 0
    this.#compactWhenLarge()
  }

  get state(): JournalState {
    return this.#state
  }

  action(actionId: string): ActionRecord | undefined {
    return this.#state.actions.get(actionId)
  }

  intent(command: ExecuteCommand): void {
    this.#write({ k: 'intent', command })
  }

  begun(actionId: string): void {
    const again = (this.action(actionId)?.attempts ?? 0) > 0
    // It said so already, before the agent died.
    this.#write({ k: 'begun', actionId, report: again ? undefined : this.#reportOf(actionId, { kind: 'started' }) })
  }

  note(actionId: string, note: Evidence): void {
    this.#write({ k: 'note', actionId, note })
  }

  applied(actionId: string, evidence: Evidence, holds: boolean): void {
    const report = this.#reportOf(actionId, { kind: 'completed', evidence: { ...evidence } })
    this.#write({ k: 'applied', actionId, evidence, holds, at: this.#options.now(), report })
  }

  failed(actionId: string, event: Extract<Event, { kind: 'failed' }>): void {
    this.#write({ k: 'failed', actionId, report: this.#reportOf(actionId, event) })
  }

  cancelled(actionId: string, detail: string): void {
    this.#write({ k: 'cancelled', actionId, report: this.#reportOf(actionId, { kind: 'cancelled', detail }) })
  }

  verify(command: VerifyCommand): void {
    this.#write({ k: 'verify', command })
  }

  verified(command: VerifyCommand, event: Extract<Event, { kind: 'verified' }>): void {
    const { commandId, actionId } = command
    this.#write({ k: 'verified', commandId, report: this.#report({ actionId, commandId, event }) })
  }

  hold(actionId: string, hold: HoldState, event: Extract<Event, { kind: 'containment' }>): void {
    this.#write({ k: 'hold', actionId, hold, report: this.#reportOf(actionId, event) })
  }

  /** A command that ends here, with what is said to it. `sequence` is null when it cannot be believed. */
  seen(
    command: { readonly commandId: string | null; readonly actionId: string | null; readonly sequence: number | null },
    event: Event | null,
  ): void {
    const { commandId, actionId, sequence } = command
    const report = event === null ? undefined : this.#report({ actionId, commandId, event })
    this.#write({ k: 'seen', commandId, sequence, report })
  }

  output(actionId: string, event: Extract<Event, { kind: 'output' }>): void {
    this.#write({ k: 'told', report: this.#reportOf(actionId, event) })
  }

  notice(code: string, detail: string): void {
    const event = { kind: 'notice', code, detail } as const
    this.#write({ k: 'told', report: this.#report({ actionId: null, commandId: null, event }) })
  }

  released(nonce: string, detail: string): void {
    const event = { kind: 'notice', code: 'break_glass_release', detail } as const
    this.#write({ k: 'released', nonce, report: this.#report({ actionId: null, commandId: null, event }) })
  }

  /** The end of an action once more, as it was told; nothing when that still waits or there is none. */
  lastReport(actionId: string): AgentReport | null {
    const last = this.action(actionId)?.last ?? null
    return last === null || this.#state.waiting.has(last.reportId) ? null : last
  }

  stored(reportIds: readonly string[]): void {
    const ids = reportIds.filter((id) => this.#state.waiting.has(id))
    if (ids.length > 0) this.#write({ k: 'stored', ids })
  }

  close(): void {
    this.#lines.close()
  }

  #reportOf(actionId: string, event: Event): AgentReport {
    const commandId = this.action(actionId)?.command.commandId ?? null
    return this.#report({ actionId, commandId, event })
  }

  #report(draft: Pick<AgentReport, 'actionId' | 'commandId' | 'event'>): AgentReport {
    const at = new Date(this.#options.now()).toISOString()
    return chainReport({ reportId: randomUUID(), at, ...draft }, this.#state.head).report
  }

  /** @throws when the disk does not take it: nothing has happened then, and nothing may */
  #write(record: JournalRecord): void {
    this.#lines.append([record])
    this.#state = applyRecord(this.#state, record)
    if ('report' in record && record.report !== undefined) this.#options.onReport?.(record.report)
    this.#compactWhenLarge()
  }

  #compactWhenLarge(): void {
    if (this.#lines.bytes < Math.max(compactAboveBytes, 4 * this.#baseBytes)) return
    const base = toBase(this.#state)
    this.#lines.replace([base])
    this.#state = applyRecord(emptyState, base)
    this.#baseBytes = this.#lines.bytes
  }
}
