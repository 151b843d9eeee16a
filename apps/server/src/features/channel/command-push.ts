import { maxChannelMessageBytes, type Envelope } from '@riposte/contract'
import type { CommandSource } from '../../platform/device-link.ts'
import type { Session } from './session.ts'

/** Devices asked for in one go: a thousand are a few statements and not a thousand, and the first need not wait for the last. */
const devicesAtOnce = 100
const commandsAtOnce = 500
const bytesAtOnce = maxChannelMessageBytes / 2
/** After a failure, when nobody else wakes us. */
const retryMs = 1_000

/** Takes what the connected devices are due and sends it: one round at a time, whatever wakes it meanwhile goes into the next. */
export class CommandPush {
  sent = 0
  readonly #source: () => CommandSource
  readonly #current: (deviceId: string) => Session | undefined
  readonly #all: () => string[]
  readonly #onError: (error: unknown) => void
  readonly #due = new Set<string>()
  #running: Promise<void> | null = null

  constructor(parts: {
    source: () => CommandSource
    current: (deviceId: string) => Session | undefined
    all: () => string[]
    onError: (error: unknown) => void
  }) {
    this.#source = parts.source
    this.#current = parts.current
    this.#all = parts.all
    this.#onError = parts.onError
  }

  /** @param deviceIds empty: all that are connected */
  wake(deviceIds: readonly string[]): void {
    for (const id of deviceIds.length > 0 ? deviceIds : this.#all()) if (this.#current(id)) this.#due.add(id)
    if (this.#due.size === 0 || this.#running) return
    this.#running = this.#round()
      .catch((error: unknown) => {
        this.#onError(error)
        setTimeout(() => this.wake([]), retryMs).unref()
      })
      .finally(() => {
        this.#running = null
        if (this.#due.size > 0) this.wake([...this.#due])
      })
  }

  async idle(): Promise<void> {
    this.#due.clear()
    await this.#running
  }

  send(session: Session, commands: readonly Envelope[]): void {
    let some: Envelope[] = []
    let bytes = 0
    const flush = (): void => {
      if (some.length > 0 && session.send({ kind: 'commands', commands: some })) this.sent += some.length
      some = []
      bytes = 0
    }
    for (const command of commands) {
      if (some.length === commandsAtOnce || bytes + command.payload.length > bytesAtOnce) flush()
      some.push(command)
      bytes += command.payload.length
    }
    flush()
  }

  async #round(): Promise<void> {
    // What arrives within the same turn is one round.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#due.size > 0) {
      const ids = [...this.#due].slice(0, devicesAtOnce)
      for (const id of ids) this.#due.delete(id)
      const ready = ids.filter((id) => this.#current(id)?.ready)
      if (ready.length === 0) continue
      for (const [deviceId, commands] of await this.#source().take(ready)) this.#give(deviceId, commands)
    }
  }

  #give(deviceId: string, commands: readonly Envelope[]): void {
    const session = this.#current(deviceId)
    // Whoever comes back asks for what was leased before; one that is just doing so asks once more, so that the order holds.
    if (session?.ready) this.send(session, commands)
    else if (session) session.missed = true
  }
}
