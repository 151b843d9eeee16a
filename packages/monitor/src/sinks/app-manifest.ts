import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly type?: string
  readonly dependencies?: Record<string, string>
}

/** The package.json that a folder belongs to. */
export function nearestManifest(folder: string): { readonly folder: string; readonly content: Manifest } | null {
  for (let at = folder; ; at = path.dirname(at)) {
    const content = readManifest(at)
    if (content) return { folder: at, content }
    if (path.dirname(at) === at) return null
  }
}

export function readManifest(folder: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return null
  }
}
