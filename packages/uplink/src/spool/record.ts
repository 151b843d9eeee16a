import { createHash } from 'node:crypto'

const digestLength = 16

/** A line of a spool file: the first 16 hex digits of the text's SHA-256, a space, the JSON text, a line feed. */
export function encodeRecord(json: string): Buffer {
  return Buffer.from(`${digest(json)} ${json}\n`)
}

/** @param line without its line feed. @returns the JSON text; null when the line is damaged. */
export function decodeRecord(line: Buffer): string | null {
  if (line.length < digestLength + 3 || line[digestLength] !== 0x20) return null
  const json = line.subarray(digestLength + 1)
  return digest(json) === line.toString('latin1', 0, digestLength) ? json.toString('utf8') : null
}

const digest = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex').slice(0, digestLength)
