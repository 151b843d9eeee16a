/**
 * Where parts of encrypted archives lie. A part is whole or absent: `put` returns when it would survive a loss of power, and putting
 * it again puts the same in its place. Names sort, so that the parts of an archive, one after the other, are the archive.
 */
export interface EvidenceStore {
  readonly kind: 'folder' | 's3'
  /** For people: without secrets. */
  readonly where: string
  /** @throws StoreFull, StoreUnavailable */
  put(part: PartName, bytes: Uint8Array, sha256: string): Promise<void>
  /** @returns null when it is not there @throws StoreUnavailable */
  get(part: PartName): Promise<Uint8Array | null>
  /** Removes parts 0 to `chunks` - 1, those that are there. @throws StoreUnavailable */
  remove(archive: ArchiveName, chunks: number): Promise<void>
  /** Bytes that it can still take; null where it does not tell. */
  free(): Promise<number | null>
}

export interface ArchiveName {
  readonly organisationId: string
  readonly evidenceId: string
}
export interface PartName extends ArchiveName {
  readonly index: number
}

export class StoreFull extends Error {
  override readonly name = 'StoreFull'
}
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Ids become folders: nothing else may. */
export function archivePath({ organisationId, evidenceId }: ArchiveName): string {
  if (!uuid.test(organisationId) || !uuid.test(evidenceId)) throw new Error('An archive is named by two ids')
  return `${organisationId}/${evidenceId}`
}

export function partPath(part: PartName): string {
  if (!Number.isSafeInteger(part.index) || part.index < 0) throw new Error('A part is numbered from 0')
  return `${archivePath(part)}/${String(part.index).padStart(8, '0')}`
}
