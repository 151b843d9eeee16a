import type { IncidentBatchAnswer } from '@riposte/contract'
import { isRecord, parseJson } from './json.ts'
import { backoffMs, retryAfterMs } from './net/backoff.ts'
import type { HttpClient } from './net/http-client.ts'
import type { HttpAnswer } from './net/whole-answer.ts'
import type { Waiting } from './spool/segments.ts'
import type { Spool } from './spool/spool.ts'
import type { Timings } from './timings.ts'

export const limits = { records: 500, bytes: 512 * 1024 }

export interface Sender {
  /** There is something to send. */
  wake(): void
  /** The control plane was reached another way: try now instead of waiting longer. */
  retryNow(): void
  /** Resolves when nothing waits any more, or after the first try that fails. */
  drain(): Promise<void>
  stop(): void
}

/** Sends what waits in the spool, oldest first, one batch at a time. At least once: the control plane knows an incident by its id. */
export function createSender(options: {
  readonly client: HttpClient
  readonly spool: Spool
  readonly instanceId: string
  readonly timings: Timings
  readonly random: () => number
  readonly clock: () => number
  readonly onContact: (state: 'ok' | 'refused' | 'failed', message: string | null) => void
}): Sender {
  const { client, spool, timings, onContact } = options
  let timer: NodeJS.Timeout | null = null
  let running: Promise<boolean> | null = null
  let failures = 0
  let size = limits.records
  let stopped = false
  let isWoken = false

  function schedule(delay: number): void {
    if (timer || stopped) return
    timer = setTimeout(() => {
      timer = null
      void flush()
    }, delay).unref()
  }

  function unschedule(): void {
    if (timer) clearTimeout(timer)
    timer = null
  }

  /** True when everything went. */
  function flush(): Promise<boolean> {
    running ??= sendAll().finally(() => {
      running = null
      if (isWoken) schedule(0)
      isWoken = false
    })
    return running
  }

  async function sendAll(): Promise<boolean> {
    for (;;) {
      const waiting = spool.waiting(size, limits.bytes)
      if (!waiting) return true
      const wait = await sendBatch(waiting).catch((error: unknown) => {
        onContact('failed', (error as Error).message)
        return 0
      })
      if (wait === null) continue
      failures++
      schedule(Math.max(wait, backoffMs(failures, options.random, timings)))
      return false
    }
  }

  /** null: go on at once; a number: the least milliseconds to wait. */
  async function sendBatch(waiting: Waiting): Promise<number | null> {
    const records = latestOfEach(waiting.records)
    if (records.length === 0) {
      waiting.ack()
      return null
    }
    const answer = await client.ask('POST', '/api/v1/sdk/incidents', {
      body: `{"instanceId":${JSON.stringify(options.instanceId)},"incidents":[${records.join(',')}]}`,
    })
    if ([400, 413, 422].includes(answer.status)) {
      if (size > 1 && records.length > 1) {
        size = Math.max(1, Math.floor(Math.min(size, waiting.records.length) / 2))
        return null
      }
      spool.reject(records[0] ?? 'null', `the control plane answered ${answer.status}`)
      waiting.ack()
      return null
    }
    if (answer.status === 401 || answer.status === 403) {
      onContact('refused', 'the control plane does not accept the project token')
      return timings.refusedMs
    }
    if (answer.status !== 200) {
      onContact('failed', `the control plane answered ${answer.status} to incidents`)
      return retryAfterMs(answer.headers['retry-after'], options.clock()) ?? 0
    }
    const refused = readRejected(answer)
    if (!refused) {
      onContact('failed', 'the answer to incidents cannot be read')
      return 0
    }
    for (const { index, why } of refused) {
      const record = records[index]
      if (record !== undefined) spool.reject(record, why)
    }
    waiting.ack()
    spool.countSent(records.length - refused.length)
    failures = 0
    size = Math.min(limits.records, size * 2)
    onContact('ok', null)
    return null
  }

  return {
    wake: () => {
      if (running) isWoken = true
      else schedule(timings.coalesceMs)
    },
    retryNow() {
      unschedule()
      schedule(0)
    },
    async drain() {
      if (running) await running
      unschedule()
      await flush()
    },
    stop() {
      stopped = true
      unschedule()
    },
  }
}

/** Of several records of one incident only the last: its count is the highest. */
function latestOfEach(records: readonly string[]): string[] {
  const byId = new Map<unknown, string>()
  for (const record of records) byId.set(idOf(record) ?? record, record)
  return [...byId.values()]
}

function idOf(record: string): unknown {
  const value = parseJson(record)
  return isRecord(value) ? value['id'] : null
}

function readRejected(answer: HttpAnswer): { index: number; why: string }[] | null {
  const body = parseJson(answer.body.toString('utf8'))
  if (!isRecord(body) || !Array.isArray(body['accepted']) || !Array.isArray(body['rejected'])) return null
  return (body as IncidentBatchAnswer).rejected.map(({ index, path, message }) => ({
    index,
    why: `${path}: ${message}`,
  }))
}
