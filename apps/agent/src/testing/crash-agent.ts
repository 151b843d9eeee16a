import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ActionFailure, type Executor, type Job } from '@riposte/actions'
import { newChannelMemory, type DeviceIdentity } from '@riposte/uplink/device'
import { startAgent } from '../agent.ts'
import { openDurableLines } from '../durable-lines.ts'
import { linuxFacts } from '../host/linux-facts.ts'
import { makeHost } from '../host/make-host.ts'

/**
 * The agent with executors that only leave marks in its folder, and that ends itself as kill -9 would at one step. For the crash
 * matrix: the product's entry knows nothing of it. `<folder> <port> <step>`; step 0: none.
 */
const [, , folder = '', port = '', crashAt = '0'] = process.argv
let step = 0

function at(name: string): void {
  step += 1
  appendFileSync(path.join(folder, 'steps.log'), `${step} ${name}\n`)
  if (step === Number(crashAt)) process.kill(process.pid, 'SIGKILL')
}

const effectFile = ({ actionId }: Job<unknown>): string => path.join(folder, `effect-${actionId}`)

/** @param tells Whether the host can be asked afterwards what happened */
const marks = (tells: boolean): Executor<unknown> => ({
  unavailable: () => Promise.resolve(null),
  execute: async (job) => {
    if (existsSync(effectFile(job))) throw new ActionFailure('execution_error', 'it happened before')
    await job.note({ step: 'about to' })
    at('before the effect')
    appendFileSync(path.join(folder, 'effects.log'), `${job.actionId}\n`)
    writeFileSync(effectFile(job), '')
    at('after the effect')
    return { marked: true }
  },
  verify: (job) =>
    Promise.resolve({ result: existsSync(effectFile(job)) ? 'passed' : 'failed', detail: 'looked', evidence: {} }),
  reconcile: (job) =>
    Promise.resolve(
      !tells
        ? { state: 'unknown', detail: 'this host does not tell' }
        : existsSync(effectFile(job))
          ? { state: 'applied', evidence: { reconciled: true } }
          : { state: 'not_applied', detail: 'no mark' },
    ),
  watch: (job) =>
    Promise.resolve({ state: existsSync(effectFile(job)) ? 'in_force' : 'ended', repaired: false, detail: 'looked' }),
})

const executors: Readonly<Record<string, Executor<unknown>>> = {
  block_ip: marks(true),
  kill_process: marks(true),
  reset_user_session: marks(false),
}
const identity = JSON.parse(readFileSync(path.join(folder, 'identity.json'), 'utf8')) as DeviceIdentity

void startAgent({
  identity,
  memory: newChannelMemory(identity, [{ host: '127.0.0.1', port: Number(port) }]),
  saveMemory: () => undefined,
  onAddresses: () => Promise.resolve(),
  journalFile: path.join(folder, 'journal.log'),
  version: 'test',
  floor: ['not_required'],
  facts: linuxFacts,
  makeHost: (channel) =>
    makeHost({
      platform: 'linux',
      stateDir: folder,
      evidenceBudget: 0,
      channel,
      upload: () => Promise.reject(new Error('nothing is uploaded here')),
    }),
  executorOf: (type) => executors[type],
  capabilities: () => Promise.resolve([]),
  liveQuery: () => Promise.resolve([]),
  restore: () => Promise.resolve(),
  log: (line) => appendFileSync(path.join(folder, 'agent.log'), `${line}\n`),
  timings: { backoffFirstMs: 20, backoffMostMs: 100 },
  watchEveryMs: 50,
  openJournal: (file) => {
    const opened = openDurableLines(file)
    return {
      ...opened,
      lines: {
        ...opened.lines,
        get bytes() {
          return opened.lines.bytes
        },
        append: (values) => {
          const name = values.map((value) => (value as { k: string }).k).join('+')
          at(`before ${name}`)
          opened.lines.append(values)
          at(`after ${name}`)
        },
      },
    }
  },
})
