import type { OperationKind } from '@riposte/contract/wire'
import type { Engine } from '../core/engine.ts'

/** Where harm would happen: one driver, and how its door is guarded. */
export interface Sink {
  /** The package's name. */
  readonly module: string
  readonly kinds: readonly OperationKind[]
  /** Puts the guard in. @throws when the module is not what it should be */
  patch(exports: unknown, engine: Engine): void
}
