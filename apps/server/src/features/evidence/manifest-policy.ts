import type { EvidenceManifest } from '@riposte/contract'

/** What is wrong with a manifest in itself; null when it holds together. */
export function findManifestFault(manifest: EvidenceManifest, actionId: string): string | null {
  if (manifest.actionId !== actionId) return 'The manifest is of another action'
  const paths = new Set<string>()
  const ids = new Set<string>()
  let total = 0
  for (const item of manifest.items) {
    if (ids.has(item.id)) return `The manifest names the item ${item.id} twice`
    ids.add(item.id)
    let bytes = 0
    for (const file of item.files) {
      if (
        file.path.startsWith('/') ||
        file.path.split('/').some((part) => part === '..' || part === '.' || part === '')
      )
        return 'The manifest holds a path that leaves the archive'
      if (file.path === 'manifest.json' || paths.has(file.path)) return 'The manifest names a file twice'
      paths.add(file.path)
      bytes += file.bytes
    }
    if (bytes !== item.bytes) return `The files of ${item.id} do not add up to what the manifest says`
    total += bytes
  }
  if (total !== manifest.bytes) return 'The items do not add up to what the manifest says'
  return null
}

const mebibyte = 1_048_576

/** The most that an archive may weigh whose content keeps to a budget: headers, padding and encryption come on top. */
export const archiveAllowance = (budgetBytes: number): number =>
  budgetBytes + Math.ceil(budgetBytes / 64) + 8 * mebibyte

/** Consecutive numbers as ranges; `indices` rise. */
export function toRanges(indices: readonly number[]): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = []
  for (const index of indices) {
    const last = ranges.at(-1)
    if (last?.to === index - 1) last.to = index
    else ranges.push({ from: index, to: index })
  }
  return ranges
}

/** Bytes of one part; all but the last are of one size. */
export const chunkSize = (archive: { readonly bytes: number; readonly chunkBytes: number }, index: number): number =>
  Math.max(0, Math.min(archive.chunkBytes, archive.bytes - index * archive.chunkBytes))

export const chunkCount = (archive: { readonly bytes: number; readonly chunkBytes: number }): number =>
  Math.ceil(archive.bytes / archive.chunkBytes)
