import type { InstanceReport, InstanceReportAnswer } from '@riposte/contract'
import { isRecord, parseJson } from './json.ts'
import { backoffMs, retryAfterMs } from './net/backoff.ts'
import type { HttpClient } from './net/http-client.ts'
import type { Timings } from './timings.ts'
import type { UplinkOptions } from './uplink.ts'

export interface Reporter {
  /** Tells the control plane at once; one more follows if it is telling already. */
  reportNow(): void
  /** The last one. */
  sayGoodbye(): Promise<void>
  stop(): void
}

const shortestHeartbeatMs = 1_000
const longestHeartbeatMs = 3_600_000

/** Tells what this process is: at start, after each applied revision, and as often as the control plane asks. */
export function createReporter(options: {
  readonly client: HttpClient
  readonly describe: UplinkOptions['describe']
  readonly appliedRevision: () => number | null
  readonly timings: Timings
  readonly random: () => number
  readonly clock: () => number
  readonly onRevision: (revision: number) => void
  readonly onContact: (state: 'ok' | 'refused' | 'failed', message: string | null) => void
}): Reporter {
  const { onContact, timings } = options
  let heartbeatMs = timings.heartbeatMs
  let timer: NodeJS.Timeout | null = null
  let isRunning = false
  let isWanted = false
  let failures = 0
  let stopped = false

  async function tell(extra: { stopping?: true } = {}): Promise<number> {
    const report: InstanceReport = {
      ...options.describe(),
      ...extra,
      sentAt: new Date(options.clock()).toISOString(),
      appliedRevision: options.appliedRevision(),
    }
    const answer = await options.client.ask('POST', '/api/v1/sdk/report', { body: JSON.stringify(report) })
    if (answer.status === 401 || answer.status === 403) {
      onContact('refused', 'the control plane does not accept the project token')
      return timings.refusedMs
    }
    if (answer.status !== 200) {
      failures++
      onContact('failed', `the control plane answered ${answer.status} to the report`)
      const wait = retryAfterMs(answer.headers['retry-after'], options.clock()) ?? 0
      return Math.max(wait, backoffMs(failures, options.random, timings))
    }
    failures = 0
    onContact('ok', null)
    const body = parseJson(answer.body.toString('utf8'))
    if (!isRecord(body)) return heartbeatMs
    const { revision, heartbeatMs: asked } = body as Partial<InstanceReportAnswer>
    if (typeof asked === 'number' && asked > 0)
      heartbeatMs = Math.min(Math.max(asked, shortestHeartbeatMs), longestHeartbeatMs)
    if (typeof revision === 'number') options.onRevision(revision)
    return heartbeatMs * (0.9 + 0.2 * options.random())
  }

  // Both change while it awaits.
  const hasMore = (): boolean => isWanted && failures === 0 && !stopped

  async function run(): Promise<void> {
    isRunning = true
    let delay: number
    do {
      isWanted = false
      delay = await tell().catch((error: unknown) => {
        failures++
        onContact('failed', (error as Error).message)
        return backoffMs(failures, options.random, timings)
      })
    } while (hasMore())
    isRunning = false
    if (!stopped) timer = setTimeout(reportNow, delay).unref()
  }

  function reportNow(): void {
    if (stopped) return
    isWanted = true
    if (timer) clearTimeout(timer)
    timer = null
    if (!isRunning) void run()
  }

  return {
    reportNow,
    sayGoodbye: () => tell({ stopping: true }).then(() => undefined),
    stop() {
      stopped = true
      if (timer) clearTimeout(timer)
    },
  }
}
