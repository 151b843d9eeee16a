import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { nearestManifest, readManifest, type Manifest } from './app-manifest.ts'
import { packageFolder } from './package-file.ts'
import { quietly } from './quietly.ts'
import type { Sink } from './sink.ts'

export interface Early {
  patch(sink: Sink, exports: unknown, file: string): unknown
  missed(sink: Sink, detail: string): void
}

/**
 * Loads the drivers that the app depends on, itself or through what it depends on (an ORM's adapter), before the app does: a hook of
 * `require` does not see `import`, but a class that both share can be guarded first.
 */
export function loadEarly(sinks: readonly Sink[], entry: string, early: Early): void {
  const app = nearestManifest(path.dirname(entry))
  if (!app) return
  const direct = Object.keys(app.content.dependencies ?? {})
  let carriers: Map<string, string> | null = null
  for (const sink of sinks) {
    if (direct.includes(sink.module)) load(sink, entry, early)
    else if (sink.esModules) {
      carriers ??= carriersOf(direct, entry)
      const carrier = carriers.get(sink.module)
      if (carrier !== undefined) load(sink, carrier, early)
    }
  }
}

function load(sink: Sink, from: string, early: Early): void {
  const require = createRequire(from)
  let main: string
  try {
    main = require.resolve(sink.module)
  } catch {
    // Not installed: then the app does not use it.
    return
  }
  const loaded = attempt(() => require(main) as unknown)
  if (!(loaded instanceof Failure)) early.patch(sink, loaded, '')
  const folder = packageFolder(main, sink.module)
  if (!sink.esModules || folder === null) return
  const isModule = readManifest(folder)?.type === 'module'
  for (const file of sink.esModules) {
    // Beside a CommonJS package's own files one may stand that is a module by its name.
    if (!isModule && !isModuleBeside(path.join(folder, file))) continue
    const exports = attempt(() => require(path.join(folder, file)) as unknown)
    if (exports instanceof Failure) {
      early.missed(sink, `its ES module could not be loaded early: ${exports.message}`)
      return
    }
    early.patch(sink, exports, file)
  }
}

/** By its own name, or by that of its folder. */
const isModuleBeside = (file: string): boolean =>
  existsSync(file) && (file.endsWith('.mjs') || nearestManifest(path.dirname(file))?.content.type === 'module')

class Failure {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** What a driver's loading throws is for the app to see, when it loads it. */
function attempt(work: () => unknown): unknown {
  try {
    return quietly(work)
  } catch (error) {
    return new Failure(error instanceof Error ? error.message : String(error))
  }
}

/** Which of the app's dependencies brings which package: by that package's name, a file from where it can be asked for. */
function carriersOf(direct: readonly string[], entry: string): Map<string, string> {
  const carriers = new Map<string, string>()
  for (const name of direct) {
    const manifest = installed(name, path.dirname(entry))
    if (!manifest) continue
    for (const dependency of Object.keys(manifest.content.dependencies ?? {})) {
      if (!carriers.has(dependency)) carriers.set(dependency, path.join(manifest.folder, 'package.json'))
    }
  }
  return carriers
}

function installed(name: string, from: string): { folder: string; content: Manifest } | null {
  for (let at = from; ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name)
    const content = readManifest(folder)
    if (content) return { folder, content }
    if (path.dirname(at) === at) return null
  }
}
