import type { agentRoutes, ServerMessage } from '@riposte/contract'
import type { DeviceActor } from '../../platform/device-link.ts'
import type { HandlersOf } from '../../platform/http/handler.ts'
import type { ChannelHub } from './hub.ts'
import type { Goodbye, Link, Session } from './session.ts'

/** Bytes that wait for the next poll, after which the session ends; the agent comes back and gets its commands again. */
const mostUnread = 16 * 1024 * 1024

/** Bytes of one answer, unless a single message has more. */
const mostAnswered = 4 * 1024 * 1024

/** The same channel in requests: each brings messages up and waits for messages down. */
export function createLongPoll(
  hub: ChannelHub,
  heartbeatMs: number,
): HandlersOf<Pick<typeof agentRoutes, 'agentPoll'>> {
  const open = new Map<string, { session: Session; link: LongPollLink }>()

  function begin(actor: DeviceActor, id: string, first: unknown) {
    const key = `${actor.deviceId} ${id}`
    const known = open.get(key)
    if (known) return known
    const { kind } = { kind: undefined, ...(first as { kind?: unknown } | null | undefined) }
    if (kind !== 'hello' && kind !== 'probe')
      return { code: 'channel.hello_first', detail: 'This session is not known here; begin a new one with hello' }
    const link = new LongPollLink(() => open.delete(key))
    const session = hub.open(actor, link)
    if (!session) return { code: 'channel.too_many', detail: 'Too many connections of this device say nothing' }
    open.set(key, { session, link })
    return { session, link }
  }

  return {
    agentPoll: async ({ actor, body, request }) => {
      const begun = begin(actor, body.session, body.messages[0])
      if ('code' in begun) return { messages: [{ kind: 'goodbye', ...begun }] }
      const { session, link } = begun
      const poll = link.begin()
      const gone = (): void => poll.leave()
      request.raw.socket.once('close', gone)
      try {
        await link.inTurn(async () => {
          hub.sign(session)
          for (const message of body.messages) await hub.receive(session, message)
        })
        const texts = await poll.messages(Math.min(body.waitMs, heartbeatMs))
        return { messages: texts.map((text) => JSON.parse(text) as ServerMessage) }
      } finally {
        request.raw.socket.off('close', gone)
      }
    },
  }
}

class LongPollLink implements Link {
  readonly by = 'long_poll'
  readonly #forget: () => void
  readonly #queue: string[] = []
  #bytes = 0
  #ended = false
  #turn: Promise<void> = Promise.resolve()
  /** Answers the poll that waits. */
  #wake: (() => void) | null = null
  #polls = 0
  /** Called at each new poll. */
  readonly #challenges = new Set<() => void>()

  constructor(forget: () => void) {
    this.#forget = forget
  }

  /** Messages of one session are worked on one after the other, however many polls bring them. */
  inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  begin(): { messages: (waitMs: number) => Promise<string[]>; leave: () => void } {
    // The newer poll is the one that is listened at.
    this.#wake?.()
    this.#polls += 1
    const own = this.#polls
    let left = false
    for (const challenge of [...this.#challenges]) challenge()
    return {
      leave: () => {
        left = true
        this.#wake?.()
      },
      messages: async (waitMs) => {
        const current = (): boolean => own === this.#polls && !left
        if (this.#queue.length === 0 && !this.#ended && this.#challenges.size === 0 && current())
          await this.#wait(waitMs)
        return current() ? this.#take() : []
      },
    }
  }

  send(text: string): boolean {
    if (this.#ended) return false
    this.#queue.push(text)
    this.#bytes += text.length
    if (this.#bytes > mostUnread) {
      this.end(null)
      return false
    }
    this.#wake?.()
    return true
  }

  end(goodbye: Goodbye | null): void {
    if (this.#ended) return
    if (goodbye) this.#queue.push(JSON.stringify({ kind: 'goodbye', ...goodbye }))
    else this.#queue.length = 0
    this.#ended = true
    this.#forget()
    this.#wake?.()
  }

  ping(): void {
    // Each poll is a sign of life by itself.
  }

  challenge(waitMs: number): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false)
    return new Promise((resolve) => {
      // A poll that does not wait here may be on its way already: only the one after our answer to it counts.
      let left = this.#wake ? 1 : 2
      const done = (alive: boolean): void => {
        clearTimeout(timer)
        this.#challenges.delete(polled)
        resolve(alive)
      }
      const polled = (): void => {
        left -= 1
        if (left === 0) done(true)
      }
      const timer = setTimeout(() => done(false), waitMs).unref()
      this.#challenges.add(polled)
      this.#wake?.()
    })
  }

  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        if (this.#wake === wake) this.#wake = null
        resolve()
      }
      const timer = setTimeout(wake, waitMs)
      this.#wake = wake
    })
  }

  #take(): string[] {
    const taken: string[] = []
    let bytes = 0
    for (let next = this.#queue[0]; next !== undefined && bytes <= mostAnswered; next = this.#queue[0]) {
      taken.push(next)
      bytes += next.length
      this.#bytes -= next.length
      this.#queue.shift()
    }
    return taken
  }
}
