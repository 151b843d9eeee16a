import type { ServerResponse } from 'node:http'

/** Bytes that a reader may leave unread before it is let go; it reconnects and asks for what it missed. */
const mostUnread = 1024 * 1024
const pingMs = 15_000

/** Open server-sent event streams, by key. One serialisation for all readers of a key. */
export class EventStreams {
  readonly #byKey = new Map<string, Set<ServerResponse>>()
  readonly #timer = setInterval(() => this.#ping(), pingMs).unref()

  /** Takes the response over: headers are sent here and it is never ended by the caller. */
  open(key: string, response: ServerResponse, closed: () => void): void {
    // Who left while we looked up who they are: 'close' has been and will not come again.
    if (response.destroyed) {
      closed()
      return
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
    response.write('retry: 1000\n\n')
    const streams = this.#byKey.get(key) ?? new Set()
    this.#byKey.set(key, streams.add(response))
    response.on('close', () => {
      streams.delete(response)
      if (streams.size === 0 && this.#byKey.get(key) === streams) this.#byKey.delete(key)
      closed()
    })
  }

  send(key: string, event: string, data: unknown): void {
    const streams = this.#byKey.get(key)
    if (!streams) return
    const bytes = Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    for (const stream of streams) this.#write(stream, bytes)
  }

  count(): number {
    let total = 0
    for (const streams of this.#byKey.values()) total += streams.size
    return total
  }

  close(): void {
    clearInterval(this.#timer)
    for (const streams of this.#byKey.values()) for (const stream of streams) stream.end()
  }

  #ping(): void {
    const bytes = Buffer.from(': ping\n\n')
    for (const streams of this.#byKey.values()) for (const stream of streams) this.#write(stream, bytes)
  }

  #write(stream: ServerResponse, bytes: Buffer): void {
    if (stream.writableLength > mostUnread) stream.destroy()
    else stream.write(bytes)
  }
}
