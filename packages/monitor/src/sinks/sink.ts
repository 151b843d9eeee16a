import type { OperationKind } from '@riposte/contract/wire'
import type { Engine } from '../core/engine.ts'

/** Where harm would happen: one driver, and how its door is guarded. */
export interface Sink {
  /** The package's name, or that of a built-in: `node:fs`. */
  readonly module: string
  readonly kinds: readonly OperationKind[]
  /** A built-in that says something when it is loaded (node:sqlite warns): patched when the app loads it, not at start. */
  readonly loadedByTheApp?: true
  /** Puts the guard in. @throws when the module is not what it should be */
  patch(exports: unknown, engine: Engine): void
}
