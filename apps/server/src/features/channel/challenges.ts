import { newReference } from '../../platform/crypto/secrets.ts'
import type { BusMessage, Database } from '../../platform/db/database.ts'
import type { Session } from './session.ts'

const localMs = 2_000
const remoteMs = 3_000

/** Finds out whether an older connection of a device is still alive, on this server or on another. */
export class Challenges {
  readonly #parts: {
    db: Database
    serverId: string
    current: (deviceId: string) => Session | undefined
    onError: (error: unknown) => void
  }
  readonly #waiting = new Map<string, (runId: string | null) => void>()

  constructor(parts: {
    db: Database
    serverId: string
    current: (deviceId: string) => Session | undefined
    onError: (error: unknown) => void
  }) {
    this.#parts = parts
  }

  /** @returns the run of the connection that answers; null when there is none, or none that does */
  otherAlive = async (deviceId: string, elsewhere: string | null): Promise<string | null> => {
    const here = await this.#here(deviceId)
    return here ?? (elsewhere === null ? null : this.#remote(deviceId, elsewhere))
  }

  hear(message: Extract<BusMessage, { kind: 'device_challenge' | 'device_challenged' }>): void {
    if (message.kind === 'device_challenged') this.#waiting.get(message.challengeId)?.(message.runId)
    else if (message.serverId === this.#parts.serverId) void this.#answer(message).catch(this.#parts.onError)
  }

  async #here(deviceId: string): Promise<string | null> {
    const session = this.#parts.current(deviceId)
    if (!session || session.isOver()) return null
    return (await session.link.challenge(localMs)) && !session.isOver() ? session.runId : null
  }

  async #answer(message: Extract<BusMessage, { kind: 'device_challenge' }>): Promise<void> {
    const runId = await this.#here(message.deviceId)
    await this.#parts.db.transaction((tx) =>
      tx.notify({ kind: 'device_challenged', challengeId: message.challengeId, runId }),
    )
  }

  async #remote(deviceId: string, serverId: string): Promise<string | null> {
    const challengeId = newReference()
    const answer = new Promise<string | null>((resolve) => {
      this.#waiting.set(challengeId, resolve)
      setTimeout(() => resolve(null), remoteMs).unref()
    }).finally(() => this.#waiting.delete(challengeId))
    await this.#parts.db.transaction((tx) => tx.notify({ kind: 'device_challenge', challengeId, deviceId, serverId }))
    return answer
  }
}
