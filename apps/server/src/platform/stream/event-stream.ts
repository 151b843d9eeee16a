import type { ServerResponse } from 'node:http'

/** Bytes that a reader may leave unread before it is let go; it reconnects and asks for what it missed. */
const mostUnread = 1024 * 1024
const pingMs = 15_000

export interface StreamOptions {
  /** What `send` addresses. */
  readonly key: string
  readonly response: ServerResponse
  /** The session or token that opened it, and with which it ends. */
  readonly credential: string | null
  /** Called once, however it ends. */
  readonly closed: () => void
}

/** Open server-sent event streams, by key. One serialisation for all readers of a key. */
export class EventStreams {
  readonly #byKey = new Map<string, Set<ServerResponse>>()
  readonly #byCredential = new Map<string, Set<ServerResponse>>()
  readonly #timer = setInterval(() => this.#ping(), pingMs).unref()

  /** Takes the response over: headers are sent here and it is never ended by the caller. */
  open({ key, response, credential, closed }: StreamOptions): void {
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
    const leave = [
      join(this.#byKey, key, response),
      credential === null ? none : join(this.#byCredential, credential, response),
    ]
    response.on('close', () => {
      for (const left of leave) left()
      closed()
    })
  }

  /** Ends every stream that a session or token opened. */
  endOf(credential: string): void {
    for (const stream of this.#byCredential.get(credential) ?? []) stream.end()
  }

  /** Every session and token that has a stream open. */
  credentials(): string[] {
    return [...this.#byCredential.keys()]
  }

  /** What the open streams are addressed by. */
  keys(): string[] {
    return [...this.#byKey.keys()]
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

const none = (): void => undefined

/** @returns how to leave again; a group without members is forgotten */
function join(groups: Map<string, Set<ServerResponse>>, name: string, member: ServerResponse): () => void {
  const group = groups.get(name) ?? new Set()
  groups.set(name, group.add(member))
  return () => {
    group.delete(member)
    if (group.size === 0 && groups.get(name) === group) groups.delete(name)
  }
}
