import fs, { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { ActionFailure, type Evidence, type Job } from '../executor.ts'
import { findExecutor } from '../executors.ts'
import { readLive } from '../live/index.ts'
import { realHost } from './real-host.ts'

/**
 * An agent's executors without an agent, inside of a lab: one JSON request a line, one JSON answer a line. With `dieAtNote` it ends
 * by SIGKILL right after the note of that number is durable, as a crash would; with `dieAfterChange` right after the kernel made the
 * change of that number.
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
  readonly dieAfterChange?: number
  readonly policy?: { protectedProcesses?: string[] }
}

const stateDir = process.argv[2] ?? ''
mkdirSync(stateDir, { recursive: true, mode: 0o700 })

const made: string[] = []
let dieAfter = 0

/** Every change goes to the kernel as it is; only then the count decides whether this process goes on. */
const counted = <Call extends (...args: never[]) => unknown>(name: string, call: Call): Call =>
  ((...args: Parameters<Call>) => {
    const after = (value: unknown): unknown => {
      made.push(name)
      if (made.length === dieAfter) {
        writeFileSync(path.join(stateDir, 'changes'), made.join('\n'))
        kill(process.pid, 'SIGKILL')
      }
      return value
    }
    const value = call(...args)
    return value instanceof Promise ? value.then(after) : after(value)
  }) as Call

const kill = process.kill.bind(process)
process.kill = counted('kill', kill)
fs.linkSync = counted('link', fs.linkSync)
fs.unlinkSync = counted('unlink', fs.unlinkSync)
fs.renameSync = counted('rename', fs.renameSync)
fs.rmSync = counted('remove', fs.rmSync)
promises.rename = counted('rename in the vault', promises.rename)
promises.rm = counted('remove in the vault', promises.rm)
syncBuiltinESMExports()

const answer = async (request: Request): Promise<unknown> => {
  const host = realHost({ stateDir, ...(request.policy === undefined ? {} : { policy: request.policy }) })
  if (request.op === 'live') return readLive(host, request.type as 'processes')
  const executor = findExecutor('linux', request.type)
  if (executor === undefined) throw new Error(`no executor of ${request.type}`)
  let notes = 0
  made.length = 0
  dieAfter = request.dieAfterChange ?? 0
  const job: Job<unknown> = {
    actionId: request.actionId,
    parameters: request.parameters,
    context: {},
    host,
    signal: AbortSignal.timeout(60_000),
    note: (note) => {
      appendFileSync(path.join(stateDir, `notes-${request.actionId}`), `${JSON.stringify(note)}\n`)
      notes += 1
      if (notes === request.dieAtNote) kill(process.pid, 'SIGKILL')
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
