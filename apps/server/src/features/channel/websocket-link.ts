import { channelPath, maxChannelMessageBytes } from '@riposte/contract'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import type { Database } from '../../platform/db/database.ts'
import { identify } from './device-gate.ts'
import type { ChannelHub } from './hub.ts'
import type { Goodbye, Link, Session } from './session.ts'
import { endedBy } from './take-hello.ts'

/** Bytes that an agent may leave unread before it is let go; it reconnects and gets its commands again. */
const mostUnread = 4 * maxChannelMessageBytes
/** Messages that wait to be worked on, after which no more are read. */
const mostWaiting = 16
/** Messages a second, on average and at once; above that an agent is read more slowly. */
const perSecond = 50
const burst = 200
const closeCode = 4000

/** WebSockets of agents: no compression, bounded messages, one worked on at a time. */
export function createWebSockets(parts: { db: Database; hub: ChannelHub; onError: (error: unknown) => void }) {
  const { db, hub, onError } = parts
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxChannelMessageBytes,
    clientTracking: false,
  })

  return async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Who leaves meanwhile is no news.
    socket.on('error', () => undefined)
    try {
      if (request.url?.split('?')[0] !== channelPath) {
        refuse(socket, '404 Not Found')
        return
      }
      const known = await identify(db, request.socket)
      if (!known) {
        refuse(socket, '401 Unauthorized')
        return
      }
      if (socket.destroyed) return
      server.handleUpgrade(request, socket, head, (websocket) => {
        const goodbye = endedBy(known.state)
        const link = new WebSocketLink(websocket)
        const session = goodbye ? null : hub.open(known.actor, link)
        if (session) serve(hub, session, websocket, onError)
        else
          link.end(goodbye ?? { code: 'channel.too_many', detail: 'Too many connections of this device say nothing' })
      })
    } catch (error) {
      onError(error)
      refuse(socket, '503 Service Unavailable')
    }
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

function serve(hub: ChannelHub, session: Session, websocket: WebSocket, onError: (error: unknown) => void): void {
  const waiting: string[] = []
  let working = false
  let tokens = burst
  let countedAt = session.openedAt

  const work = async (): Promise<void> => {
    working = true
    for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
      const now = Date.now()
      tokens = Math.min(burst, tokens + ((now - countedAt) / 1_000) * perSecond)
      countedAt = now
      if (tokens < 1) await new Promise((resolve) => setTimeout(resolve, ((1 - tokens) / perSecond) * 1_000).unref())
      tokens -= 1
      await hub.receive(session, text)
      if (websocket.isPaused && waiting.length < mostWaiting / 2) websocket.resume()
    }
    working = false
  }
  websocket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary) {
      hub.end(session, { code: 'request.invalid', detail: 'Messages are text' })
      return
    }
    waiting.push(textOf(data))
    if (waiting.length >= mostWaiting) websocket.pause()
    if (!working) void work().catch(onError)
  })
  websocket.on('pong', () => hub.sign(session))
  websocket.on('close', () => {
    waiting.length = 0
    hub.closed(session)
  })
}

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)).toString('utf8')

class WebSocketLink implements Link {
  readonly by = 'websocket'
  readonly #websocket: WebSocket

  constructor(websocket: WebSocket) {
    this.#websocket = websocket
    // What breaks the protocol or the bounds is closed by the library; there is nothing to add.
    websocket.on('error', () => undefined)
  }

  send(text: string): boolean {
    if (this.#websocket.readyState !== this.#websocket.OPEN) return false
    if (this.#websocket.bufferedAmount > mostUnread) {
      this.#websocket.terminate()
      return false
    }
    this.#websocket.send(text)
    return true
  }

  end(goodbye: Goodbye | null): void {
    if (goodbye === null) {
      this.#websocket.terminate()
      return
    }
    this.send(JSON.stringify({ kind: 'goodbye', ...goodbye }))
    this.#websocket.close(closeCode, goodbye.code)
  }

  ping(): void {
    if (this.#websocket.readyState === this.#websocket.OPEN) this.#websocket.ping()
  }

  challenge(waitMs: number): Promise<boolean> {
    const websocket = this.#websocket
    if (websocket.readyState !== websocket.OPEN) return Promise.resolve(false)
    const nonce = crypto.randomUUID()
    return new Promise((resolve) => {
      const done = (alive: boolean): void => {
        clearTimeout(timer)
        websocket.off('pong', pong).off('close', gone)
        resolve(alive)
      }
      const pong = (data: Buffer): void => {
        if (data.toString() === nonce) done(true)
      }
      const gone = (): void => done(false)
      const timer = setTimeout(gone, waitMs).unref()
      websocket.on('pong', pong).on('close', gone)
      websocket.ping(nonce)
    })
  }
}
