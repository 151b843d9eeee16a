import { decodeRecord } from './record.ts'

export interface TakenLines {
  readonly records: readonly string[]
  readonly damaged: readonly { readonly at: number; readonly line: Buffer }[]
  /** Whole lines passed, damaged and empty ones too. */
  readonly lines: number
  /** Bytes passed. */
  readonly length: number
  /** The next record would be more than was asked for. */
  readonly isFull: boolean
}

/**
 * Reads records from the beginning of a piece of a spool file.
 * @param limits `maxBytes` holds from the second record on: one alone always fits. `reachesEnd`: nothing follows the piece in the file
 */
export function takeLines(
  piece: Buffer,
  limits: {
    readonly maxRecords: number
    readonly maxBytes: number
    readonly isFirst: boolean
    readonly reachesEnd: boolean
  },
): TakenLines {
  const records: string[] = []
  const damaged: { at: number; line: Buffer }[] = []
  let lines = 0
  let bytes = 0
  let at = 0
  const taken = (isFull: boolean): TakenLines => ({ records, damaged, lines, length: at, isFull })
  while (at < piece.length) {
    const end = piece.indexOf(0x0a, at)
    if (end === -1) {
      // The rest of the line is behind this piece, unless the piece is all there is or one endless line.
      if (at > 0 && !limits.reachesEnd) break
      damaged.push({ at, line: piece.subarray(at) })
      at = piece.length
      break
    }
    const line = piece.subarray(at, end)
    const json = decodeRecord(line)
    if (json !== null) {
      const isAlone = limits.isFirst && records.length === 0
      if (records.length >= limits.maxRecords || (!isAlone && bytes + line.length > limits.maxBytes)) return taken(true)
      records.push(json)
      bytes += line.length
    } else if (line.length > 0) damaged.push({ at, line })
    lines++
    at = end + 1
  }
  return taken(false)
}
