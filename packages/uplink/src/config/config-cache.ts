import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { ConfigSnapshot } from '@riposte/contract'
import type { ProjectTokenParts } from '@riposte/contract/wire'
import { makeFolder } from '../make-folder.ts'
import type { UplinkOptions } from '../uplink.ts'
import { openSnapshot } from './open-snapshot.ts'

export interface ConfigCache {
  /** The last good configuration, checked again. A file that is damaged or not ours is set aside under another name. */
  load(): ConfigSnapshot | null
  /** Puts the signed bytes themselves in the file's place at once, never half. Rejects when the disk refuses. */
  save(text: string): Promise<void>
}

export function configCache(
  dataDir: string,
  token: ProjectTokenParts,
  { log, clock }: { log: UplinkOptions['log']; clock: () => number },
): ConfigCache {
  const file = path.join(dataDir, `config-${token.projectId}.json`)
  return {
    load() {
      let text: string
      try {
        text = readFileSync(file, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          log('warning', 'the last configuration cannot be read', { file, error: (error as Error).message })
        return null
      }
      const opened = openSnapshot(text, token)
      if (opened.is === 'good') return opened.snapshot
      const aside = `${file}.${opened.is}-${clock()}`
      try {
        renameSync(file, aside)
        log('error', `the last configuration is ${opened.is}: ${opened.why}; it was set aside`, { file, aside })
      } catch (error) {
        log('error', `the last configuration is ${opened.is}: ${opened.why}`, { file, error: (error as Error).message })
      }
      return null
    },
    async save(text) {
      makeFolder(dataDir)
      const fresh = `${file}.${randomBytes(6).toString('hex')}.new`
      const handle = await open(fresh, 'wx', 0o600)
      try {
        await handle.writeFile(text)
        await handle.sync()
        await handle.close()
        await rename(fresh, file)
      } catch (error) {
        await handle.close().catch(() => undefined)
        await unlink(fresh).catch(() => undefined)
        throw error
      }
    },
  }
}
