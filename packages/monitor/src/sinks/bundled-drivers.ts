import { readFileSync, statSync } from 'node:fs'
import type { Sink } from './sink.ts'

/** Too small to hold a driver, and too large to be read at start. */
const bundleBytes = { least: 20_000, most: 32_000_000 }

/**
 * The drivers that a bundler has put into the app's own file: a copy that no hook sees, whatever becomes of the package beside it.
 * They are known by a text of theirs that survives minifying.
 * @returns names of packages
 */
export function bundledDrivers(sinks: readonly Sink[], entry: string): string[] {
  const size = statSync(entry, { throwIfNoEntry: false })?.size ?? 0
  if (size < bundleBytes.least || size > bundleBytes.most) return []
  const file = readFileSync(entry)
  return sinks.flatMap(({ module, ownText }) =>
    ownText !== undefined && file.includes(ownText.replaceAll('_', ' ')) ? [module] : [],
  )
}
