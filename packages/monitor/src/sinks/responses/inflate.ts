import zlib from 'node:zlib'

/** What is inside of the streams of node:zlib, in every version of Node so far. */
interface Native {
  onerror: (message: string) => void
  writeSync(
    flush: number,
    given: Uint8Array,
    at: number,
    length: number,
    out: Buffer,
    start: number,
    room: number,
  ): void
}
interface Opened {
  readonly _handle: Native
  /** Room left in what was given to write to, then bytes left of what was given to read. */
  readonly _writeState: Uint32Array
  close(): void
}
type Open = (options: { chunkSize: number }) => unknown

/** Of one answer at most so many bytes are looked at: a small one may swell to any size. */
const mostBytes = 16 << 20
const room = 32 << 10

/**
 * Gives back at once what a part of an encoded body holds. An answer is judged by what leaves, whoever encoded it, and a part must
 * not leave before that: so it cannot wait, as the streams of node:zlib would have it.
 */
export class Inflate {
  readonly #opened: Opened
  readonly #flush: number
  readonly #out = Buffer.allocUnsafe(room)
  #left = mostBytes
  #over = false

  constructor(open: Open, flush: number) {
    this.#opened = open({ chunkSize: 64 }) as Opened
    this.#flush = flush
    this.#opened._handle.onerror = () => {
      this.#over = true
    }
  }

  /** @param take given each piece, which holds until it returns. What is broken gives nothing more, as in a browser. */
  write(bytes: Uint8Array, take: (piece: Buffer) => void): void {
    const { _handle: native, _writeState: state } = this.#opened
    let at = 0
    let left = bytes.length
    while (!this.#isOver()) {
      native.writeSync(this.#flush, bytes, at, left, this.#out, 0, room)
      if (this.#isOver()) return
      const [roomLeft = 0, bytesLeft = 0] = state
      const length = room - roomLeft
      if (length > 0) take(this.#out.subarray(0, length))
      this.#left -= length
      if (this.#left <= 0) this.#over = true
      at += left - bytesLeft
      left = bytesLeft
      if (roomLeft > 0) return
    }
  }

  #isOver(): boolean {
    return this.#over
  }

  close(): void {
    this.#over = true
    this.#opened.close()
  }
}

/** What older versions of Node do not have. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: Open }
const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = zlib.constants

/** @param first byte of the body @returns null where browsers show the body as it is */
export function inflaterOf(coding: string, first: number): Inflate | null {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return new Inflate(zlib.createGunzip, Z_SYNC_FLUSH)
    case 'deflate':
      // With the two bytes of zlib before it, as it should be, or without.
      return new Inflate((first & 0x0f) === 8 ? zlib.createInflate : zlib.createInflateRaw, Z_SYNC_FLUSH)
    case 'br':
      return new Inflate(zlib.createBrotliDecompress, BROTLI_OPERATION_FLUSH)
    case 'zstd':
      return createZstdDecompress ? new Inflate(createZstdDecompress, 0) : null
    default:
      return null
  }
}
