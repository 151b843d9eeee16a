import { Encrypter } from 'age-encryption'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { open, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { pack, type Pack } from 'tar-stream'

/** The archive itself cannot be written: nothing of the collection can go on. */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault'
}

const describe = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code === 'ENOSPC'
    ? 'The disk with the folder of the agent is full'
    : error instanceof Error
      ? error.message
      : 'unknown'

/** A tar, through gzip and age to a new file for its owner's eyes: nothing readable of it ever lies on the disk. Bounded memory. */
export class ArchiveWriter {
  readonly #tar: Pack = pack()
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  #bytes = 0
  readonly #done: Promise<void>
  #fault: ArchiveFault | null = null

  private constructor(file: FileHandle, recipient: string) {
    this.#file = file
    this.#done = this.#drain(recipient).catch((error: unknown) => {
      this.#fault = new ArchiveFault(describe(error), { cause: error })
      this.#tar.destroy(this.#fault)
    })
  }

  /** @throws when the file is there already, or the recipient is no age key */
  static async create(path: string, recipient: string): Promise<ArchiveWriter> {
    new Encrypter().addRecipient(recipient)
    return new ArchiveWriter(await open(path, 'wx', 0o600), recipient)
  }

  /** One file of exactly that many bytes. @throws ArchiveFault */
  async add(name: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<void> {
    this.#throwFault()
    try {
      const entry = this.#tar.entry({ name, size: bytes, mode: 0o600, mtime: new Date() })
      const ended = new Promise<void>((resolve, reject) => {
        entry.on('close', () => {
          resolve()
        })
        entry.on('error', reject)
      })
      ended.catch(() => undefined)
      for await (const chunk of content) {
        if (!entry.write(chunk)) await Promise.race([once(entry, 'drain'), this.#done])
        this.#throwFault()
      }
      entry.end(null)
      await Promise.race([ended, this.#done])
    } catch (error) {
      throw error instanceof ArchiveFault ? error : new ArchiveFault(describe(error), { cause: error })
    }
    this.#throwFault()
  }

  /** Whole and synced. @throws ArchiveFault */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    this.#tar.finalize()
    await this.#done
    try {
      this.#throwFault()
      await this.#file.sync()
    } catch (error) {
      throw error instanceof ArchiveFault ? error : new ArchiveFault(describe(error), { cause: error })
    } finally {
      await this.#file.close().catch(() => undefined)
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  /** Lets go of the file; whoever made the folder removes it. */
  async abandon(): Promise<void> {
    this.#tar.destroy(new ArchiveFault('The collection was given up'))
    await this.#done
    await this.#file.close().catch(() => undefined)
  }

  #throwFault(): void {
    if (this.#fault) throw this.#fault
  }

  async #drain(recipient: string): Promise<void> {
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    const gzip = createGzip({ level: 6 })
    this.#tar.on('error', (error: Error) => gzip.destroy(error))
    this.#tar.pipe(gzip as never)
    const encrypted = await encrypter.encrypt(Readable.toWeb(gzip) as ReadableStream<Uint8Array>)
    for await (const chunk of Readable.fromWeb(encrypted as never) as AsyncIterable<Buffer>) {
      let at = 0
      while (at < chunk.length) at += (await this.#file.write(chunk, at)).bytesWritten
      this.#hash.update(chunk)
      this.#bytes += chunk.length
    }
  }
}
