import zlib from 'node:zlib'

type Decoder = (bytes: Buffer, options: { maxOutputLength: number; finishFlush: number }) => Buffer

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = zlib.constants
/** From Node 22.15 on. */
const zstd = (zlib as unknown as { zstdDecompressSync?: Decoder }).zstdDecompressSync

const decoders: Readonly<Record<string, { readonly decode: Decoder | undefined; readonly flush: number }>> = {
  gzip: { decode: zlib.gunzipSync, flush: Z_SYNC_FLUSH },
  'x-gzip': { decode: zlib.gunzipSync, flush: Z_SYNC_FLUSH },
  deflate: { decode: zlib.inflateSync, flush: Z_SYNC_FLUSH },
  br: { decode: zlib.brotliDecompressSync, flush: BROTLI_OPERATION_FLUSH },
  zstd: { decode: zstd, flush: (zlib.constants as Record<string, number>)['ZSTD_e_flush'] ?? 1 },
}

export interface Unzipped {
  readonly bytes: Buffer
  /** There is more than what may be looked at. */
  readonly cut: boolean
}

/** What compressed bytes hold, up to `most` bytes of it; the end of the input may be missing. Null when nobody can read it. */
export function unzipBody(bytes: Buffer, encoding: string, most: number): Unzipped | null {
  const names = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  // Nobody compresses three times in earnest.
  if (names.length > 2) return null
  let result: Unzipped = { bytes, cut: false }
  for (const name of names.reverse()) {
    const next = decode(result.bytes, name, most)
    if (!next) return null
    result = { bytes: next.bytes, cut: result.cut || next.cut }
  }
  return result
}

function decode(bytes: Buffer, name: string, most: number): Unzipped | null {
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined
  if (!decoder?.decode) return null
  // Less and less of a body that swells: five tries at most of what one may cost.
  for (let length = bytes.length; length > 0; length >>= 3) {
    try {
      const options = { maxOutputLength: most, finishFlush: decoder.flush }
      return { bytes: decoder.decode(bytes.subarray(0, length), options), cut: length < bytes.length }
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') continue
      if (name === 'deflate') return decodeRaw(bytes, most)
      return null
    }
  }
  return null
}

/** What some clients send as deflate has no header. */
function decodeRaw(bytes: Buffer, most: number): Unzipped | null {
  try {
    return { bytes: zlib.inflateRawSync(bytes, { maxOutputLength: most, finishFlush: Z_SYNC_FLUSH }), cut: false }
  } catch {
    return null
  }
}
