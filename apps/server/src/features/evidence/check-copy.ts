import { canonicalJson, type EvidenceManifest } from '@riposte/contract'
import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { EvidenceStore } from '../../platform/evidence-store/evidence-store.ts'
import type { Collector } from './collector.ts'
import { TarReader } from './read-tar.ts'

export interface StoredArchive {
  readonly organisationId: string
  readonly evidenceId: string
  readonly bytes: number
  readonly sha256: string
  readonly chunkHashes: readonly string[]
  readonly manifest: EvidenceManifest
}

export class CopyDamaged extends Error {
  override readonly name = 'CopyDamaged'
}

/** The encrypted archive, part after part, each held against its own hash. @throws CopyDamaged, StoreUnavailable */
export async function* readParts(store: EvidenceStore, archive: StoredArchive): AsyncGenerator<Buffer> {
  for (const [index, sha256] of archive.chunkHashes.entries()) {
    const bytes = await store.get({ ...archive, index })
    if (bytes === null) throw new CopyDamaged(`Part ${index} is not in the store`)
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new CopyDamaged(`Part ${index} in the store is not what was sent`)
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}

export async function decrypted(collector: Collector, encrypted: AsyncIterable<Buffer>): Promise<Readable> {
  const source = Readable.toWeb(Readable.from(encrypted, { objectMode: false, highWaterMark: 65_536 }))
  try {
    return Readable.fromWeb((await collector.decrypter().decrypt(source as ReadableStream<Uint8Array>)) as never)
  } catch (error) {
    if (error instanceof CopyDamaged || !(error instanceof Error) || error.name === 'StoreUnavailable') throw error
    throw new CopyDamaged('It is not encrypted to the collector key of this control plane', { cause: error })
  }
}

const mostManifestBytes = 16_777_216

/** Everything that the manifest says, held against what streams by. */
class ContentCheck {
  readonly #files: Map<string, { bytes: number; sha256: string }>
  readonly #manifest: EvidenceManifest
  #hash: Hash | null = null
  #expected: { name: string; bytes: number; sha256: string } | null = null
  #manifestText: Buffer[] = []
  #sawManifest = false

  constructor(manifest: EvidenceManifest) {
    this.#manifest = manifest
    this.#files = new Map(manifest.items.flatMap((item) => item.files.map((file) => [file.path, file])))
  }

  file(name: string, bytes: number): void {
    if (this.#sawManifest) throw new CopyDamaged('Something follows the manifest')
    if (name === 'manifest.json') {
      if (bytes > mostManifestBytes) throw new CopyDamaged('The manifest in the archive is too large')
      this.#sawManifest = true
      this.#expected = null
      return
    }
    const expected = this.#files.get(name)
    if (!expected)
      throw new CopyDamaged(`${JSON.stringify(name.slice(0, 200))} is in the archive and not in the manifest`)
    if (expected.bytes !== bytes)
      throw new CopyDamaged(`${JSON.stringify(name.slice(0, 200))} has another size than its manifest says`)
    this.#files.delete(name)
    this.#expected = { name, ...expected }
    this.#hash = createHash('sha256')
  }

  data(bytes: Buffer): void {
    if (this.#expected) this.#hash?.update(bytes)
    else this.#manifestText.push(Buffer.from(bytes))
  }

  end(): void {
    if (this.#expected && this.#hash?.digest('hex') !== this.#expected.sha256)
      throw new CopyDamaged(
        `${JSON.stringify(this.#expected.name.slice(0, 200))} has another hash than its manifest says`,
      )
  }

  finish(): void {
    if (!this.#sawManifest) throw new CopyDamaged('There is no manifest.json in the archive')
    const [missing] = this.#files.keys()
    if (missing !== undefined)
      throw new CopyDamaged(`${JSON.stringify(missing.slice(0, 200))} is in the manifest and not in the archive`)
    const own: unknown = JSON.parse(Buffer.concat(this.#manifestText).toString('utf8'))
    if (canonicalJson(own) !== canonicalJson(this.#manifest))
      throw new CopyDamaged('The manifest in the archive is not the one that was announced')
  }
}

/**
 * Hashes the stored copy, decrypts it, and holds every file in it against the manifest, in one pass and bounded memory.
 * @returns what was looked at @throws CopyDamaged with a sentence that says what does not hold @throws StoreUnavailable
 */
export async function checkCopy(
  parts: { readonly store: EvidenceStore; readonly collector: Collector },
  archive: StoredArchive,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const whole = createHash('sha256')
  let stored = 0
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const part of readParts(parts.store, archive)) {
      whole.update(part)
      stored += part.length
      yield part
    }
  }
  const files = archive.manifest.items.reduce((sum, item) => sum + item.files.length, 0)
  // An archive that unpacks to more than it announced is cut off here: headers of 8 KiB a file are plenty.
  const mostBytes = archive.manifest.bytes + (files + 2) * 8_192 + mostManifestBytes
  const content = new ContentCheck(archive.manifest)
  const tar = new TarReader(content)
  let unpacked = 0
  let fault: unknown
  try {
    const plain = await decrypted(parts.collector, hashed())
    const gunzip = createGunzip()
    plain.on('error', (error) => gunzip.destroy(error))
    try {
      for await (const bytes of plain.pipe(gunzip) as AsyncIterable<Buffer>) {
        unpacked += bytes.length
        if (unpacked > mostBytes) throw new CopyDamaged('It unpacks to more than its manifest says')
        tar.write(bytes)
      }
    } finally {
      plain.destroy()
    }
    tar.finish()
    content.finish()
  } catch (error) {
    fault = error
  }
  if (fault !== undefined) {
    if (fault instanceof CopyDamaged || (fault instanceof Error && fault.name === 'StoreUnavailable')) throw fault
    throw new CopyDamaged(`The archive cannot be read: ${fault instanceof Error ? fault.message : 'unknown'}`, {
      cause: fault,
    })
  }
  if (stored !== archive.bytes || whole.digest('hex') !== archive.sha256)
    throw new CopyDamaged('The stored copy has another hash than the agent announced')
  return { files, bytes: archive.manifest.bytes }
}
