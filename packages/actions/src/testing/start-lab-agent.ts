import { execFileSync } from 'node:child_process'
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

/** One file in the lab's memory: an agent that dies at each step is started many times, and a loader would take most of that time. */
const bundle = (lab: MachineLab): string => {
  const file = path.join(lab.folder, 'lab-agent.mjs')
  execFileSync(path.join(import.meta.dirname, '../../../../node_modules/.bin/esbuild'), [
    path.join(import.meta.dirname, 'lab-agent.ts'),
    `--outfile=/proc/${lab.pid}/root${file}`,
    ...['--bundle', '--platform=node', '--format=esm', '--target=node20', '--conditions=source', '--log-level=error'],
    "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  ])
  return file
}

/** The executors in a process inside of the lab, asked from outside of it. `terminal`: a program that gives it one and takes a command line. */
export const startLabAgent = (lab: MachineLab, terminal: readonly string[] = []) => {
  const program = bundle(lab)
  const stateDir = path.join(lab.folder, 'state')
  const begin = () => {
    const command = [process.execPath, program, stateDir]
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
  const die = async (job: LabJob, when: Record<string, number>): Promise<boolean> => {
    const said = await ask({ op: 'execute', ...job, ...when }).catch(() => null)
    if (said?.ok === false) throw new Error(`${said.reason}: ${said.message}`)
    if (said !== null) return false
    agent = begin()
    return true
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
    dieAtNote: (job: LabJob, note: number): Promise<boolean> => die(job, { dieAtNote: note }),
    /** The same right after the change of that number that it makes to files or processes: each link, move, removal and signal. */
    dieAfterChange: (job: LabJob, change: number): Promise<boolean> => die(job, { dieAfterChange: change }),
    /** The changes that the agent before this one made, in order, by the names of the calls. */
    changes: (): string[] => {
      const file = `/proc/${lab.pid}/root${stateDir}/changes`
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
    },
    rss: () => rss,
    stop: () => {
      agent.child.kill('SIGKILL')
    },
  }
}
export type LabAgent = ReturnType<typeof startLabAgent>
