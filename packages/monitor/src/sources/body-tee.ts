import type { IncomingMessage } from 'node:http'

/** Keeps what the app reads of a body, by reference and up to a cap. Reads nothing itself: an app that ignores a body still does. */
export class BodyTee {
  static mayHaveBody(request: IncomingMessage): boolean {
    return request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0'
  }

  readonly #chunks: Buffer[] = []
  readonly #cap: number
  length = 0
  cut = false

  constructor(request: IncomingMessage, cap: number) {
    this.#cap = cap
    const push = request.push.bind(request)
    request.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (Buffer.isBuffer(chunk)) this.#keep(chunk)
      return push(chunk, encoding)
    }
  }

  #keep(chunk: Buffer): void {
    const room = this.#cap - this.length
    if (room <= 0) {
      this.cut = true
      return
    }
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk
    this.cut ||= kept.length < chunk.length
    this.#chunks.push(kept)
    this.length += kept.length
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
  }
}
