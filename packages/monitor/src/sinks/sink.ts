import type { OperationKind } from '@riposte/contract/wire'
import type { Engine } from '../core/engine.ts'

/** Where harm would happen: one driver, and how its door is guarded. */
export interface Sink {
  /** The package's name, or that of a built-in: `node:fs`, or `globalThis`. */
  readonly module: string
  readonly kinds: readonly OperationKind[]
  /** Files inside the package, besides its main entry, that hold what is guarded. */
  readonly files?: readonly string[]
  /** ES modules inside the package. No hook of `require` sees them: they are loaded early when the app depends on the package. */
  readonly esModules?: readonly string[]
  /** Loaded early only where something that is on judges its kinds: it is large, and what it does is seldom judged. */
  readonly earlyIfWanted?: true
  /** Files where the guard is in what they export, not in what is shared: who took that earlier goes round the guard. */
  readonly mustComeFirst?: readonly string[]
  /**
   * A text that only this package says, and that no minifier changes: by it a copy inside of a bundle is known. Its spaces are
   * written `_`, so that a bundle with the SDK in it does not say it too.
   */
  readonly ownText?: string
  /** Puts the guard in; `file` is one of those named above, '' the main entry. @throws when the module is not what it should be */
  patch(exports: unknown, engine: Engine, file: string): void
  /** What `require` is to give instead, for exports that cannot be changed. */
  replacement?(exports: unknown, engine: Engine, file: string): object | null
}
