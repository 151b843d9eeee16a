import type { ProjectTokenParts } from '@riposte/contract/wire'
import type { ConfigCache } from './config/config-cache.ts'
import { configSync } from './config/config-sync.ts'
import { isRecord, parseJson } from './json.ts'
import type { ServerEvent } from './net/event-parser.ts'
import type { HttpClient } from './net/http-client.ts'
import { stream } from './net/stream.ts'
import { createReporter } from './reporter.ts'
import { createSender } from './sender.ts'
import type { Spool } from './spool/spool.ts'
import type { Timings } from './timings.ts'
import type { UplinkOptions, UplinkStatus } from './uplink.ts'

export interface Connection {
  start(): void
  /** There is something to send. */
  wake(): void
  stop(deadlineMs: number): Promise<void>
  mode(): Exclude<UplinkStatus['mode'], 'local'>
  appliedRevision(): number | null
  lastContactAt(): number | null
  lastError(): string | null
}

/** What keeps in touch with the control plane: stream, configuration, reports, incidents. */
export function createConnection(
  options: UplinkOptions & {
    readonly clock: () => number
    readonly random: () => number
    readonly client: HttpClient
    readonly token: ProjectTokenParts
    readonly cache: ConfigCache | null
    readonly spool: Spool
    readonly timings: Timings
  },
): Connection {
  const { client, log, clock } = options
  let mode: Exclude<UplinkStatus['mode'], 'local'> = 'connecting'
  let lastContactAt: number | null = null
  let lastError: string | null = null

  function onContact(state: 'ok' | 'refused' | 'failed', message: string | null): void {
    if (state === 'ok') lastContactAt = clock()
    else lastError = message
    if (state === 'refused') changeMode('refused', message)
  }

  function changeMode(next: typeof mode, message: string | null): void {
    if (next === mode) return
    mode = next
    if (next === 'connected') {
      lastError = null
      log('info', 'connected to the control plane')
    } else if (next === 'refused') log('error', message ?? 'refused')
    else log('warning', 'the control plane is not reached; the last configuration stays in force', { error: message })
  }

  const shared = { ...options, onContact }
  const sender = createSender(shared)
  const config = configSync({ ...shared, onApplied: () => (isStarted ? reporter.reportNow() : undefined) })
  const reporter = createReporter({
    ...shared,
    appliedRevision: () => config.appliedRevision(),
    onRevision: (revision) => {
      config.announce(revision)
    },
  })
  let isStarted = false

  function onEvent(event: ServerEvent): void {
    if (event.name !== 'config') return
    const data = parseJson(event.data)
    if (isRecord(data) && typeof data['revision'] === 'number') config.announce(data['revision'])
  }

  const events = stream(
    client,
    `/api/v1/sdk/stream?instanceId=${encodeURIComponent(options.instanceId)}`,
    {
      onOpen() {
        onContact('ok', null)
        changeMode('connected', null)
        config.check()
        reporter.reportNow()
        sender.retryNow()
      },
      onEvent,
      onDown(why, message) {
        lastError = message
        changeMode(why, message)
      },
    },
    options,
  )

  return {
    start() {
      config.loadCached()
      isStarted = true
      // The stream may be slow to open, or a proxy may hold it back: neither configuration nor report waits for it.
      config.check()
      reporter.reportNow()
      events.start()
      sender.wake()
    },
    wake: () => {
      sender.wake()
    },
    async stop(deadlineMs) {
      config.stop()
      reporter.stop()
      events.stop()
      const farewell = async () => {
        await sender.drain()
        if (mode === 'connected') await reporter.sayGoodbye()
        await config.settled()
      }
      let timer: NodeJS.Timeout | undefined
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deadlineMs)
      })
      await Promise.race([
        farewell().catch((error: unknown) => {
          log('debug', 'the farewell was not heard', { error: (error as Error).message })
        }),
        deadline,
      ])
      clearTimeout(timer)
      sender.stop()
      client.close()
    },
    mode: () => mode,
    appliedRevision: () => config.appliedRevision(),
    lastContactAt: () => lastContactAt,
    lastError: () => config.problem() ?? lastError,
  }
}
