import type { Evidence } from '@riposte/actions'
import type { AgentReport, Command, ExecuteCommand } from '@riposte/contract'
import { noHead, type ChainHead } from '@riposte/uplink/device'

export type ActionState = 'intent' | 'begun' | 'applied' | 'failed' | 'cancelled'
export type HoldState = 'in_force' | 'drifted' | 'ended'

/** One response on this host, as far as it got. */
export interface ActionRecord {
  readonly command: ExecuteCommand
  readonly state: ActionState
  readonly attempts: number
  readonly notes: readonly Evidence[]
  readonly evidence: Evidence
  /** Of containments, from completion to their end. */
  readonly hold: HoldState | null
  readonly heldSince: number | null
  /** How it ended, to be told again when the control plane asks again. */
  readonly last: AgentReport | null
}

/** What the journal says: every record changes this and nothing else does. */
export interface JournalState {
  readonly highest: number
  readonly head: ChainHead
  /** Command ids that were taken or refused, the newest last. */
  readonly seen: ReadonlySet<string>
  readonly actions: ReadonlyMap<string, ActionRecord>
  readonly verifies: ReadonlyMap<string, Extract<Command, { kind: 'verify' }>>
  readonly waiting: ReadonlyMap<string, AgentReport>
  /** Of break-glass codes that were used. */
  readonly nonces: ReadonlySet<string>
}

interface Told {
  /** What the control plane is told of it, in the same line: one is never on the disk without the other. */
  readonly report?: AgentReport | undefined
}

export type JournalRecord =
  | ({ readonly k: 'base' } & PlainState)
  | { readonly k: 'intent'; readonly command: ExecuteCommand }
  | ({ readonly k: 'begun'; readonly actionId: string } & Told)
  | { readonly k: 'note'; readonly actionId: string; readonly note: Evidence }
  | ({
      readonly k: 'applied'
      readonly actionId: string
      readonly evidence: Evidence
      readonly holds: boolean
      readonly at: number
    } & Told)
  | ({ readonly k: 'failed'; readonly actionId: string } & Told)
  | ({ readonly k: 'cancelled'; readonly actionId: string } & Told)
  | { readonly k: 'verify'; readonly command: Extract<Command, { kind: 'verify' }> }
  | ({ readonly k: 'verified'; readonly commandId: string } & Told)
  | ({ readonly k: 'hold'; readonly actionId: string; readonly hold: HoldState } & Told)
  /** A command that ends here. `sequence` is null when it cannot be believed. */
  | ({ readonly k: 'seen'; readonly commandId: string | null; readonly sequence: number | null } & Told)
  | ({ readonly k: 'told' } & Told)
  | ({ readonly k: 'released'; readonly nonce: string } & Told)
  | { readonly k: 'stored'; readonly ids: readonly string[] }

interface PlainState {
  readonly highest: number
  readonly head: ChainHead
  readonly seen: readonly string[]
  readonly actions: readonly ActionRecord[]
  readonly verifies: readonly Extract<Command, { kind: 'verify' }>[]
  readonly waiting: readonly AgentReport[]
  readonly nonces: readonly string[]
}

export const emptyState: JournalState = {
  highest: 0,
  head: noHead,
  seen: new Set(),
  actions: new Map(),
  verifies: new Map(),
  waiting: new Map(),
  nonces: new Set(),
}

const most = { seen: 5_000, ended: 500 } as const

/** The state after a record. Mutates nothing that was handed out but the collections that it returns. */
export function applyRecord(state: JournalState, record: JournalRecord): JournalState {
  if (record.k === 'base') return fromPlain(record)
  const next = told(change(state, record), 'report' in record ? record.report : undefined)
  return next
}

function change(state: JournalState, record: Exclude<JournalRecord, { k: 'base' }>): JournalState {
  switch (record.k) {
    case 'intent': {
      const { command } = record
      const action: ActionRecord = {
        command,
        state: 'intent',
        attempts: 0,
        notes: [],
        evidence: {},
        hold: null,
        heldSince: null,
        last: null,
      }
      return { ...taken(state, command), actions: new Map(state.actions).set(command.actionId, action) }
    }
    case 'begun':
      return withAction(state, record.actionId, (action) => ({ state: 'begun', attempts: action.attempts + 1 }))
    case 'note':
      return withAction(state, record.actionId, (action) => ({ notes: [...action.notes, record.note] }))
    case 'applied':
      return withAction(state, record.actionId, () => ({
        state: 'applied',
        notes: [],
        evidence: record.evidence,
        hold: record.holds ? 'in_force' : null,
        heldSince: record.holds ? record.at : null,
        last: record.report ?? null,
      }))
    case 'failed':
    case 'cancelled':
      return withAction(state, record.actionId, () => ({ state: record.k, notes: [], last: record.report ?? null }))
    case 'verify':
      return {
        ...taken(state, record.command),
        verifies: new Map(state.verifies).set(record.command.commandId, record.command),
      }
    case 'verified': {
      const verifies = new Map(state.verifies)
      verifies.delete(record.commandId)
      return { ...state, verifies }
    }
    case 'hold':
      return withAction(state, record.actionId, () => ({ hold: record.hold }))
    case 'seen':
      return taken(state, record)
    case 'released':
      return { ...state, nonces: new Set(state.nonces).add(record.nonce) }
    case 'stored': {
      const waiting = new Map(state.waiting)
      for (const id of record.ids) waiting.delete(id)
      return { ...state, waiting }
    }
    case 'told':
      return state
  }
}

function taken(
  state: JournalState,
  { commandId, sequence }: { readonly commandId: string | null; readonly sequence: number | null },
): JournalState {
  const seen = commandId === null ? state.seen : new Set([...state.seen, commandId].slice(-most.seen))
  return { ...state, seen, highest: Math.max(state.highest, sequence ?? 0) }
}

function withAction(
  state: JournalState,
  actionId: string,
  to: (action: ActionRecord) => Partial<ActionRecord>,
): JournalState {
  const action = state.actions.get(actionId)
  if (action === undefined) return state
  return { ...state, actions: new Map(state.actions).set(actionId, { ...action, ...to(action) }) }
}

function told(state: JournalState, report: AgentReport | undefined): JournalState {
  if (report === undefined) return state
  const { sequence, hash } = report.chain
  return { ...state, head: { sequence, hash }, waiting: new Map(state.waiting).set(report.reportId, report) }
}

/** Whether nothing more happens with it by itself. */
export const isOver = ({ state, hold }: ActionRecord): boolean =>
  state === 'failed' || state === 'cancelled' || (state === 'applied' && (hold === null || hold === 'ended'))

/** One record that says the same as all before it, without what nobody asks for any more. */
export function toBase(state: JournalState): JournalRecord {
  const all = [...state.actions.values()]
  const over = all.filter(isOver)
  const forgotten = new Set(over.slice(0, Math.max(0, over.length - most.ended)))
  return {
    k: 'base',
    highest: state.highest,
    head: state.head,
    seen: [...state.seen],
    actions: all.filter((action) => !forgotten.has(action)),
    verifies: [...state.verifies.values()],
    waiting: [...state.waiting.values()],
    nonces: [...state.nonces],
  }
}

const fromPlain = (plain: PlainState): JournalState => ({
  highest: plain.highest,
  head: plain.head,
  seen: new Set(plain.seen),
  actions: new Map(plain.actions.map((action) => [action.command.actionId, action])),
  verifies: new Map(plain.verifies.map((command) => [command.commandId, command])),
  waiting: new Map(plain.waiting.map((report) => [report.reportId, report])),
  nonces: new Set(plain.nonces),
})
