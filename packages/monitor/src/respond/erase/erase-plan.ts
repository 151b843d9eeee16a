import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/** What may be erased, as file or code say it; the console can only narrow it. */
export interface EraseConfig {
  /** Folders below which everything that is erased must lie. */
  readonly roots: readonly string[]
  /** Files and folders to erase. */
  readonly paths: readonly string[]
}

export interface ErasePlan {
  readonly targets: readonly string[]
  readonly refused: readonly { readonly path: string; readonly why: string }[]
}

/** Folders without which the machine or the app does not run. */
export interface Protected {
  readonly appRoot: string | null
  readonly home: string
  readonly cwd: string
}

/**
 * Which of the wished paths may be erased. Links in the way are resolved first, so that a name below a root that leads out of it is
 * refused; a root that holds the app, the home folder or the whole disk is no root.
 */
export function planErase(config: EraseConfig, guarded: Protected): ErasePlan {
  const kept = [path.parse(guarded.cwd).root, guarded.home, guarded.cwd, ...(guarded.appRoot ? [guarded.appRoot] : [])]
    .map(resolveLinks)
    .filter((folder) => folder !== null)
  const roots = config.roots.flatMap((root) => resolveLinks(path.resolve(guarded.cwd, root)) ?? [])
  const targets: string[] = []
  const refused: { path: string; why: string }[] = []
  for (const wish of config.paths) {
    const absolute = path.resolve(guarded.cwd, wish)
    // The folder's links are resolved, the last part's are not: a link is removed, and what it points to stays.
    const parent = resolveLinks(path.dirname(absolute))
    const target = parent === null ? null : path.join(parent, path.basename(absolute))
    const why = target === null ? 'is not there' : whyNot(target, roots, kept)
    if (target !== null && why === null) targets.push(target)
    else refused.push({ path: absolute, why: why ?? 'is not there' })
  }
  return { targets, refused }
}

function whyNot(target: string, roots: readonly string[], kept: readonly string[]): string | null {
  for (const folder of kept) {
    if (isWithin(folder, target)) return `holds ${folder === target ? 'what must stay' : folder}, which must stay`
  }
  if (!roots.some((root) => root !== target && isWithin(target, root))) return 'lies below none of erase.roots'
  const root = roots.find((root) => isWithin(target, root)) as string
  return kept.some((folder) => isWithin(folder, root) && path.parse(folder).root === root)
    ? 'its root is the whole disk'
    : null
}

/** @returns whether `inner` is `outer` or lies below it */
export const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep)

function resolveLinks(file: string): string | null {
  try {
    return realpathSync(file)
  } catch {
    return null
  }
}

export const protectedFolders = (appRoot: string | null): Protected => ({
  appRoot,
  home: homedir(),
  cwd: process.cwd(),
})
