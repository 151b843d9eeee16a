/** One file of a tar, as it streams by: its name first, then its bytes, then its end. */
export interface TarListener {
  file(name: string, bytes: number): void
  data(bytes: Buffer): void
  end(): void
}

export class TarBroken extends Error {
  override readonly name = 'TarBroken'
}

const block = 512
const mostPax = 65_536
const text = (header: Buffer, from: number, length: number): string => {
  const field = header.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? length : end)
}

/** Octal digits; or, for 8 GiB and more, a number with the highest bit set. */
function number(header: Buffer, from: number, length: number): number {
  const field = header.subarray(from, from + length)
  const value =
    ((field[0] ?? 0) & 0x80) === 0
      ? Number.parseInt(text(header, from, length).trim() || '0', 8)
      : Number(BigInt(`0x${field.subarray(1).toString('hex')}`))
  if (!Number.isSafeInteger(value) || value < 0) throw new TarBroken('a header holds no number where one belongs')
  return value
}

/** `<length> key=value\n`, where the length covers the whole record in bytes. */
function readPax(body: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at)
    const length = space === -1 ? Number.NaN : Number(body.toString('latin1', at, space))
    if (!Number.isInteger(length) || length < 5 || at + length > body.length)
      throw new TarBroken('an extended header is cut')
    const record = body.toString('utf8', space + 1, at + length - 1)
    const equals = record.indexOf('=')
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return records
}

function checkSum(header: Buffer): void {
  let sum = 0
  for (let at = 0; at < block; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (header[at] ?? 0)
  if (sum !== number(header, 148, 8)) throw new TarBroken('a header has a wrong checksum')
}

type Mode =
  { readonly kind: 'header' } | { readonly kind: 'file' | 'pax' | 'skip'; left: number } | { readonly kind: 'end' }

/**
 * Reads a tar with only plain files in it (ustar with extended headers), in the memory of one block. Written apart from what agents
 * write with, so that the two check each other.
 */
export class TarReader {
  readonly #listener: TarListener
  #mode: Mode = { kind: 'header' }
  #rest = Buffer.alloc(0)
  #padding = 0
  #pax: Buffer[] = []
  #named = new Map<string, string>()

  constructor(listener: TarListener) {
    this.#listener = listener
  }

  /** @throws TarBroken */
  write(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#mode.kind === 'end') return
      if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, bytes.length - at)
        this.#padding -= skipped
        at += skipped
      } else if (this.#mode.kind === 'header') {
        const wanted = block - this.#rest.length
        this.#rest = Buffer.concat([this.#rest, bytes.subarray(at, at + wanted)])
        at += wanted
        if (this.#rest.length === block) {
          const header = this.#rest
          this.#rest = Buffer.alloc(0)
          this.#header(header)
        }
      } else {
        const part = bytes.subarray(at, at + this.#mode.left)
        at += part.length
        this.#mode.left -= part.length
        if (this.#mode.kind === 'file') this.#listener.data(part)
        else if (this.#mode.kind === 'pax') this.#pax.push(Buffer.from(part))
        if (this.#mode.left === 0) this.#ended(this.#mode.kind)
      }
    }
  }

  /** @throws TarBroken when it was cut */
  finish(): void {
    if (this.#mode.kind !== 'end') throw new TarBroken('it ends before its end')
  }

  #header(header: Buffer): void {
    if (header.every((byte) => byte === 0)) {
      this.#mode = { kind: 'end' }
      return
    }
    checkSum(header)
    const type = String.fromCharCode(header[156] ?? 0)
    const size = Number(this.#named.get('size') ?? number(header, 124, 12))
    if (!Number.isSafeInteger(size) || size < 0) throw new TarBroken('a file has no size')
    this.#padding = 0
    if (type === 'x') {
      if (size > mostPax) throw new TarBroken('an extended header is too long')
      this.#mode = { kind: 'pax', left: size }
    } else if (type === '0' || type === '\0') {
      const prefix = text(header, 345, 155)
      const own = text(header, 0, 100)
      this.#listener.file(this.#named.get('path') ?? (prefix === '' ? own : `${prefix}/${own}`), size)
      this.#named = new Map()
      this.#mode = { kind: 'file', left: size }
    } else throw new TarBroken('it holds something else than plain files')
    this.#size = size
    if (size === 0) this.#ended(this.#mode.kind)
  }

  #size = 0

  #ended(kind: Mode['kind']): void {
    if (kind === 'file') this.#listener.end()
    if (kind === 'pax') {
      this.#named = readPax(Buffer.concat(this.#pax))
      this.#pax = []
    }
    this.#padding = (block - (this.#size % block)) % block
    this.#mode = { kind: 'header' }
  }
}
