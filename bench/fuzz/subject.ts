import type { Input, Operation } from '@riposte/contract'
import type { Chance } from './chance.ts'

/** An operation and the values of the request in which it happens. */
export interface Case {
  readonly operation: Operation
  readonly inputs: readonly Input[]
}

/** Where engine and detector do not agree. */
export interface Disagreement extends Case {
  /** `missed`: the engine does something else with this value than with a harmless one. `alarm`: it does not. */
  readonly kind: 'missed' | 'alarm'
  /** What the engine makes of it. */
  readonly engine: string
}

/** What the engine says to one case, made from chance; nothing when the case proves nothing. */
export interface Question extends Case {
  readonly expects: 'finding' | 'nothing'
  readonly engine: string
}

/** Asks the real engine about cases; in batches, since some engines are programs. */
export interface Oracle {
  readonly name: string
  readonly batch: number
  ask(chances: readonly Chance[]): readonly (Question | null)[]
}

/** What a protection is fuzzed with. */
export interface Subject {
  /** Pieces of the language that it reads. */
  readonly pieces: readonly string[]
  readonly oracles: readonly (() => Promise<Oracle>)[]
}

export const inputOf = (value: string, path = 'q'): Input => ({ source: 'query', path, value })
