import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { MachineLab } from '@riposte/testkit/machine-lab'
import type { Evidence, Reconciled, Verdict, Watched } from '../executor.ts'
import { findSpec } from '../specs.ts'

export interface LabFailure {
  readonly reason: string
  readonly message: string
  readonly evidence: Evidence
}
export interface LabJob {
  readonly type: string
  readonly actionId: string
  readonly parameters: unknown
}

type Said = { id: number; rss: number } & ({ ok: true; value: unknown } | ({ ok: false } & LabFailure))

/** The executors in a process inside of the lab, asked from outside of it. `terminal`: a program that gives it one and takes a command line. */
export const startLabAgent = (lab: MachineLab, terminal: readonly string[] = []) => {
  const program = path.join(import.meta.dirname, 'lab-agent.ts')
  const stateDir = path.join(lab.folder, 'state')
  const loader = path.join(import.meta.dirname, '../../../../node_modules/tsx/dist/loader.mjs')
  const begin = () => {
    const command = [process.execPath, '--import', `file://${loader}`, program, stateDir]
    const [file = '', ...args] = terminal.length === 0 ? command : [...terminal, command.join(' '), '/dev/null']
    const child = lab.start(file, args)
    if (!child.stdin || !child.stdout || !child.stderr) throw new Error('no streams')
    const waiting = new Map<number, { resolve: (said: Said) => void; reject: (error: Error) => void }>()
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    createInterface({ input: child.stdout }).on('line', (line) => {
      // A terminal repeats what is typed into it.
      if (!line.startsWith('{') || line.includes('"op"')) return
      const said = JSON.parse(line) as Said
      waiting.get(said.id)?.resolve(said)
      waiting.delete(said.id)
    })
    child.on('close', () => {
      for (const one of waiting.values()) one.reject(new Error(`The agent ended. ${errors}`))
      waiting.clear()
    })
    child.stdin.on('error', () => undefined)
    return { child, waiting, stdin: child.stdin }
  }
  let agent = begin()
  let id = 0
  let rss = 0
  const ask = async (request: Record<string, unknown>): Promise<Said> => {
    id += 1
    const said = await new Promise<Said>((resolve, reject) => {
      agent.waiting.set(id, { resolve, reject })
      agent.stdin.write(`${JSON.stringify({ id, ...request })}\n`)
    })
    rss = said.rss
    return said
  }
  const value = async <T>(request: Record<string, unknown>): Promise<T> => {
    const said = await ask(request)
    if (!said.ok) throw new Error(`${said.reason}: ${said.message}`)
    return said.value as T
  }
  const notesOf = (job: LabJob): Evidence[] => {
    // The folder is a mount of the lab: seen from outside through a process that lives in it.
    const file = `/proc/${lab.pid}/root${stateDir}/notes-${job.actionId}`
    return existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Evidence)
      : []
  }
  return {
    stateDir,
    job: (type: string, parameters: Record<string, unknown>): LabJob => {
      const spec = findSpec(type)
      if (spec === undefined) throw new Error(type)
      return { type, actionId: randomUUID(), parameters: spec.parameters.parse(parameters) }
    },
    execute: (job: LabJob, more: Record<string, unknown> = {}): Promise<Evidence> =>
      value({ op: 'execute', ...job, ...more }),
    refused: async (job: LabJob, more: Record<string, unknown> = {}): Promise<LabFailure> => {
      const said = await ask({ op: 'execute', ...job, ...more })
      if (said.ok) throw new Error(`was not refused: ${JSON.stringify(said.value)}`)
      return said
    },
    verify: (job: LabJob, evidence: Evidence): Promise<Verdict> => value({ op: 'verify', ...job, evidence }),
    watch: (job: LabJob, evidence: Evidence): Promise<Watched> => value({ op: 'watch', ...job, evidence }),
    reconcile: (job: LabJob): Promise<Reconciled> => value({ op: 'reconcile', ...job, notes: notesOf(job) }),
    live: (query: string): Promise<Record<string, unknown>[]> =>
      value({ op: 'live', type: query, actionId: '', parameters: null }),
    /** Executes until the note of that number, then the agent is killed and a new one starts. @returns whether it came that far */
    dieAtNote: async (job: LabJob, note: number): Promise<boolean> => {
      const done = await ask({ op: 'execute', ...job, dieAtNote: note }).then(
        () => true,
        () => false,
      )
      if (done) return false
      agent = begin()
      return true
    },
    rss: () => rss,
    stop: () => {
      agent.child.kill('SIGKILL')
    },
  }
}
export type LabAgent = ReturnType<typeof startLabAgent>
