import { closeSync, fsyncSync, openSync, readFileSync, renameSync, truncateSync, writeSync } from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'

/** Lines that are on the disk before `append` returns, each with a checksum. */
export interface DurableLines {
  append(values: readonly unknown[]): void
  /** Puts these in the place of all, at once: a crash leaves either the old or the new. */
  replace(values: readonly unknown[]): void
  readonly bytes: number
  close(): void
}

export interface ReadLines {
  readonly values: readonly unknown[]
  /** Bytes up to the end of the last whole line. */
  readonly whole: number
  /** What follows it is a torn line, as a power cut leaves one. */
  readonly torn: boolean
  /** Lines in the middle that cannot be read: no crash of ours does that. */
  readonly damaged: number
}

const encode = (value: unknown): string => {
  const text = JSON.stringify(value)
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
}

/** Reads what is whole. A line that was not finished is left out; so is one whose checksum is wrong. */
export function readLines(content: Buffer): ReadLines {
  const values: unknown[] = []
  let damaged = 0
  let start = 0
  let lastGood = 0
  let damagedSinceGood = 0
  for (let end = content.indexOf(10); end >= 0; end = content.indexOf(10, start)) {
    const value = decode(content.toString('utf8', start, end))
    start = end + 1
    if (value === undefined) damagedSinceGood += 1
    else {
      values.push(value)
      damaged += damagedSinceGood
      damagedSinceGood = 0
      lastGood = start
    }
  }
  return { values, whole: lastGood, torn: lastGood < content.length, damaged }
}

function decode(line: string): unknown {
  if (!/^[0-9a-f]{8} /.test(line)) return undefined
  const text = line.slice(9)
  if (crc32(text) !== Number.parseInt(line.slice(0, 8), 16)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Opens the file, or makes it; cuts off a torn end so that the next line begins on its own. */
export function openDurableLines(file: string): { lines: DurableLines; read: ReadLines } {
  let handle = openSync(file, 'a+', 0o600)
  const read = readLines(readFileSync(file))
  if (read.torn) {
    truncateSync(file, read.whole)
    fsyncSync(handle)
  }
  syncFolder(path.dirname(file))
  let bytes = read.whole
  return {
    read,
    lines: {
      append: (values) => {
        const text = values.map(encode).join('')
        writeAll(handle, text)
        fsyncSync(handle)
        bytes += Buffer.byteLength(text)
      },
      replace: (values) => {
        const next = `${file}.new`
        const fresh = openSync(next, 'w', 0o600)
        const text = values.map(encode).join('')
        writeAll(fresh, text)
        fsyncSync(fresh)
        closeSync(fresh)
        renameSync(next, file)
        syncFolder(path.dirname(file))
        closeSync(handle)
        handle = openSync(file, 'a', 0o600)
        bytes = Buffer.byteLength(text)
      },
      get bytes() {
        return bytes
      },
      close: () => closeSync(handle),
    },
  }
}

function writeAll(handle: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written)
}

/** A new name is only durable when its folder is. Windows knows no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
