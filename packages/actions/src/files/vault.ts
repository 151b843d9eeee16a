import { mkdirSync, statfsSync } from 'node:fs'
import { open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { ActionFailure } from '../executor.ts'
import type { Host } from '../host.ts'
import { FileMetadata } from './metadata.ts'
import { NotWhole, SealedLayout, sealedSha256 } from './sealed-copy.ts'

/** One file in the vault. Written once, before the file leaves its place, and never changed. */
export const VaultRecord = z.object({
  version: z.literal(1),
  actionId: z.uuid(),
  path: z.string(),
  at: z.string(),
  device: z.string(),
  inode: z.string(),
  sealed: SealedLayout,
  metadata: FileMetadata,
})
export type VaultRecord = z.infer<typeof VaultRecord>

/**
 * A folder that only root enters: one folder per quarantine, with the sealed bytes and what was recorded of the file. A folder that is
 * not complete has another name, so that a name alone says whether it counts.
 */
const vaultOf = (host: Host): string => path.join(host.stateDir, 'vault')
const entryOf = (host: Host, actionId: string): string => {
  if (!z.uuid().safeParse(actionId).success)
    throw new ActionFailure('does_not_exist', 'That is not an id of a response.')
  return path.join(vaultOf(host), actionId)
}
export const contentOf = (host: Host, actionId: string): string => path.join(entryOf(host, actionId), 'content')

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Room for the copy is looked for before anything begins; what others take meanwhile is met when it happens. */
export const requireRoom = (host: Host, bytes: number): void => {
  mkdirSync(vaultOf(host), { recursive: true, mode: 0o700 })
  const { bavail, bsize } = statfsSync(vaultOf(host))
  const free = bavail * bsize
  const needed = bytes + 1_048_576
  if (free < needed)
    throw new ActionFailure(
      'execution_error',
      `The vault needs ${needed} bytes and its disk has ${free} left. Make room, then ask again; the file was not touched.`,
      { needed, free },
    )
}

export interface VaultDraft {
  readonly content: FileHandle
  /** Makes it count: from here on the vault has the file. */
  finish(record: VaultRecord): Promise<void>
  drop(): Promise<void>
}

export const draftEntry = async (host: Host, actionId: string): Promise<VaultDraft> => {
  const entry = entryOf(host, actionId)
  const partial = `${entry}.partial`
  await rm(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true, mode: 0o700 })
  const content = await open(path.join(partial, 'content'), 'wx+', 0o400)
  return {
    content,
    finish: async (record) => {
      await content.sync()
      await content.close()
      const file = await open(path.join(partial, 'record.json'), 'wx', 0o400)
      await file.writeFile(JSON.stringify(record))
      await file.sync()
      await file.close()
      await syncFolder(partial)
      await rename(partial, entry)
      await syncFolder(vaultOf(host))
    },
    drop: async () => {
      await content.close().catch(() => undefined)
      await rm(partial, { recursive: true, force: true })
    },
  }
}

/** null when there is none: never quarantined here, or restored. */
export const readEntry = async (host: Host, actionId: string): Promise<VaultRecord | null> => {
  try {
    return VaultRecord.parse(JSON.parse(await readFile(path.join(entryOf(host, actionId), 'record.json'), 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    if (error instanceof ActionFailure) throw error
    throw new ActionFailure('precondition_changed', 'The record of that quarantine in the vault was changed.')
  }
}

export const dropPartial = (host: Host, actionId: string): Promise<void> =>
  rm(`${entryOf(host, actionId)}.partial`, { recursive: true, force: true })

/** Gone at once by its name, then by its bytes: a crash in between leaves nothing that counts. */
export const removeEntry = async (host: Host, actionId: string): Promise<void> => {
  const entry = entryOf(host, actionId)
  try {
    await rename(entry, `${entry}.partial`)
    await syncFolder(vaultOf(host))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await dropPartial(host, actionId)
}

export const listEntries = async (host: Host): Promise<VaultRecord[]> => {
  const names = await readdir(vaultOf(host)).catch(() => [])
  const records: VaultRecord[] = []
  for (const name of names.filter((one) => z.uuid().safeParse(one).success).slice(0, 5_000)) {
    const record = await readEntry(host, name).catch(() => null)
    if (record !== null) records.push(record)
  }
  return records
}

/** What is wrong with the copy, in words; null when every byte is as it was sealed and nothing can run it. */
export const entryProblem = async (host: Host, record: VaultRecord, signal: AbortSignal): Promise<string | null> => {
  const file = contentOf(host, record.actionId)
  try {
    const stats = await stat(file)
    if ((stats.mode & 0o111) !== 0) return 'the copy in the vault can be executed'
    const content = await open(file, 'r')
    try {
      if ((await sealedSha256(content, record.sealed, signal)) !== record.sealed.sha256)
        return 'the copy in the vault is not what was recorded'
    } finally {
      await content.close()
    }
    return null
  } catch (error) {
    if (error instanceof NotWhole) return error.message.replace(/^The/, 'the')
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'the copy in the vault is gone'
    throw error
  }
}
