import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { contexts } from '../core/context.ts'
import { logLevels } from '../config/config-shape.ts'
import type { Settings } from '../config/settings.ts'
import { mask } from './mask.ts'

export type LogLevel = (typeof logLevels)[number]
export type Log = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void

const defaultMaxBytes = 10_000_000
const defaultKeep = 3

/** One line an entry, masked, to standard error and, when asked for, to a file that rotates by size. */
export function createLog(logging: Settings['logging'], clock: () => number): Log {
  const least = logLevels.indexOf(logging.level ?? 'info')
  const file =
    logging.file?.path === undefined
      ? null
      : openLogFile({ maxBytes: defaultMaxBytes, keep: defaultKeep, ...logging.file, path: logging.file.path })
  return (level, message, fields) => {
    if (logLevels.indexOf(level) < least) return
    const line = mask(
      `${new Date(clock()).toISOString()} riposte ${level}: ${message}${fields ? ` ${JSON.stringify(fields)}` : ''}`,
      null,
    )
    if (logging.console !== false) process.stderr.write(`${line}\n`)
    // What the log writes is not the app's, and must go through whatever the request in hand may still do.
    if (file) contexts.exit(file, line)
  }
}

function openLogFile(options: { path: string; maxBytes: number; keep: number }): (line: string) => void {
  const file = path.resolve(options.path)
  let broken = false
  return (line) => {
    if (broken) return
    try {
      mkdirSync(path.dirname(file), { recursive: true })
      if (sizeOf(file) + line.length > options.maxBytes) rotate(file, options.keep)
      appendFileSync(file, `${line}\n`, { mode: 0o600 })
    } catch (error) {
      // Said once: a log that cannot be written must not fill the other.
      broken = true
      process.stderr.write(`riposte: the log file ${file} cannot be written: ${String(error)}\n`)
    }
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function rotate(file: string, keep: number): void {
  rmSync(`${file}.${keep}`, { force: true })
  for (let number = keep - 1; number >= 0; number -= 1) {
    const from = number === 0 ? file : `${file}.${number}`
    if (sizeOf(from) > 0) renameSync(from, `${file}.${number + 1}`)
  }
  if (keep === 0) rmSync(file, { force: true })
}
