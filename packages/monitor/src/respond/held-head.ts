import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'

export interface HeldHead {
  readonly headers: OutgoingHttpHeaders
  /** Compressors work elsewhere and take their time. */
  readonly isEncoded: boolean
  send(): unknown
}

const held = new WeakMap<object, HeldHead>()
const mostMs = 1_000

/** Keeps the head of a stream back until somebody takes it, or its body is a while in coming. To the app it is sent. */
export function holdHead(stream: ServerHttp2Stream, head: HeldHead): void {
  held.set(stream, head)
  Object.defineProperty(stream, 'headersSent', { value: true, configurable: true })
  Object.defineProperty(stream, 'sentHeaders', { value: head.headers, configurable: true })
  const letGo = (): void => {
    if (held.get(stream) === head) takeHead(stream)?.send()
  }
  if (head.isEncoded) setTimeout(letGo, mostMs)
  else setImmediate(letGo)
}

/** From here on whoever takes it sends it, or another one. @returns what is held, if it can still be sent */
export function takeHead(stream: ServerHttp2Stream): HeldHead | null {
  const head = held.get(stream)
  if (!head) return null
  held.delete(stream)
  Reflect.deleteProperty(stream, 'headersSent')
  Reflect.deleteProperty(stream, 'sentHeaders')
  return stream.destroyed || stream.closed ? null : head
}
