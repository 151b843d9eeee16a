import type { Log } from '../../log/logger.ts'
import { eraseFiles } from './erase-files.ts'
import { readJournal, removeJournal, writeJournal } from './erase-journal.ts'
import { planErase, type EraseConfig, type Protected } from './erase-plan.ts'

export type Eraser = () => unknown

const eraserDeadlineMs = 2_000

/** Secrets in memory, files, and what only the app knows how to erase. */
export class DataEraser {
  readonly #secrets = new Set<WeakRef<Uint8Array>>()
  readonly #erasers: Eraser[] = []

  registerSecret(secret: Uint8Array): void {
    this.#secrets.add(new WeakRef(secret))
  }

  registerEraser(eraser: Eraser): void {
    this.#erasers.push(eraser)
  }

  /** Never throws: what fails is logged, and the rest is erased. */
  async erase(options: {
    readonly config: EraseConfig
    readonly guarded: Protected
    readonly dataDir: string
    readonly now: number
    readonly log: Log
  }): Promise<void> {
    const { log, dataDir } = options
    const secrets = this.#zeroSecrets()
    const plan = planErase(options.config, options.guarded)
    for (const { path, why } of plan.refused) log('error', `not erased: ${path} ${why}`)
    attempt(log, 'writing the erase journal', () =>
      writeJournal(dataDir, { begunAt: new Date(options.now).toISOString(), targets: plan.targets }),
    )
    const erased = eraseFiles(plan.targets)
    for (const { path, why } of erased.failed) log('error', `not erased: ${path}: ${why}`)
    await this.#runErasers(log)
    if (erased.failed.length === 0) attempt(log, 'removing the erase journal', () => removeJournal(dataDir))
    log('critical', 'erased', { secrets, files: erased.files, bytes: erased.bytes, failed: erased.failed.length })
  }

  #zeroSecrets(): number {
    let zeroed = 0
    for (const reference of this.#secrets) {
      const secret = reference.deref()
      if (!secret) continue
      secret.fill(0)
      zeroed += 1
    }
    return zeroed
  }

  async #runErasers(log: Log): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        log('error', `erasers of the app took longer than ${eraserDeadlineMs} ms`)
        resolve()
      }, eraserDeadlineMs)
    })
    const all = Promise.all(
      this.#erasers.map(async (eraser) => {
        try {
          await eraser()
        } catch (error) {
          log('error', 'an eraser of the app failed', { error: String(error) })
        }
      }),
    )
    await Promise.race([all, late])
    clearTimeout(timer)
  }
}

/** Finishes an erase that was interrupted. What it names must still lie below the roots of today. */
export function finishErase(options: {
  readonly config: EraseConfig
  readonly guarded: Protected
  readonly dataDir: string
  readonly log: Log
}): void {
  const journal = readJournal(options.dataDir)
  if (!journal) return
  const { targets, refused } = planErase({ roots: options.config.roots, paths: journal.targets }, options.guarded)
  const erased = eraseFiles(targets)
  for (const { path, why } of [...refused, ...erased.failed].filter(({ why }) => why !== 'is not there'))
    options.log('error', `not erased: ${path} ${why}`)
  if (erased.failed.length === 0) removeJournal(options.dataDir)
  options.log('warning', 'an erase that was interrupted has been finished', {
    begunAt: journal.begunAt,
    files: erased.files,
    failed: erased.failed.length,
  })
}

function attempt(log: Log, what: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    log('error', `${what} failed`, { error: String(error) })
  }
}
