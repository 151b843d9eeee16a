import Module, { createRequire, syncBuiltinESMExports } from 'node:module'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Engine } from '../core/engine.ts'
import type { Guard } from '../core/guard.ts'
import { sinks } from './catalog.ts'
import type { Sink } from './sink.ts'

export interface HookState {
  readonly name: string
  readonly state: 'active' | 'waiting' | 'failed' | 'late'
  readonly detail: string | null
}

type Load = (this: unknown, request: string, parent: unknown, isMain: boolean) => unknown
const loader = Module as unknown as { _load: Load; _cache: Record<string, { exports: unknown } | undefined> }

/**
 * Guards drivers as they are loaded; those already loaded, or named by the app's package.json, at once. Their prototypes are shared
 * between require and import, so that both ways are covered.
 * @returns what became of each hook so far
 */
export function installSinks(engine: Engine, guard: Guard, entry: string | null): () => HookState[] {
  const states = new Map<string, HookState>(
    sinks.map((sink) => [sink.module, { name: sink.module, state: 'waiting', detail: 'not loaded yet' }]),
  )
  const patched = new WeakSet<object>()

  const patch = (sink: Sink, exports: unknown): void => {
    if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null || patched.has(exports))
      return
    patched.add(exports)
    const failed = guard<string | null, []>(
      `sink ${sink.module}`,
      () => {
        try {
          sink.patch(exports, engine)
          return null
        } catch (error) {
          return error instanceof Error ? error.message : String(error)
        }
      },
      'failed',
    )
    states.set(sink.module, { name: sink.module, state: failed === null ? 'active' : 'failed', detail: failed })
  }

  for (const sink of sinks) {
    if (!sink.module.startsWith('node:') || sink.loadedByTheApp) continue
    // A built-in that this Node lacks (node:sqlite before 22.5) is no fault.
    const exports = guard('built-in', () => process.getBuiltinModule(sink.module) as unknown, undefined)
    if (exports === undefined) states.delete(sink.module)
    else patch(sink, exports)
  }
  // So that `import { readFile } from 'node:fs'` gets what was patched.
  syncBuiltinESMExports()

  const original = loader._load
  loader._load = function load(request, parent, isMain) {
    const exports = original.call(this, request, parent, isMain)
    for (const sink of sinks) if (isModule(request, sink.module)) patch(sink, exports)
    return exports
  }
  for (const sink of sinks) {
    if (sink.module.startsWith('node:')) continue
    for (const [file, module] of Object.entries(loader._cache))
      if (isModule(file, sink.module)) patch(sink, module?.exports)
    if (entry !== null) {
      const exports = guard('eager', () => requireFrom(entry, sink.module), undefined)
      if (exports !== undefined) patch(sink, exports)
    }
  }
  return () => [...states.values()]
}

/** By name, or by the file that the name resolves to: an `import` of a CommonJS package asks for the file. */
function isModule(request: string, name: string): boolean {
  if (request === name) return true
  const at = request.lastIndexOf(`node_modules${path.sep}${name}${path.sep}`)
  return (
    at !== -1 && /^(?:lib[\\/])?index\.js$/.test(request.slice(at + `node_modules${path.sep}${name}${path.sep}`.length))
  )
}

/** Loads a driver early when the app's own package.json asks for it. */
function requireFrom(entry: string, name: string): unknown {
  const manifest = nearestManifest(path.dirname(entry))
  if (!manifest || !(name in (manifest.content.dependencies ?? {}))) return undefined
  const require = createRequire(entry)
  try {
    return require(name) as unknown
  } catch {
    // Not installed: then the app does not use it.
    return undefined
  }
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly dependencies?: Record<string, string>
}

/** The package.json that a folder belongs to. */
export function nearestManifest(folder: string): { readonly folder: string; readonly content: Manifest } | null {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      return { folder: at, content: JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8')) as Manifest }
    } catch {
      if (path.dirname(at) === at) return null
    }
  }
}
