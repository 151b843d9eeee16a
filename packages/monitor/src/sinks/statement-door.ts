import type { SqlDialect } from '@riposte/contract'
import type { BlockedError } from '../core/blocked-error.ts'
import { bindContext, contexts } from '../core/context.ts'
import type { Engine } from '../core/engine.ts'
import { replace } from './replace.ts'

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
  readonly prepare?: (args: unknown[]) => unknown[]
}

/** What was put before a function already. */
const purposes = new WeakMap<object, ReadonlySet<string>>()
const doors = new WeakMap<Engine, Map<SqlDialect, StatementDoor>>()

/** The functions of drivers that take statements. They call each other: a statement is judged once, at the outermost. */
export class StatementDoor {
  readonly #engine: Engine
  readonly #dialect: SqlDialect
  #judged: string | null = null

  private constructor(engine: Engine, dialect: SqlDialect) {
    this.#engine = engine
    this.#dialect = dialect
  }

  /** One for all files and drivers of a dialect, so that an inner function knows what the outer one judged. */
  static of(engine: Engine, dialect: SqlDialect): StatementDoor {
    const known = doors.get(engine) ?? new Map<SqlDialect, StatementDoor>()
    doors.set(engine, known)
    const door = known.get(dialect) ?? new StatementDoor(engine, dialect)
    known.set(dialect, door)
    return door
  }

  /** Puts the guard before a method, wherever in the chain of prototypes it stands. A method that is not there is left alone. */
  guard(target: unknown, name: string, options: DoorOptions): void {
    replaceMethod(target, name, 'judge', (original) => this.#guarded(original, options))
  }

  /** A pool's way to a connection: it calls back in the context of whoever let a connection go. */
  bindAcquire(target: unknown, name: string): void {
    replaceMethod(target, name, 'bind', (original) => (self, args) => {
      const judged = this.#judged
      const bound = (arg: unknown): unknown =>
        typeof arg === 'function' ? bindContext(this.#passing(judged, arg as Method)) : arg
      return original.apply(self, args.map(bound))
    })
  }

  /** Runs the work; the same statement is not judged again in it. */
  within<T>(text: string | null, work: () => T): T {
    const before = this.#judged
    this.#judged = text
    try {
      return work()
    } finally {
      this.#judged = before
    }
  }

  judge(text: unknown): BlockedError | null {
    if (typeof text !== 'string' || text === this.#judged) return null
    return this.#engine.judge({ kind: 'sql', dialect: this.#dialect, text })
  }

  #passing(judged: string | null, callback: Method): Method {
    if (judged === null) return callback
    const within = (work: () => unknown): unknown => this.within(judged, work)
    return function passing(this: unknown, ...args: unknown[]): unknown {
      return within(() => callback.apply(this, args))
    }
  }

  #guarded(original: Method, options: DoorOptions): (self: unknown, args: unknown[]) => unknown {
    return (self, args) => {
      if (!contexts.getStore()) return original.apply(self, args)
      const text = orNothing(() => options.text(args, self))
      const refusal = this.judge(text) ?? this.#judgeWritten(text, args, self, options)
      if (refusal) return options.refuse(refusal, args, self)
      const bound = args.map((arg) => (typeof arg === 'function' ? bindContext(arg as Method) : arg))
      return this.within(typeof text === 'string' ? text : null, () =>
        original.apply(self, options.prepare ? options.prepare(bound) : bound),
      )
    }
  }

  #judgeWritten(text: unknown, args: unknown[], self: unknown, { written }: DoorOptions): BlockedError | null {
    if (!written || typeof text !== 'string' || text === this.#judged) return null
    const full = orNothing(() => written(args, self, text))
    return full === text ? null : this.judge(full)
  }
}

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
