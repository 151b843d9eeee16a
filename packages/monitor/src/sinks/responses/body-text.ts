import { isAscii } from 'node:buffer'
import { StringDecoder } from 'node:string_decoder'
import { TextDecoder } from 'node:util'
import { inflaterOf, type Inflate } from './inflate.ts'
import type { Head } from './watcher.ts'

interface Decode {
  next(bytes: Uint8Array): string
  rest(): string
}

/** Reads the parts of one body as its reader will. */
export class BodyText {
  readonly #codings: readonly string[]
  readonly #charset: string
  #inflaters: readonly Inflate[] | null = null
  /** Chosen with the first bytes. */
  #decode: Decode | null = null
  #hasBegun = false

  constructor(head: Head) {
    // The last one is the outermost.
    this.#codings = (head.header('content-encoding') ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean)
      .reverse()
    this.#charset = charsetOf(head.header('content-type'))
  }

  get #isUtf8(): boolean {
    return this.#codings.length === 0 && this.#charset === 'utf-8'
  }

  get isEncoded(): boolean {
    return this.#codings.length > 0
  }

  /** Whether it is encoded and has said nothing so far. */
  get isSilent(): boolean {
    return this.isEncoded && this.#decode === null
  }

  /** @returns the one part of a body as it is, where that says the same as its text in UTF-8; else null */
  whole(chunk: unknown, encoding: unknown): string | Buffer | null {
    if (this.#hasBegun || !this.#isUtf8) return null
    if (typeof chunk === 'string') return isUtf8(encoding) ? chunk : null
    if (!(chunk instanceof Uint8Array) || markOf(chunk) !== null) return null
    return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  }

  /** @param chunk as the app writes it: text, bytes, or nothing @returns what it adds to the text */
  part(chunk: unknown, encoding: unknown, last: boolean): string {
    this.#hasBegun = true
    const text = this.#textOf(chunk, encoding)
    if (!last) return text
    for (const inflater of this.#inflaters ?? []) inflater.close()
    return this.#decode ? text + this.#decode.rest() : text
  }

  #textOf(chunk: unknown, encoding: unknown): string {
    if (typeof chunk === 'string') {
      if (this.#decode === null && this.#isUtf8 && isUtf8(encoding)) return chunk
      return this.#read(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'))
    }
    if (!(chunk instanceof Uint8Array)) return ''
    return this.#decode === null && this.#isUtf8 && isAscii(chunk)
      ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
      : this.#read(chunk)
  }

  #read(bytes: Uint8Array): string {
    const [first] = bytes
    if (first === undefined) return ''
    this.#inflaters ??= this.#codings.flatMap((coding) => inflaterOf(coding, first) ?? [])
    let text = ''
    inflate(this.#inflaters, 0, bytes, (plain) => {
      this.#decode ??= decoderOf(markOf(plain) ?? this.#charset)
      text += this.#decode.next(plain)
    })
    return text
  }
}

/** @param encoding that the app names with a text */
const isUtf8 = (encoding: unknown): boolean => typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)

function inflate(by: readonly Inflate[], at: number, bytes: Uint8Array, take: (plain: Uint8Array) => void): void {
  const inflater = by[at]
  if (inflater) inflater.write(bytes, (piece) => inflate(by, at + 1, piece, take))
  else take(bytes)
}

const charsetOf = (contentType: string | null): string =>
  /;\s*charset\s*=\s*["']?([^\s;"',]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8'

/** A mark at the very beginning counts more than what the head says. */
function markOf([first, second]: Uint8Array): string | null {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : null
}

function decoderOf(charset: string): Decode {
  if (charset !== 'utf-8' && charset !== 'utf8') {
    const decoder = textDecoder(charset)
    if (decoder) return { next: (bytes) => decoder.decode(bytes, { stream: true }), rest: () => decoder.decode() }
  }
  const decoder = new StringDecoder('utf8')
  return {
    next: (bytes) => decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    rest: () => decoder.end(),
  }
}

/** @returns null for a name that nobody knows: it changes nothing where markup is written */
function textDecoder(charset: string): TextDecoder | null {
  try {
    return new TextDecoder(charset)
  } catch {
    return null
  }
}
