import { appendFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { ActionFailure, type Evidence, type Job } from '../executor.ts'
import { findExecutor } from '../executors.ts'
import { readLive } from '../live/index.ts'
import { realHost } from './real-host.ts'

/**
 * An agent's executors without an agent, inside of a lab: one JSON request a line, one JSON answer a line. With `dieAtNote` it ends
 * by SIGKILL right after the note of that number is durable, as a crash would.
 */
interface Request {
  readonly id: number
  readonly op: 'execute' | 'verify' | 'reconcile' | 'watch' | 'unavailable' | 'live'
  readonly type: string
  readonly actionId: string
  readonly parameters: unknown
  readonly evidence?: Evidence
  readonly notes?: readonly Evidence[]
  readonly dieAtNote?: number
  readonly policy?: { protectedProcesses?: string[] }
}

const stateDir = process.argv[2] ?? ''
mkdirSync(stateDir, { recursive: true, mode: 0o700 })

const answer = async (request: Request): Promise<unknown> => {
  const host = realHost({ stateDir, ...(request.policy === undefined ? {} : { policy: request.policy }) })
  if (request.op === 'live') return readLive(host, request.type as 'processes')
  const executor = findExecutor('linux', request.type)
  if (executor === undefined) throw new Error(`no executor of ${request.type}`)
  let notes = 0
  const job: Job<unknown> = {
    actionId: request.actionId,
    parameters: request.parameters,
    context: {},
    host,
    signal: AbortSignal.timeout(60_000),
    note: (note) => {
      appendFileSync(path.join(stateDir, `notes-${request.actionId}`), `${JSON.stringify(note)}\n`)
      notes += 1
      if (notes === request.dieAtNote) process.kill(process.pid, 'SIGKILL')
      return Promise.resolve()
    },
    output: () => undefined,
  }
  const evidence = request.evidence ?? {}
  switch (request.op) {
    case 'execute':
      return executor.execute(job)
    case 'verify':
      return executor.verify(job, evidence)
    case 'reconcile':
      return executor.reconcile(job, request.notes ?? [])
    case 'watch':
      return executor.watch?.(job, evidence)
    case 'unavailable':
      return executor.unavailable(host)
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request
  const said = await answer(request).then(
    (value) => ({ id: request.id, ok: true, value: value ?? null, rss: process.memoryUsage.rss() }),
    (error: unknown) => ({
      id: request.id,
      ok: false,
      reason: error instanceof ActionFailure ? error.reason : 'thrown',
      message: error instanceof Error ? (error instanceof ActionFailure ? error.message : (error.stack ?? '')) : 'odd',
      evidence: error instanceof ActionFailure ? error.evidence : {},
    }),
  )
  process.stdout.write(`${JSON.stringify(said)}\n`)
}
