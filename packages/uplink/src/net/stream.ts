import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Timings } from '../timings.ts'
import { backoffMs, retryAfterMs } from './backoff.ts'
import type { ServerEvent } from './event-parser.ts'
import { eventParser } from './event-parser.ts'
import type { HttpClient } from './http-client.ts'

export interface StreamHandlers {
  onOpen(): void
  onEvent(event: ServerEvent): void
  /** `refused`: the token is not accepted. A new try follows by itself. */
  onDown(why: 'refused' | 'offline', message: string): void
}

export interface Stream {
  start(): void
  stop(): void
}

/** Keeps one event stream open: reconnects with jitter, waits longer each time, begins anew after a stable connection. */
export function stream(
  client: HttpClient,
  path: string,
  handlers: StreamHandlers,
  { timings, random, clock }: { timings: Timings; random: () => number; clock: () => number },
): Stream {
  let request: ClientRequest | null = null
  let timer: NodeJS.Timeout | null = null
  let failures = 0
  let stopped = false

  function connect(): void {
    timer = null
    let over = false
    let openedAt: number | null = null
    let silence: NodeJS.Timeout | null = null

    const end = (why: 'refused' | 'offline', message: string, wait: number | null) => {
      if (over) return
      over = true
      if (silence) clearTimeout(silence)
      current.destroy()
      if (stopped) return
      if (openedAt !== null && performance.now() - openedAt >= timings.stableMs) failures = 0
      failures++
      const backoff = backoffMs(failures, random, timings)
      const delay = why === 'refused' ? timings.refusedMs * (0.5 + random()) : Math.max(backoff, wait ?? 0)
      timer = setTimeout(connect, delay).unref()
      handlers.onDown(why, message)
    }
    const alive = () => {
      if (silence) silence.refresh()
      else
        silence = setTimeout(() => {
          end('offline', `the stream was silent for ${timings.streamSilenceMs} ms`, null)
        }, timings.streamSilenceMs).unref()
    }
    const read = (response: IncomingMessage) => {
      if (over) return
      const status = response.statusCode ?? 0
      if (status === 401 || status === 403) {
        end('refused', 'the control plane does not accept the project token', null)
        return
      }
      const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true
      if (status !== 200 || !isStream) {
        end('offline', `the stream answered ${status}`, retryAfterMs(response.headers['retry-after'], clock()))
        return
      }
      openedAt = performance.now()
      const parse = eventParser()
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (over) return
        alive()
        try {
          for (const event of parse(chunk)) handlers.onEvent(event)
        } catch (error) {
          end('offline', (error as Error).message, null)
        }
      })
      response.on('error', (error) => {
        end('offline', error.message, null)
      })
      response.on('close', () => {
        end('offline', 'the stream was closed', null)
      })
      handlers.onOpen()
    }
    const current = client.open(path, read, (error) => {
      end('offline', error.message, null)
    })
    request = current
    alive()
  }

  return {
    start: connect,
    stop() {
      stopped = true
      if (timer) clearTimeout(timer)
      request?.destroy()
    },
  }
}
