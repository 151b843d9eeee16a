import type { ServerMessage } from '@riposte/contract'
import type { DeviceActor } from '../../platform/device-link.ts'

/** Why a connection ends, as the agent is told. */
export interface Goodbye {
  readonly code: string
  readonly detail: string
}

/** The way down to an agent, whichever it is. */
export interface Link {
  readonly by: 'websocket' | 'long_poll'
  /** False: it carries no more, and has been ended. */
  send(text: string): boolean
  /** null: nothing is left to say, or nobody to hear it. */
  end(goodbye: Goodbye | null): void
  /** Asks for a sign of life; what was under way before does not count. */
  challenge(waitMs: number): Promise<boolean>
  /** Asks for a sign of life without waiting for it. */
  ping(): void
}

/** One connection of an agent. Small: there are ten thousand of them. */
export class Session {
  readonly device: DeviceActor
  readonly link: Link
  readonly openedAt: number
  /** When something last came from it. */
  heardAt: number
  /** Whether that is still to be written down. */
  fresh = false
  runId: string | null = null
  /** Number of its hello; 0 before. */
  hello = 0
  confirmed = false
  clockSkewMs: number | null = null
  /** Has its earlier commands, so that new ones may follow. */
  ready = false
  /** New commands came while it was not ready. */
  missed = false
  #over = false

  constructor(device: DeviceActor, link: Link, now: number) {
    this.device = device
    this.link = link
    this.openedAt = now
    this.heardAt = now
  }

  /** Whether new commands came since this was last asked. */
  missedSome(): boolean {
    const missed = this.missed
    this.missed = false
    return missed
  }

  /** Its link is gone, or is being ended. */
  isOver(): boolean {
    return this.#over
  }

  over(): void {
    this.#over = true
  }

  send(message: ServerMessage): boolean {
    return !this.#over && this.link.send(JSON.stringify(message))
  }
}
