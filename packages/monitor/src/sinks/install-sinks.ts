import Module, { syncBuiltinESMExports } from 'node:module'
import type { Engine } from '../core/engine.ts'
import type { Guard } from '../core/guard.ts'
import { bundledDrivers } from './bundled-drivers.ts'
import { sinks } from './catalog.ts'
import { loadEarly, type Early } from './load-early.ts'
import { fileInPackage } from './package-file.ts'
import { quietly } from './quietly.ts'
import type { Sink } from './sink.ts'

export { nearestManifest } from './app-manifest.ts'

export interface HookState {
  readonly name: string
  readonly state: 'active' | 'waiting' | 'failed' | 'late'
  readonly detail: string | null
}

interface Parent {
  readonly filename?: string | null
}
type Load = (this: unknown, request: string, parent: Parent | null | undefined, isMain: boolean) => unknown
const loader = Module as unknown as {
  _load: Load
  _cache: Record<string, { exports: unknown; readonly loaded: boolean } | undefined>
  _resolveFilename(request: string, parent: unknown, isMain: boolean): string
}

const late =
  'loaded before the SDK, so that some of it is not guarded: start the app with --import @riposte/monitor/register'

const bundled = 'bundled into the app, where no hook sees it: name it as external to the bundler'

/**
 * Guards drivers as they are loaded; those already loaded, or named by the app's package.json, at once. What is guarded is shared
 * between require and import where the package allows it; of packages that carry an ES module of their own that one is loaded too.
 * @returns what became of each hook so far
 */
export function installSinks(engine: Engine, guard: Guard, entry: string | null): () => HookState[] {
  const states = new Map<string, HookState>(
    sinks.map((sink) => [sink.module, { name: sink.module, state: 'waiting', detail: 'not loaded yet' }]),
  )
  /** Several sinks may guard one package, each something else. */
  const patchedBy = new Map(sinks.map((sink) => [sink, new WeakMap<object, unknown>()]))

  /** @returns what is to be given instead */
  const patch = (sink: Sink, exports: unknown, file: string): unknown => {
    if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return exports
    const patched = patchedBy.get(sink) as WeakMap<object, unknown>
    if (patched.has(exports)) return patched.get(exports)
    patched.set(exports, exports)
    const failed = guard<string | null, []>(
      `sink ${sink.module}`,
      () => {
        try {
          sink.patch(exports, engine, file)
          const instead = sink.replacement?.(exports, engine, file) ?? exports
          patched.set(exports, instead)
          patched.set(instead, instead)
          return null
        } catch (error) {
          return error instanceof Error ? error.message : String(error)
        }
      },
      'failed',
    )
    if (failed !== null) states.set(sink.module, { name: sink.module, state: 'failed', detail: failed })
    else if (states.get(sink.module)?.state === 'waiting')
      states.set(sink.module, { name: sink.module, state: 'active', detail: null })
    return patched.get(exports)
  }

  for (const sink of sinks) {
    if (!isBuiltIn(sink)) continue
    // A built-in that this Node lacks (node:sqlite before 22.5) is no fault.
    const exports = guard('built-in', () => quietly(() => builtIn(sink.module)), undefined)
    if (exports === undefined) states.delete(sink.module)
    else patch(sink, exports, '')
  }
  // So that `import { readFile } from 'node:fs'` gets what was patched.
  syncBuiltinESMExports()

  const packages = sinks.filter((sink) => !isBuiltIn(sink))
  const original = loader._load
  loader._load = function load(request, parent, isMain) {
    let exports = original.call(this, request, parent, isMain)
    for (const sink of packages) {
      const file = guard('sink file', () => askedFor(sink, request, parent), null)
      if (file === null) continue
      const given = patch(sink, exports, file)
      if (given !== exports)
        guard('module cache', keepInstead, undefined, loader._resolveFilename(request, parent, isMain), exports, given)
      exports = given
    }
    return exports
  }
  for (const [filename, module] of Object.entries(loader._cache)) {
    // An `import` enters what it will run later.
    if (!module?.loaded) continue
    for (const sink of packages) {
      const file = guardedFile(sink, filename)
      if (file === null) continue
      if (sink.mustComeFirst?.includes(file))
        states.set(sink.module, { name: sink.module, state: 'late', detail: late })
      patch(sink, module.exports, file)
    }
  }
  if (entry !== null) {
    const missed = (sink: Sink, detail: string): void => {
      states.set(sink.module, { name: sink.module, state: 'failed', detail })
    }
    const early: Early = { patch, missed }
    const soon = packages.filter(
      ({ earlyIfWanted, kinds }) => !earlyIfWanted || kinds.some((kind) => engine.wants(kind)),
    )
    guard('eager', () => loadEarly(soon, entry, early), undefined)
    for (const name of guard('bundle', () => bundledDrivers(packages, entry), []))
      states.set(name, { name, state: 'failed', detail: bundled })
  }
  return () => [...states.values()]
}

/** An `import` of what was loaded before takes it from the cache. */
function keepInstead(filename: string, exports: unknown, given: unknown): void {
  const module = loader._cache[filename]
  if (module?.loaded && module.exports === exports) module.exports = given
}

const isBuiltIn = ({ module }: Sink): boolean => module === 'globalThis' || module.startsWith('node:')

const builtIn = (name: string): unknown => (name === 'globalThis' ? globalThis : process.getBuiltinModule(name))

/** Which of a sink's files a `require` asks for: by the package's name, by a path inside it, or from inside of it. */
function askedFor(sink: Sink, request: string, parent: Parent | null | undefined): string | null {
  const { module: name } = sink
  const named = request === name || request.startsWith(`${name}/`)
  const fromInside =
    request.startsWith('.') && typeof parent?.filename === 'string' && fileInPackage(parent.filename, name) !== null
  // An `import` of a CommonJS package asks for the file.
  const filename = named || fromInside ? loader._resolveFilename(request, parent, false) : request
  const file = guardedFile(sink, filename) ?? (request === name ? '' : null)
  // In a circle of files that need each other one is handed out before it is finished.
  return file === null || loader._cache[filename]?.loaded === false ? null : file
}

const mainFile = /^(?:(?:lib|dist|src)\/)?index\.c?js$/

function guardedFile(sink: Sink, filename: string): string | null {
  const file = fileInPackage(filename, sink.module)
  if (file === null) return null
  if (sink.files?.includes(file) || sink.esModules?.includes(file)) return file
  return mainFile.test(file) ? '' : null
}
