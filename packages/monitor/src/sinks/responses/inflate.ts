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
  readonly _handle: Native | null
  /** Room left in what was given to write to, then bytes left of what was given to read. */
  readonly _writeState: Uint32Array
  reset(): void
  close(): void
}
type Open = (options: { chunkSize: number }) => unknown

/** Of one answer at most so many bytes are looked at: a small one may swell to any size. */
const mostBytes = 16 << 20
const room = 32 << 10

/** To open one costs as much as to inflate a page: those of gzip and zlib begin anew for the next answer. */
const idle = new Map<Open, Opened[]>()
const mostIdle = 16
/** What is written to, one for each that writes at the same moment. */
const outs: Buffer[] = []

/**
 * Gives back at once what a part of an encoded body holds. An answer is judged by what leaves, whoever encoded it, and a part must
 * not leave before that: so it cannot wait, as the streams of node:zlib would have it.
 */
export class Inflate {
  readonly #open: Open
  readonly #opened: Opened
  readonly #flush: number
  #left = mostBytes
  #over = false
  #isBroken = false
  #isClosed = false

  constructor(open: Open, flush: number) {
    this.#open = open
    this.#flush = flush
    this.#opened = idle.get(open)?.pop() ?? (open({ chunkSize: 64 }) as Opened)
    if (this.#opened._handle)
      this.#opened._handle.onerror = () => {
        this.#isBroken = true
        this.#over = true
      }
  }

  /** @param take given each piece, which holds until it returns. What is broken gives nothing more, as in a browser. */
  write(bytes: Uint8Array, take: (piece: Buffer) => void): void {
    const out = outs.pop() ?? Buffer.allocUnsafe(room)
    try {
      this.#write(bytes, out, take)
    } finally {
      outs.push(out)
    }
  }

  #write(bytes: Uint8Array, out: Buffer, take: (piece: Buffer) => void): void {
    const { _handle: native, _writeState: state } = this.#opened
    let at = 0
    let left = bytes.length
    while (native && !this.#isOver()) {
      native.writeSync(this.#flush, bytes, at, left, out, 0, room)
      if (this.#isOver()) return
      const [roomLeft = 0, bytesLeft = 0] = state
      const length = room - roomLeft
      if (length > 0) take(out.subarray(0, length))
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

  /** Nothing is written to it after that. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#over = true
    const waiting = idle.get(this.#open)
    if (!waiting || waiting.length >= mostIdle || this.#isBroken) this.#opened.close()
    else {
      this.#opened.reset()
      waiting.push(this.#opened)
    }
  }
}

for (const open of [zlib.createGunzip, zlib.createInflate, zlib.createInflateRaw]) idle.set(open, [])

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
