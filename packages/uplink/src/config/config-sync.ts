import type { ConfigSnapshot } from '@riposte/contract'
import type { ProjectTokenParts } from '@riposte/contract/wire'
import { backoffMs, retryAfterMs } from '../net/backoff.ts'
import type { HttpClient } from '../net/http-client.ts'
import type { Timings } from '../timings.ts'
import type { UplinkOptions } from '../uplink.ts'
import type { ConfigCache } from './config-cache.ts'
import { openSnapshot } from './open-snapshot.ts'

export interface ConfigSync {
  /** Applies the last good configuration from disk. */
  loadCached(): void
  /** Somebody says that `revision` is the newest. */
  announce(revision: number): void
  /** Asks for the newest. */
  check(): void
  appliedRevision(): number | null
  /** Why the newest configuration is not in force. */
  problem(): string | null
  /** Resolves when what is being written to disk is written. */
  settled(): Promise<void>
  stop(): void
}

/** Keeps the applied configuration the newest that is signed for this project. */
export function configSync(options: {
  readonly client: HttpClient
  readonly token: ProjectTokenParts
  readonly cache: ConfigCache | null
  readonly apply: UplinkOptions['apply']
  readonly log: UplinkOptions['log']
  readonly timings: Timings
  readonly random: () => number
  readonly clock: () => number
  readonly onApplied: (revision: number) => void
  readonly onContact: (state: 'ok' | 'refused' | 'failed', message: string | null) => void
}): ConfigSync {
  const { client, log, onContact } = options
  let applied: number | null = null
  let etag: string | null = null
  let isRunning = false
  let isWanted = false
  let failures = 0
  let timer: NodeJS.Timeout | null = null
  let saved: Promise<void> = Promise.resolve()
  let problem: string | null = null
  let stopped = false

  /** The same complaint again and again would only fill the log. */
  function complain(message: string): void {
    if (message !== problem) log('error', message)
    problem = message
  }

  /** False when the program could not take it: the one before stays in force. */
  function applySnapshot(snapshot: ConfigSnapshot): boolean {
    try {
      options.apply(snapshot)
    } catch (error) {
      complain(`configuration revision ${snapshot.revision} could not be applied: ${(error as Error).message}`)
      return false
    }
    applied = snapshot.revision
    return true
  }

  function take(text: string): void {
    const opened = openSnapshot(text, options.token)
    if (opened.is !== 'good') {
      complain(`the configuration that the control plane sent was refused: ${opened.why}`)
      return
    }
    const { snapshot, skipped } = opened
    if (applied !== null && snapshot.revision < applied) {
      complain(`configuration revision ${snapshot.revision} was refused: ${applied} is in force and newer`)
      return
    }
    if (snapshot.revision === applied) {
      problem = null
      return
    }
    if (!applySnapshot(snapshot)) return
    problem = null
    for (const why of skipped)
      log('warning', `a rule of configuration revision ${snapshot.revision} was skipped: ${why}`)
    log('debug', 'applied a configuration', { revision: snapshot.revision })
    const { cache } = options
    if (cache)
      saved = saved
        .then(() => cache.save(text))
        .catch((error: unknown) => {
          log('warning', 'the last configuration cannot be kept on disk', { error: (error as Error).message })
        })
    options.onApplied(snapshot.revision)
  }

  /** null: done; a number: try again after at least that many milliseconds. */
  async function fetchOnce(): Promise<number | null> {
    const answer = await client.ask('GET', '/api/v1/sdk/config', {
      headers: etag === null ? {} : { 'if-none-match': etag },
    })
    if (answer.status === 304) {
      onContact('ok', null)
      return null
    }
    if (answer.status === 401 || answer.status === 403) {
      onContact('refused', 'the control plane does not accept the project token')
      return options.timings.refusedMs
    }
    if (answer.status !== 200) {
      onContact('failed', `the control plane answered ${answer.status} to the request for the configuration`)
      return retryAfterMs(answer.headers['retry-after'], options.clock()) ?? 0
    }
    onContact('ok', null)
    etag = answer.headers.etag ?? null
    take(answer.body.toString('utf8'))
    return null
  }

  async function run(): Promise<void> {
    isRunning = true
    while (isWanted && !stopped) {
      isWanted = false
      const wait = await fetchOnce().catch((error: unknown) => {
        onContact('failed', (error as Error).message)
        return 0
      })
      if (wait === null) {
        failures = 0
        continue
      }
      failures++
      const delay = Math.max(wait, backoffMs(failures, options.random, options.timings))
      timer ??= setTimeout(() => {
        timer = null
        check()
      }, delay).unref()
      break
    }
    isRunning = false
  }

  function check(): void {
    if (stopped) return
    isWanted = true
    if (timer) clearTimeout(timer)
    timer = null
    if (!isRunning) void run()
  }

  return {
    loadCached() {
      const snapshot = options.cache?.load() ?? null
      if (snapshot && applySnapshot(snapshot)) options.onApplied(snapshot.revision)
    },
    announce: (revision) => {
      if (applied === null || revision > applied) check()
    },
    check,
    appliedRevision: () => applied,
    problem: () => problem,
    settled: () => saved,
    stop() {
      stopped = true
      if (timer) clearTimeout(timer)
    },
  }
}
