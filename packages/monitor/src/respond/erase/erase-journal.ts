import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'

/** An erase that has begun: written and synced before the first byte goes, so that the next start can finish it. */
export interface EraseJournal {
  readonly begunAt: string
  readonly targets: readonly string[]
}

const fileOf = (dataDir: string): string => path.join(dataDir, 'erase.journal.json')

export function writeJournal(dataDir: string, journal: EraseJournal): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const descriptor = openSync(fileOf(dataDir), 'w', 0o600)
  try {
    writeSync(descriptor, JSON.stringify(journal))
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** @returns null when no erase was interrupted; what cannot be read counts as one without targets */
export function readJournal(dataDir: string): EraseJournal | null {
  let text: string
  try {
    text = readFileSync(fileOf(dataDir), 'utf8')
  } catch {
    return null
  }
  try {
    const { begunAt, targets } = JSON.parse(text) as Partial<EraseJournal>
    return { begunAt: String(begunAt), targets: Array.isArray(targets) ? targets.map(String) : [] }
  } catch {
    return { begunAt: 'unknown', targets: [] }
  }
}

export const removeJournal = (dataDir: string): void => rmSync(fileOf(dataDir), { force: true })
