import { connect } from 'node:net'
import process from 'node:process'
import { findExecutor } from '../executors.ts'
import { realHost } from './real-host.ts'

/** What a test asks of a process of its own, which may be killed at any step; in the environment, as JSON. */
export interface ExecutorRun {
  readonly type: string
  readonly actionId: string
  readonly parameters: unknown
  readonly stateDir: string
  readonly controlPlane: { readonly address: string; readonly port: number }
  /** Ends itself as by `kill -9` at this step, counted from 1; 0: never. */
  readonly dieAt: number
}

const run = JSON.parse(process.env['EXECUTOR_RUN'] ?? '{}') as ExecutorRun
let steps = 0
const step = (what: string): void => {
  process.stdout.write(`${JSON.stringify({ step: ++steps, what })}\n`)
  if (steps === run.dieAt) process.kill(process.pid, 'SIGKILL')
}

const { address, port } = run.controlPlane
const real = realHost({
  stateDir: run.stateDir,
  addresses: () => [run.controlPlane],
  roundTrip: (ms) =>
    new Promise((resolve) => {
      const socket = connect({ host: address, port, timeout: ms })
      const end = (answered: boolean): void => {
        socket.destroy()
        resolve(answered)
      }
      socket.on('connect', () => socket.write('ping\n'))
      socket.on('data', () => end(true))
      socket.on('timeout', () => end(false))
      socket.on('error', () => end(false))
    }),
})
const host = {
  ...real,
  run: async (...asked: Parameters<typeof real.run>) => {
    const result = await real.run(...asked)
    if (asked[0] !== 'ip') step([asked[0], ...asked[1]].join(' '))
    return result
  },
  controlPlane: {
    ...real.controlPlane,
    roundTrip: async (ms: number) => {
      const answered = await real.controlPlane.roundTrip(ms)
      step('round trip')
      return answered
    },
  },
}

await findExecutor('linux', run.type)?.execute({
  actionId: run.actionId,
  parameters: run.parameters,
  context: {},
  host,
  signal: new AbortController().signal,
  note: (note) => {
    step(`note ${JSON.stringify(note['step'])}`)
    return Promise.resolve()
  },
  output: () => undefined,
})
step('done')
