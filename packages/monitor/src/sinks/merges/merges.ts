import { contexts } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { replace } from '../replace.ts'
import type { Sink } from '../sink.ts'
import { libraries, type Doors, type Library } from './libraries.ts'
import type { Reads } from './reads.ts'

type Call = (this: unknown, ...args: unknown[]) => unknown

/** One sink for each library. A call that leads nowhere is looked through and not judged: the request's values stay where they are. */
export const merges: readonly Sink[] = libraries.map(toSink)

function toSink(library: Library): Sink {
  return {
    module: library.module,
    kinds: ['merge'],
    files: Object.keys(library.files).filter((file) => file !== ''),
    patch: (exports, engine, file) => {
      const doors = doorsOf(library, file)
      let known = 0
      for (const [name, reads] of Object.entries(doors)) {
        if (name === '') known += typeof exports === 'function' ? 1 : 0
        else known += guardNamed(exports as Holder, name, reads, engine)
      }
      if (known === 0 && Object.keys(doors).length > 0)
        throw new Error(`this ${library.module} has none of the functions that are guarded`)
      if (library.wrapped) guardWrapped((exports as { prototype?: object }).prototype, doors, engine)
    },
    replacement: (exports, engine, file) => {
      const reads = doorsOf(library, file)['']
      return reads && typeof exports === 'function' ? dressed(exports as Call, reads, engine) : null
    },
  }
}

type Holder = Readonly<Record<string, unknown>>

/** @returns how many there were to guard */
function guardNamed(exports: Holder, name: string, reads: Reads, engine: Engine): number {
  const parts = name.split('.')
  const last = parts.pop() as string
  const holder = parts.reduce<unknown>((at, part) => (at as Holder | undefined)?.[part], exports)
  if (typeof holder !== 'function' && (typeof holder !== 'object' || holder === null)) return 0
  if (!Object.hasOwn(holder, last)) return 0
  replace<Call>(holder, last, (original) => guarded(original, reads, engine))
  return 1
}

const doorsOf = ({ files }: Library, file: string): Doors =>
  files[file] ?? (file === '' ? (Object.values(files)[0] as Doors) : none)

const none: Doors = {}

function guarded(original: Call, reads: Reads, engine: Engine, first?: (self: unknown) => unknown[]): Call {
  return function merge(this: unknown, ...args) {
    if (contexts.getStore() && engine.wants('merge')) {
      const operation = engine.aside('merge', () => reads(first ? [...first(this), ...args] : args))
      const refusal = operation ? engine.judge(operation) : null
      if (refusal) throw refusal
    }
    return Reflect.apply(original, this, args)
  }
}

/** `_(object).merge(source)` */
function guardWrapped(prototype: object | undefined, doors: Doors, engine: Engine): void {
  if (!prototype) return
  for (const [name, reads] of Object.entries(doors)) {
    const wrapped = (self: unknown): unknown[] => [(self as { readonly __wrapped__?: unknown }).__wrapped__]
    if (name !== '') replace<Call>(prototype, name, (original) => guarded(original, reads, engine, wrapped))
  }
}

/** In the place of a function that is the module itself, with all that hangs on it. */
function dressed(original: Call, reads: Reads, engine: Engine): Call {
  const holder = { original }
  replace<Call>(holder, 'original', (call) => guarded(call, reads, engine))
  return holder.original
}
