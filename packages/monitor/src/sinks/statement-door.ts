import type { SqlDialect } from '@riposte/contract'
import { EventEmitter } from 'node:events'
import type { BlockedError } from '../core/blocked-error.ts'
import { bindContext, contexts } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import { replace } from './replace.ts'
import { settle, type Verdict } from './settle.ts'

export type Method = (this: unknown, ...args: unknown[]) => unknown

/** What a driver's function takes, and how it fails. */
export interface DoorOptions {
  /** The statement among the arguments; anything that is no text is left to the driver. It may throw, as the app's getters may. */
  readonly text: (args: readonly unknown[], self: unknown) => unknown
  /** What the driver makes of statement and values, where that may be another statement. */
  readonly written?: (args: readonly unknown[], self: unknown, text: string) => unknown
  /** Fails as the driver does: throws, rejects, calls back or emits. */
  readonly refuse: (error: BlockedError, args: readonly unknown[], self: unknown) => unknown
  /** Last touches to arguments that pass: callbacks that stand inside of them. Callbacks among them are bound already. */
  readonly prepare?: (args: unknown[], self: unknown) => unknown[]
  /** It gives back an emitter of its own, whose listeners are the caller's. */
  readonly emits?: boolean
  /** What it gives back is a promise, so that the caller can wait while a custom action decides. */
  readonly waits?: boolean
}

/** What was put before a function already. */
const purposes = new WeakMap<object, ReadonlySet<string>>()

/**
 * The functions of drivers that take statements. What passes runs outside of the request: drivers call their own functions, keep
 * sockets for whoever comes next, and write code for rows, none of which is the request's doing. Callbacks find their way back.
 */
export class StatementDoor {
  readonly #engine: Engine
  readonly #dialect: SqlDialect

  constructor(engine: Engine, dialect: SqlDialect) {
    this.#engine = engine
    this.#dialect = dialect
  }

  /** Puts the guard before a method, wherever in the chain of prototypes it stands. A method that is not there is left alone. */
  guard(target: unknown, name: string, options: DoorOptions): void {
    replaceMethod(target, name, 'judge', (original) => this.#guarded(original, options))
  }

  #guarded(original: Method, options: DoorOptions): (self: unknown, args: unknown[]) => unknown {
    return (self, args) => {
      if (!contexts.getStore()) return original.apply(self, args)
      const text = orNothing(() => options.text(args, self))
      const verdict =
        typeof text === 'string' ? (this.#judge(text, options) ?? this.#judgeWritten(text, args, self, options)) : null
      return settle<unknown>(
        verdict,
        () => {
          const bound = args.map(bindFunction)
          const result = outside(() => original.apply(self, options.prepare ? options.prepare(bound, self) : bound))
          if (options.emits && result instanceof EventEmitter) bindEmitter(result as EventEmitter)
          return result
        },
        (refusal) => options.refuse(refusal, args, self),
      )
    }
  }

  #judge(text: string, { waits }: DoorOptions): Verdict {
    const operation = { kind: 'sql', dialect: this.#dialect, text } as const
    return waits ? this.#engine.judgeInTime(operation) : this.#engine.judge(operation)
  }

  #judgeWritten(text: string, args: unknown[], self: unknown, options: DoorOptions): Verdict {
    const full = options.written && orNothing(() => options.written?.(args, self, text))
    return typeof full !== 'string' || full === text ? null : this.#judge(full, options)
  }
}

/** A pool's way to a connection: it would call back in the context of whoever let a connection go. */
export function bindAcquire(target: unknown, name: string): void {
  replaceMethod(target, name, 'bind', (original) => (self, args) => {
    if (!contexts.getStore()) return original.apply(self, args)
    const bound = args.map(bindFunction)
    return outside(() => original.apply(self, bound))
  })
}

/** A method that keeps what it is given and calls it later. */
export function bindCallbacks(target: unknown, name: string): void {
  replaceMethod(target, name, 'bind', (original) => (self, args) => original.apply(self, args.map(bindFunction)))
}

/** The emitter's listeners are called in the context of whoever asked for it. */
export function bindEmitter(emitter: EventEmitter): void {
  const { emit } = emitter as unknown as { emit: Method }
  Object.defineProperty(emitter, 'emit', { value: bindContext(emit), configurable: true, writable: true })
}

/** Runs the work as if no request had asked for it. */
export const outside = <T>(work: () => T): T => contexts.exit(work)

const bindFunction = (arg: unknown): unknown => (typeof arg === 'function' ? bindContext(arg as Method) : arg)

/** Replaces a method where it stands in the chain of prototypes; once for each purpose, however often it is asked for. */
export function replaceMethod(
  target: unknown,
  name: string,
  purpose: string,
  make: (original: Method) => (self: unknown, args: unknown[]) => unknown,
): void {
  const owner = ownerOf(target, name)
  if (!owner) return
  replace<Method>(owner, name, (original) => {
    const before = purposes.get(original) ?? new Set<string>()
    if (before.has(purpose)) return original
    const call = make(original)
    const replacement: Method = function (...args) {
      return call(this, args)
    }
    purposes.set(replacement, new Set([...before, purpose]))
    return replacement
  })
}

/** The object in the chain that holds the method itself. */
function ownerOf(target: unknown, name: string): object | null {
  if ((typeof target !== 'object' && typeof target !== 'function') || target === null) return null
  for (let at: object | null = target; at; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, name)) return at
  }
  return null
}

/** What the app passes may throw when it is read; the driver, who reads it next, tells the app. */
function orNothing(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** The statement itself, or the property of an object that holds it. */
export function textIn(statement: unknown, key = 'sql'): unknown {
  return typeof statement === 'object' && statement !== null ? (statement as Record<string, unknown>)[key] : statement
}

export const lastCallback = (args: readonly unknown[]): Method | undefined =>
  args.findLast((arg) => typeof arg === 'function') as Method | undefined

export const rejects = (error: Error): Promise<never> => Promise.reject(error)

export const throws = (error: Error): never => {
  throw error
}
