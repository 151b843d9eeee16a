import { randomUUID } from 'node:crypto'
import { agentRoutes, channelPath, maxChannelMessageBytes } from '@riposte/contract'
import { WebSocket } from 'ws'
import type { Dialled } from './dial.ts'
import { deviceHttp } from './device-http.ts'

/** One connection that carries messages both ways, whatever it is made of. */
export interface ChannelLink {
  readonly by: 'websocket' | 'long_poll'
  send(text: string): void
  /** Makes the other side answer with something. */
  ping(): void
  /** Ends without telling `ended`. */
  close(): void
}

export interface LinkEvents {
  message(text: string): void
  /** Something came, if only a sign of life. */
  alive(): void
  ended(why: string): void
}

/** TLS stands, but this way does not lead to WebSockets: something in between does not let them pass. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused'
}

/** @throws UpgradeRefused */
export function openWebSocket(dialled: Dialled, events: LinkEvents, timeoutMs: number): Promise<ChannelLink> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://control-plane.riposte.internal${channelPath}`, {
      createConnection: () => dialled.socket,
      perMessageDeflate: false,
      maxPayload: maxChannelMessageBytes,
      handshakeTimeout: timeoutMs,
      followRedirects: false,
    })
    let opened = false
    let why = ''
    socket.on('error', (error) => {
      why ||= error.message
      if (!opened) reject(new UpgradeRefused(error.message))
    })
    socket.on('open', () => {
      opened = true
      resolve({
        by: 'websocket',
        send: (text) => socket.send(text, () => undefined),
        ping: () => socket.ping(undefined, undefined, () => undefined),
        close: () => {
          socket.removeAllListeners('close').removeAllListeners('message')
          socket.close(1000)
          // A partner that is gone answers no close: its socket is not waited for.
          setTimeout(() => socket.terminate(), 1_000).unref()
        },
      })
    })
    socket.on('message', (data, isBinary) => {
      events.alive()
      if (!isBinary) events.message((data as Buffer).toString('utf8'))
    })
    socket.on('ping', () => events.alive())
    socket.on('pong', () => events.alive())
    socket.on('close', (code, reason) => {
      if (!opened) return
      events.ended(why || `the connection ended (${code}${reason.length > 0 ? ` ${reason.toString('utf8')}` : ''})`)
    })
  })
}

const messagesAtOnce = 100

/** The same messages by requests that are held open: for networks that let nothing else pass. */
export function openLongPoll(
  dial: () => Promise<Dialled>,
  events: LinkEvents,
  timings: { readonly waitMs: number; readonly timeoutMs: number },
): ChannelLink {
  const http = deviceHttp(dial)
  const session = randomUUID()
  let queue: string[] = []
  let closed = false
  let held = false
  let sending = false
  const { method, path } = agentRoutes.agentPoll

  const end = (why: string): void => {
    if (closed) return
    closed = true
    http.close()
    events.ended(why)
  }
  const ask = async (waitMs: number): Promise<void> => {
    const batch = queue.splice(0, messagesAtOnce)
    const answer = await http.ask(method, path, {
      // Each is JSON already.
      body: `{"session":"${session}","waitMs":${waitMs},"messages":[${batch.join(',')}]}`,
      timeoutMs: waitMs + timings.timeoutMs,
      // One that is large by itself may follow a full one.
      maxBytes: 2 * maxChannelMessageBytes,
    })
    if (closed) return
    if (answer.status !== 200) throw new Error(`the control plane answered ${answer.status} to a poll`)
    events.alive()
    const { messages } = JSON.parse(answer.body.toString('utf8')) as { messages: unknown[] }
    // Ended by one of them: the rest has no reader.
    for (const message of messages) if (!isClosed()) events.message(JSON.stringify(message))
  }
  const isClosed = (): boolean => closed
  const hold = async (): Promise<void> => {
    while (!isClosed()) {
      held = true
      await ask(timings.waitMs)
      held = false
    }
  }
  /** A second request while the first is held: what we have to say need not wait for what they have. */
  const flush = async (): Promise<void> => {
    sending = true
    while (queue.length > 0 && !isClosed()) await ask(0)
    sending = false
  }
  const failed = (error: unknown): void => end((error as Error).message)
  return {
    by: 'long_poll',
    send: (text) => {
      queue.push(text)
      if (!held) hold().catch(failed)
      else if (!sending) flush().catch(failed)
    },
    ping: () => undefined,
    close: () => {
      closed = true
      queue = []
      http.close()
    },
  }
}
