import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { archivePath, partPath, StoreFull, StoreUnavailable, type EvidenceStore } from './evidence-store.ts'

export interface FolderStoreOptions {
  readonly folder: string
  /** Evidence stops when less than this is free, so that the database beside it lives. 512 MiB unless told. */
  readonly keepFree?: number
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

function translate(error: unknown): never {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    throw new StoreFull('The disk with the evidence folder is full')
  if (code === undefined) throw error
  throw new StoreUnavailable(`The evidence folder cannot be used (${code})`)
}

/** Waits until the names in a folder would survive a loss of power. Windows has no such call for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Parts as files for their owner's eyes, in one folder per archive. */
export function folderStore({ folder, keepFree = 536_870_912 }: FolderStoreOptions): EvidenceStore {
  const free = async (): Promise<number> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { bavail, bsize } = await statfs(folder)
    return Math.max(0, bavail * bsize - keepFree)
  }
  return {
    kind: 'folder',
    where: folder,
    put: async (part, bytes) => {
      const file = path.join(folder, partPath(part))
      // A name of its own for each writer: two that send the same part at once do not tread on each other.
      const temporary = `${file}.${randomBytes(6).toString('hex')}.new`
      try {
        if ((await free()) < bytes.length) throw new StoreFull('The disk with the evidence folder is nearly full')
        await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
        const handle = await open(temporary, 'wx', 0o600)
        try {
          await handle.writeFile(bytes)
          await handle.sync()
        } finally {
          await handle.close()
        }
        await rename(temporary, file)
        await syncFolder(path.dirname(file))
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined)
        translate(error)
      }
    },
    get: async (part) => {
      try {
        return await readFile(path.join(folder, partPath(part)))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null
        return translate(error)
      }
    },
    remove: async (archive) => {
      const own = path.join(folder, archivePath(archive))
      try {
        await rm(own, { recursive: true, force: true })
        await syncFolder(path.dirname(own))
        if ((await readdir(path.dirname(own))).length === 0) await rm(path.dirname(own), { recursive: true })
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTEMPTY') translate(error)
      }
    },
    free,
  }
}
