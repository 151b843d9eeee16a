import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import * as z from 'zod'

/** Plain bytes under one authentication tag: also what is held in memory, twice. */
const segmentBytes = 4 * 1024 * 1024
const tagBytes = 16
/** Runs of zeros shorter than this are kept as data. */
const blockBytes = 64 * 1024
const mostExtents = 100_000
const zeros = Buffer.alloc(blockBytes)

/** How the sealed copy holds the file: `extents` are the parts that are not holes, in order. */
export const SealedLayout = z.object({
  /** AES-256 key of this copy alone, base64. It keeps the bytes from running and from being found by scanners; root may read it. */
  key: z.string(),
  sha256: z.string(),
  size: z.number(),
  sealedBytes: z.number(),
  extents: z.array(z.tuple([z.number(), z.number()])),
})
export type SealedLayout = z.infer<typeof SealedLayout>

const nonceOf = (segment: number): Buffer => {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(segment), 4)
  return nonce
}

export class ChangedWhileRead extends Error {
  override readonly name = 'ChangedWhileRead'
}
export class NotWhole extends Error {
  override readonly name = 'NotWhole'
}

const readFully = async (file: FileHandle, buffer: Buffer, length: number, position: number): Promise<number> => {
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}

const writeFully = async (file: FileHandle, data: Buffer, position: number): Promise<void> => {
  let done = 0
  while (done < data.length) {
    const { bytesWritten } = await file.write(data, done, data.length - done, position + done)
    done += bytesWritten
  }
}

/** Parts of a segment that hold data, as offsets in the segment. */
const dataParts = (plain: Buffer): (readonly [number, number])[] => {
  const parts: [number, number][] = []
  for (let at = 0; at < plain.length; at += blockBytes) {
    const end = Math.min(at + blockBytes, plain.length)
    if (plain.compare(zeros, 0, end - at, at, end) === 0) continue
    const last = parts.at(-1)
    if (last !== undefined && last[0] + last[1] === at) last[1] += end - at
    else parts.push([at, end - at])
  }
  return parts
}

/**
 * Copies a file, encrypted and hashed in one pass and in constant memory; the next part is read while this one is worked on. Every
 * run of data in a segment is sealed for itself, so that holes take no room.
 */
export const seal = async (
  from: FileHandle,
  to: FileHandle,
  options: { readonly size: number; readonly sparse: boolean; readonly key: Buffer; readonly signal: AbortSignal },
): Promise<SealedLayout> => {
  const { size, key, signal } = options
  const hash = createHash('sha256')
  const extents: [number, number][] = []
  const buffers = [Buffer.allocUnsafe(segmentBytes), Buffer.allocUnsafe(segmentBytes)] as const
  const readAt = (position: number, index: number) =>
    readFully(from, buffers[index % 2] ?? buffers[0], Math.min(segmentBytes, size - position), position)
  let written = 0
  let pending = size > 0 ? readAt(0, 0) : Promise.resolve(0)
  for (let position = 0, index = 0; position < size; position += segmentBytes, index += 1) {
    signal.throwIfAborted()
    const length = await pending
    if (length !== Math.min(segmentBytes, size - position)) throw new ChangedWhileRead('The file became shorter')
    if (position + segmentBytes < size) {
      pending = readAt(position + segmentBytes, index + 1)
      // Awaited in the next round; until then a failure of it must not end the agent.
      pending.catch(() => undefined)
    }
    const plain = (buffers[index % 2] ?? buffers[0]).subarray(0, length)
    hash.update(plain)
    const parts = options.sparse && extents.length < mostExtents ? dataParts(plain) : [[0, length] as const]
    for (const [start, bytes] of parts) {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(extents.length))
      const sealed = Buffer.concat([
        cipher.update(plain.subarray(start, start + bytes)),
        cipher.final(),
        cipher.getAuthTag(),
      ])
      extents.push([position + start, bytes])
      await writeFully(to, sealed, written)
      written += sealed.length
    }
  }
  return { key: key.toString('base64'), sha256: hash.digest('hex'), size, sealedBytes: written, extents }
}

/** Reads a sealed copy in order. @throws NotWhole when a bit of it is not as it was written */
export const unseal = async (
  from: FileHandle,
  layout: SealedLayout,
  take: (plain: Buffer, position: number) => Promise<void> | void,
  signal: AbortSignal,
): Promise<void> => {
  const key = Buffer.from(layout.key, 'base64')
  const buffer = Buffer.allocUnsafe(segmentBytes + tagBytes)
  let at = 0
  for (const [index, [position, bytes]] of layout.extents.entries()) {
    signal.throwIfAborted()
    if (bytes > segmentBytes || (await readFully(from, buffer, bytes + tagBytes, at)) !== bytes + tagBytes)
      throw new NotWhole('The copy in the vault is too short')
    at += bytes + tagBytes
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index))
    decipher.setAuthTag(buffer.subarray(bytes, bytes + tagBytes))
    let plain: Buffer
    try {
      plain = Buffer.concat([decipher.update(buffer.subarray(0, bytes)), decipher.final()])
    } catch {
      throw new NotWhole('The copy in the vault was changed')
    }
    await take(plain, position)
  }
}

/** The file's own hash, from its sealed copy. */
export const sealedSha256 = async (from: FileHandle, layout: SealedLayout, signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha256')
  let at = 0
  const holes = (end: number): void => {
    for (; at < end; at += Math.min(blockBytes, end - at))
      hash.update(zeros.subarray(0, Math.min(blockBytes, end - at)))
  }
  await unseal(
    from,
    layout,
    (plain, position) => {
      holes(position)
      hash.update(plain)
      at = position + plain.length
    },
    signal,
  )
  holes(layout.size)
  return hash.digest('hex')
}
