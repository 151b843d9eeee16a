import type { OperationKind } from '@riposte/contract/wire'
import type { BlockedError } from '../../core/blocked-error.ts'
import type { Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'

/** What an answer says before its body. */
export interface Head {
  readonly status: number
  /** @param name in small letters @returns several values of one name joined by `, `; null when there is none */
  header(name: string): string | null
}

/** Follows the body of one answer. */
export interface BodyWatch {
  /** Whether a body that leaves in one part needs no judging. Asked before it is made text. */
  mayPass?(body: string | Buffer): boolean
  /** Judges a part before it leaves, in the order in which they do. @returns why it must not, or null */
  part(text: string, last: boolean): BlockedError | null
}

/** One kind of operation that is read from answers. */
export interface ResponseWatcher {
  /** Not asked while nothing judges operations of that kind. */
  readonly kind: OperationKind
  /** Judges what the head says by itself. @returns why the answer must not leave, or null */
  head?(head: Head, engine: Engine, context: Context): BlockedError | null
  /** @returns null where the body is none of its business */
  body?(head: Head, engine: Engine, context: Context): BodyWatch | null
}
