import { contexts } from '../core/context.ts'
import type { Sink } from '../sinks/sink.ts'
import { contextOf, emitWith, type Emit } from './keep-context.ts'

interface WebSocketLike {
  readonly _isServer?: boolean
  readonly _socket?: object | null
  close(code: number, reason: string): void
}

/** "The message violates the policy" (RFC 6455, 7.4.1). */
const policyViolation = 1008

/** `ws`: each message that a client sends runs in a context of its own, with the values of the request that opened the connection. */
export const ws: Sink = {
  module: 'ws',
  ownText: 'WebSocket_was_closed_before_the_connection_was_established',
  kinds: [],
  files: ['lib/websocket.js'],
  patch: (exports) => {
    const { prototype } = exports as { readonly prototype: { emit: Emit } }
    const original = prototype.emit
    prototype.emit = function emit(event: string | symbol, data: unknown) {
      const socket = this as WebSocketLike
      // eslint-disable-next-line prefer-rest-params -- handed on as they came, how many there may be
      const given = arguments as unknown as Parameters<Emit>
      const opened = event === 'message' && socket._isServer && socket._socket ? contextOf(socket._socket) : undefined
      if (!opened) return original.apply(this, given)
      const context = opened.forMessage(data, () => socket.close(policyViolation, 'refused'))
      return contexts.run(context, emitWith, original, this, given)
    }
  },
}
