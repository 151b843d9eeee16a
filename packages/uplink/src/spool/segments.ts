import {
  closeSync,
  existsSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { makeFolder } from '../make-folder.ts'
import { encodeRecord } from './record.ts'
import type { TakenLines } from './take-lines.ts'
import { takeLines } from './take-lines.ts'

/** Waiting records, oldest first, with what to call once the control plane has them. */
export interface Waiting {
  readonly records: readonly string[]
  /** Lines that could not be read and were set aside on the way. */
  readonly damaged: number
  /** Idempotent; what was appended meanwhile stays. */
  ack(): void
}

/** One folder of JSONL segments and a cursor that says how far the control plane has them. */
export interface Segments {
  readonly folder: string
  /** Durable against the death of the process when it returns. @throws the file system's error; then nothing was written. */
  append(json: string, sync: boolean): void
  /** @throws the file system's error. */
  waiting(maxRecords: number, maxBytes: number): Waiting | null
  /** Of what is not acknowledged yet. */
  bytes(): number
  count(): number
  /** Says to others that the folder is in use. */
  touch(): void
  isThere(): boolean
  /** Removes the folder when nothing waits in it; else leaves it for the next process to adopt. */
  close(): void
}

interface Position {
  segment: number
  offset: number
}

const isBehind = (a: Position, b: Position): boolean =>
  a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset)

const segmentBytes = 1024 * 1024
const longestLine = 2 * 1024 * 1024
const fileName = (segment: number): string => `${String(segment).padStart(8, '0')}.jsonl`

/**
 * Opens a folder, an existing one too. Each record is one line, appended with one write.
 * @param setAside gets damaged lines; when it throws, the whole segment is kept under another name instead.
 * @throws the file system's error when the folder cannot be made or read.
 */
export function openSegments(
  folder: string,
  {
    fsyncMs,
    setAside,
    keepAside,
  }: { fsyncMs: number; setAside: (line: Buffer, from: string) => void; keepAside: string },
): Segments {
  makeFolder(folder)
  const existing = readdirSync(folder)
    .flatMap((name) => (/^\d{8}\.jsonl$/.test(name) ? [Number(name.slice(0, 8))] : []))
    .sort((a, b) => a - b)
  const sizes = new Map(existing.map((segment) => [segment, statSync(fileOf(segment)).size]))
  const cursorFd = openSync(path.join(folder, 'cursor'), existsSync(path.join(folder, 'cursor')) ? 'r+' : 'wx+', 0o600)
  const head: Position = readCursor(cursorFd, sizes) ?? { segment: existing[0] ?? 1, offset: 0 }
  for (const segment of existing.filter((segment) => segment < head.segment)) removeSegment(segment)
  // A file of an earlier process may end in half a line: never write behind it.
  let tail = (existing.at(-1) ?? 0) + 1
  if (existing.length === 0) head.segment = tail
  let tailFd: number | null = null
  let count = [...sizes].reduce(
    (sum, [segment]) => sum + countLines(fileOf(segment), segment === head.segment ? head.offset : 0),
    0,
  )
  /** Up to here damaged lines were set aside already. */
  let inspected: Position = { ...head }
  const keepWhole = new Set<number>()
  let fsyncTimer: NodeJS.Timeout | null = null

  function fileOf(segment: number): string {
    return path.join(folder, fileName(segment))
  }

  function removeSegment(segment: number): void {
    if (keepWhole.has(segment)) renameSync(fileOf(segment), `${keepAside}-${fileName(segment)}`)
    else unlinkSync(fileOf(segment))
    sizes.delete(segment)
  }

  function syncSoon(fd: number): void {
    fsyncTimer ??= setTimeout(() => {
      fsyncTimer = null
      if (fd === tailFd) fsync(fd, () => undefined)
    }, fsyncMs).unref()
  }

  function rotate(): void {
    if (tailFd === null) return
    closeSync(tailFd)
    tailFd = null
    tail++
  }

  /** Moves on to the next segment with something unread. @returns its size; null when all is read */
  function findUnread(at: Position): number | null {
    for (;;) {
      const size = sizes.get(at.segment)
      if (size !== undefined && at.offset < size) return size
      const next = Math.min(...[...sizes.keys()].filter((segment) => segment > at.segment))
      if (!Number.isFinite(next)) return null
      Object.assign(at, { segment: next, offset: 0 })
    }
  }

  /** @returns how many lines were damaged and not seen before */
  function putAside(taken: TakenLines, from: Position): number {
    const fresh = taken.damaged.filter(
      ({ at }) => !isBehind({ segment: from.segment, offset: from.offset + at }, inspected),
    )
    for (const { line } of fresh) {
      try {
        setAside(line, fileOf(from.segment))
      } catch {
        keepWhole.add(from.segment)
      }
    }
    return fresh.length
  }

  /** Takes back a half-written line; where that fails too, the next one begins in a new file. */
  function cutBack(fd: number, size: number): void {
    try {
      ftruncateSync(fd, size)
    } catch {
      sizes.set(tail, fstatSync(fd).size)
      rotate()
    }
  }

  /** Losing the cursor costs only that some records are sent twice, so a disk that refuses it stops nothing. */
  function writeCursor(): void {
    try {
      writeSync(cursorFd, cursorText(head), 0)
    } catch {
      // The position in memory holds.
    }
  }

  return {
    folder,
    append(json, sync) {
      const line = encodeRecord(json)
      if ((sizes.get(tail) ?? 0) + line.length > segmentBytes) rotate()
      tailFd ??= openSync(fileOf(tail), 'a', 0o600)
      const before = sizes.get(tail) ?? fstatSync(tailFd).size
      let written = 0
      try {
        while (written < line.length) written += writeSync(tailFd, line, written)
      } catch (error) {
        cutBack(tailFd, before)
        throw error
      }
      sizes.set(tail, before + line.length)
      count++
      if (sync) fsyncSync(tailFd)
      else syncSoon(tailFd)
    },
    waiting(maxRecords, maxBytes) {
      const records: string[] = []
      let damaged = 0
      let bytes = 0
      let lines = 0
      const at: Position = { ...head }
      for (let size = findUnread(at); size !== null; size = findUnread(at)) {
        const piece = readAt(fileOf(at.segment), at.offset, Math.min(size - at.offset, longestLine))
        // Somebody shortened the file.
        if (piece.length === 0) sizes.set(at.segment, at.offset)
        const taken = takeLines(piece, {
          maxRecords: maxRecords - records.length,
          maxBytes: maxBytes - bytes,
          isFirst: records.length === 0,
          reachesEnd: at.offset + piece.length >= size,
        })
        records.push(...taken.records)
        lines += taken.lines
        bytes += taken.length
        damaged += putAside(taken, at)
        at.offset += taken.length
        if (isBehind(inspected, at)) inspected = { ...at }
        if (taken.isFull) break
      }
      if (records.length === 0 && damaged === 0 && lines === 0) return null
      let acked = false
      return {
        records,
        damaged,
        ack() {
          if (acked) return
          acked = true
          const reached = sizes.get(at.segment) ?? 0
          if (at.segment === tail && at.offset >= reached && tailFd !== null) rotate()
          Object.assign(head, at)
          count = Math.max(0, count - lines)
          writeCursor()
          for (const segment of [...sizes.keys()]) {
            if (
              segment < head.segment ||
              (segment === head.segment && head.offset >= (sizes.get(segment) ?? 0) && segment !== tail)
            )
              removeSegment(segment)
          }
        },
      }
    },
    bytes: () => {
      let sum = 0
      for (const [segment, size] of sizes) sum += segment === head.segment ? Math.max(0, size - head.offset) : size
      return sum
    },
    count: () => count,
    touch: writeCursor,
    isThere: () => existsSync(folder),
    close() {
      if (fsyncTimer) clearTimeout(fsyncTimer)
      if (tailFd !== null) closeSync(tailFd)
      tailFd = null
      closeSync(cursorFd)
      const isEmpty = [...sizes].every(
        ([segment, size]) => segment < head.segment || (segment === head.segment && head.offset >= size),
      )
      if (isEmpty && keepWhole.size === 0) rmSync(folder, { recursive: true, force: true })
      else renameSync(folder, `${folder}.left`)
    },
  }
}

const cursorText = ({ segment, offset }: Position): string =>
  `${String(segment).padStart(8, '0')} ${String(offset).padStart(12, '0')}\n`

/** A cursor that cannot be read costs only that some records are sent again. */
function readCursor(fd: number, sizes: ReadonlyMap<number, number>): Position | null {
  const buffer = Buffer.alloc(22)
  const text = buffer.toString('latin1', 0, readSync(fd, buffer, 0, 22, 0))
  const match = /^(\d{8}) (\d{12})\n$/.exec(text)
  if (!match) return null
  const position = { segment: Number(match[1]), offset: Number(match[2]) }
  const oldest = Math.min(...sizes.keys())
  const size = sizes.get(position.segment)
  if (size === undefined) return sizes.size > 0 && position.segment < oldest ? { segment: oldest, offset: 0 } : null
  return position.offset <= size ? position : null
}

function readAt(file: string, offset: number, length: number): Buffer {
  const fd = openSync(file, 'r')
  try {
    const buffer = Buffer.allocUnsafe(length)
    return buffer.subarray(0, readSync(fd, buffer, 0, length, offset))
  } finally {
    closeSync(fd)
  }
}

function countLines(file: string, from: number): number {
  const buffer = Buffer.allocUnsafe(256 * 1024)
  const fd = openSync(file, 'r')
  try {
    let lines = 0
    for (let offset = from; ;) {
      const read = readSync(fd, buffer, 0, buffer.length, offset)
      if (read === 0) return lines
      const chunk = buffer.subarray(0, read)
      for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) lines++
      offset += read
    }
  } finally {
    closeSync(fd)
  }
}
