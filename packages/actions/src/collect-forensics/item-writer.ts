import type { EvidenceFile, EvidenceItem } from '@riposte/contract'
import { createHash, randomBytes } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { ProgramMissing, type Host } from '../host.ts'
import { ArchiveFault, type ArchiveWriter } from './archive-writer.ts'

/** This host has no such thing, or does not give it: said as it is, and no failure. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}

const mebibyte = 1_048_576
/** More than this of one file waits on the disk and not in memory. */
const inMemory = mebibyte
const readAtOnce = 262_144
const mostFilesOfItem = 1_000
const mostFiles = 3_000

/** What all items of one collection share. */
export interface Shared {
  readonly host: Host
  readonly signal: AbortSignal
  readonly archive: ArchiveWriter
  /** For contents that wait; for the owner's eyes, and gone with the collection. */
  readonly folder: string
  /** Bytes that may still be collected. */
  left: number
  files: number
}

export interface FileWish {
  /** Bytes of it at most; 8 MiB unless told. */
  readonly limit?: number
  /** Which end matters when it is longer. */
  readonly keep?: 'head' | 'tail'
  /** When it is not there, nothing is said. */
  readonly optional?: boolean
}

/** One item of a collection: files are added to the archive as they come, and what went wrong is kept for the manifest. */
export class ItemWriter {
  readonly #shared: Shared
  readonly #id: string
  readonly #title: string
  readonly #files: EvidenceFile[] = []
  readonly #names = new Set<string>()
  readonly #problems: string[] = []
  readonly #hash = createHash('sha256')
  #bytes = 0
  #unavailable: string | null = null

  constructor(shared: Shared, id: string, title: string) {
    this.#shared = shared
    this.#id = id
    this.#title = title
  }

  get host(): Host {
    return this.#shared.host
  }
  get signal(): AbortSignal {
    return this.#shared.signal
  }
  /** Bytes that the budget still leaves. */
  get left(): number {
    return this.#shared.left
  }
  get folder(): string {
    return this.#shared.folder
  }

  problem(text: string): void {
    if (this.#problems.length < 20 && !this.#problems.includes(text)) this.#problems.push(text.slice(0, 300))
  }

  /** Does the work of the item: what it throws becomes its status, unless the whole collection cannot go on. */
  async run(work: (item: ItemWriter) => Promise<void>): Promise<EvidenceItem> {
    try {
      this.signal.throwIfAborted()
      await work(this)
    } catch (error) {
      if (error instanceof ArchiveFault || this.signal.aborted) throw error
      if (error instanceof Unavailable || error instanceof ProgramMissing) this.#unavailable = error.message
      else this.problem(error instanceof Error ? error.message : String(error))
    }
    this.signal.throwIfAborted()
    return this.#result()
  }

  /** What a program prints. Its absence is for the caller to judge. @throws ProgramMissing */
  async command(
    name: string,
    file: string,
    args: readonly string[],
    wish: { readonly timeoutMs?: number; readonly limit?: number } = {},
  ): Promise<void> {
    const limit = Math.min(wish.limit ?? 4 * mebibyte, this.left)
    const run = await this.host.run(file, args, {
      timeoutMs: wish.timeoutMs ?? 30_000,
      maxOutput: limit + 1,
      signal: this.signal,
      env: { LC_ALL: 'C', SYSTEMD_PAGER: '', PAGER: 'cat' },
    })
    this.signal.throwIfAborted()
    const source = [file, ...args].join(' ')
    if (run.timedOut) this.problem(`${file} did not end in time`)
    else if (run.stdout === '' && run.code !== 0)
      this.problem(`${file} ended with ${run.code ?? 'a signal'}: ${run.stderr.trim().slice(0, 200)}`)
    if (run.stdout !== '') {
      const bytes = Buffer.from(run.stdout)
      const kept = bytes.subarray(0, limit)
      await this.content(name, kept, { source, truncated: bytes.length > limit || run.timedOut })
    }
  }

  /** Lines of JSON. */
  lines(name: string, rows: readonly unknown[], source: string): Promise<void> {
    return this.content(name, Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')), {
      source,
      truncated: false,
    })
  }

  async content(
    name: string,
    bytes: Buffer,
    about: { readonly source: string; readonly truncated: boolean },
  ): Promise<void> {
    const kept = bytes.subarray(0, this.left)
    // eslint-disable-next-line @typescript-eslint/require-await -- an iterable of one
    const one = async function* (): AsyncGenerator<Uint8Array> {
      if (kept.length > 0) yield kept
    }
    await this.#add(name, kept.length, one(), {
      source: about.source,
      truncated: about.truncated || kept.length < bytes.length,
    })
  }

  /**
   * A file of the host, read without following a link and without waiting for whoever writes to a pipe. Its size is what can be read
   * now, not what it says: logs grow, and the kernel's files have none. @returns whether it was there
   */
  async file(
    name: string,
    source: string,
    { limit = 8 * mebibyte, keep = 'tail', optional = false }: FileWish = {},
  ): Promise<boolean> {
    let handle: FileHandle
    try {
      handle = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        if (!optional) this.problem(`${source} is not there`)
        return false
      }
      this.problem(`${source} cannot be read (${code === 'ELOOP' ? 'it is a link' : code})`)
      return true
    }
    try {
      const stat = await handle.stat()
      if (!stat.isFile()) {
        this.problem(`${source} is no plain file`)
        return true
      }
      const most = Math.min(limit, this.left)
      const from = keep === 'tail' ? Math.max(0, stat.size - most) : 0
      await this.#copy(name, source, { handle, from, most })
    } catch (error) {
      if (error instanceof ArchiveFault || this.signal.aborted) throw error
      this.problem(`${source} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
    } finally {
      await handle.close()
    }
    return true
  }

  async #copy(
    name: string,
    source: string,
    { handle, from, most }: { handle: FileHandle; from: number; most: number },
  ): Promise<void> {
    const held: Buffer[] = []
    let bytes = 0
    let staged: { file: FileHandle; path: string } | null = null
    let more = false
    try {
      for (;;) {
        this.signal.throwIfAborted()
        const piece = Buffer.allocUnsafe(Math.min(readAtOnce, most - bytes + 1))
        // The kernel's own files are read from where the last read ended; by position, some would begin anew.
        const { bytesRead } = await handle.read(piece, 0, piece.length, from + bytes)
        if (bytesRead === 0) break
        const kept = piece.subarray(0, Math.min(bytesRead, most - bytes))
        more = bytesRead > kept.length
        bytes += kept.length
        if (staged === null && bytes > inMemory) {
          staged = await this.#stage()
          for (const earlier of held.splice(0)) await writeAll(staged.file, earlier)
        }
        if (staged) await writeAll(staged.file, kept)
        else held.push(kept)
        if (more) break
      }
      const about = { source, truncated: more || from > 0 }
      if (staged) {
        const content = createReadStream(staged.path, { highWaterMark: readAtOnce })
        await this.#add(name, bytes, content, about)
      } else await this.content(name, Buffer.concat(held), about)
    } finally {
      if (staged) {
        await staged.file.close()
        await rm(staged.path, { force: true })
      }
    }
  }

  async #stage(): Promise<{ file: FileHandle; path: string }> {
    const staged = path.join(this.folder, `staged-${randomBytes(6).toString('hex')}`)
    try {
      return { file: await open(staged, 'wx', 0o600), path: staged }
    } catch (error) {
      throw new ArchiveFault('The folder of the agent takes no file', { cause: error })
    }
  }

  async #add(
    name: string,
    bytes: number,
    content: AsyncIterable<Uint8Array>,
    about: { source: string; truncated: boolean },
  ): Promise<void> {
    if (this.#files.length >= mostFilesOfItem || this.#shared.files >= mostFiles) {
      this.problem('There were more files than one archive takes')
      return
    }
    if (this.left === 0) this.problem('The budget of the collection was used up')
    const hash = createHash('sha256')
    const whole = this.#hash
    const hashed = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of content) {
        hash.update(chunk)
        whole.update(chunk)
        yield chunk
      }
    }
    const own = this.#name(name)
    await this.#shared.archive.add(own, bytes, hashed())
    this.#shared.left -= bytes
    this.#shared.files += 1
    this.#bytes += bytes
    if (about.truncated) this.problem(`Only a part of ${about.source.slice(0, 120)} was taken`)
    this.#files.push({
      path: own,
      bytes,
      sha256: hash.digest('hex'),
      source: about.source.slice(0, 4_000),
      truncated: about.truncated,
    })
  }

  /** Below the item's own folder, whatever a name on the host tries; each once. */
  #name(name: string): string {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..')
    const wanted = `${this.#id}/${parts.join('/').slice(0, 3_000) || 'unnamed'}`
    let own = wanted
    for (let n = 2; this.#names.has(own); n += 1) own = `${wanted}~${n}`
    this.#names.add(own)
    return own
  }

  #result(): EvidenceItem {
    const error = this.#unavailable ?? (this.#problems.length > 0 ? this.#problems.join('; ').slice(0, 2_000) : null)
    const status =
      this.#files.length > 0
        ? error === null
          ? 'ok'
          : 'partial'
        : this.#unavailable !== null
          ? 'unavailable'
          : error === null
            ? 'ok'
            : 'failed'
    return {
      id: this.#id,
      title: this.#title,
      status,
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      error,
      files: this.#files,
    }
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC'
    throw new ArchiveFault(
      full ? 'The disk with the folder of the agent is full' : 'The folder of the agent cannot be written to',
      {
        cause: error,
      },
    )
  }
}
