import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFakeGateway, type FakeGateway } from '@riposte/testkit'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { executeCommand, verifyCommand } from './testing/signed-command.ts'

let folder = ''
let gateway: FakeGateway
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'riposte-crash-'))
  await build({
    entryPoints: [path.join(import.meta.dirname, 'testing/crash-agent.ts')],
    outfile: path.join(folder, 'agent.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['source'],
    logLevel: 'error',
    external: ['bufferutil', 'utf-8-validate'],
  })
  gateway = await startFakeGateway()
})
afterAll(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

const lines = (file: string): string[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : []

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 15_000
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`)
    await sleep(10)
  }
}

const finals: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled'])

/** Three actions and a check of one, with an agent that dies at the step and is started again. @returns the steps that were taken */
async function live(name: string, crashAt: number): Promise<string[]> {
  const own = path.join(folder, name)
  mkdirSync(own)
  const device = gateway.device()
  writeFileSync(path.join(own, 'identity.json'), JSON.stringify(device))
  const start = (step: number) => {
    const child = spawn(process.execPath, [path.join(folder, 'agent.cjs'), own, String(gateway.port), String(step)], {
      stdio: 'ignore',
    })
    return {
      child,
      ended: new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal))),
    }
  }
  const now = Date.now()
  const { deviceId } = device
  const actions = (
    [
      ['block_ip', { address: '203.0.113.9' }],
      ['kill_process', { pid: 4_000_000 }],
      ['reset_user_session', { user: 'nobody' }],
    ] as const
  ).map(([type, parameters], index) => executeCommand({ deviceId, sequence: index + 1, type, parameters, now }))
  const ids = new Set(actions.map(({ actionId }) => actionId))
  const [block] = actions
  const verify = verifyCommand({ deviceId, sequence: 4, type: 'block_ip', actionId: block?.actionId ?? '', now })
  const reports = () => gateway.reports().filter(({ actionId }) => actionId !== null && ids.has(actionId))
  const done = (): boolean =>
    reports().filter(({ event }) => finals.has(event.kind)).length >= actions.length &&
    reports().some(({ event }) => event.kind === 'verified')

  const first = start(crashAt)
  try {
    for (const command of actions) gateway.issue(command)
    const blocked = (): boolean =>
      reports().some(({ actionId, event }) => actionId === block?.actionId && event.kind === 'completed')
    if (crashAt === 0) {
      await until(blocked, 'the block')
      gateway.issue(verify)
      await until(done, 'the end without a crash')
    } else {
      // Whatever it got to tell before; the check comes as soon as there is something to check.
      const death = { seen: false }
      void first.ended.then(() => (death.seen = true))
      await until(() => death.seen || blocked(), 'the block or the crash')
      const dead = death.seen
      if (!dead) gateway.issue(verify)
      expect(await first.ended).toBe('SIGKILL')
      const second = start(0)
      try {
        await until(blocked, `the block after a crash at ${crashAt}`)
        if (dead && !reports().some(({ event }) => event.kind === 'verified')) gateway.issue(verify)
        await until(done, `the end after a crash at ${crashAt}`)
      } finally {
        second.child.kill('SIGKILL')
        await second.ended
      }
    }
  } finally {
    first.child.kill('SIGKILL')
    await first.ended
  }

  const effects = lines(path.join(own, 'effects.log'))
  for (const { actionId, type } of actions) {
    const told = reports().filter((report) => report.actionId === actionId)
    const ends = told.filter(({ event }) => finals.has(event.kind))
    const happened = effects.filter((id) => id === actionId).length
    expect(ends.length, `${type}: one end`).toBe(1)
    expect(told.filter(({ event }) => event.kind === 'started').length, `${type}: one start`).toBeLessThanOrEqual(1)
    expect(happened, `${type}: never twice`).toBeLessThanOrEqual(1)
    const [end] = ends
    if (end?.event.kind === 'completed') expect(happened, `${type}: what is told happened`).toBe(1)
    else
      expect(end?.event, `${type}: only a host that does not tell leaves it open`).toMatchObject({ reason: 'unknown' })
    if (type !== 'reset_user_session') expect(end?.event.kind, type).toBe('completed')
  }
  expect(reports().filter(({ event }) => event.kind === 'verified')).toMatchObject([{ event: { result: 'passed' } }])
  const chain = reports().map(({ chain: { sequence } }) => sequence)
  expect(new Set(chain).size, 'no number twice').toBe(chain.length)
  expect(
    [...chain].sort((a, b) => a - b),
    'no number left out',
  ).toEqual(chain.map((_, index) => index + 1))
  return lines(path.join(own, 'steps.log'))
}

test('without a crash each action happens once, is told once, and is checked', async () => {
  const steps = await live('whole', 0)
  expect(steps.filter((line) => line.includes('the effect')).length).toBe(6)
})

test(
  'killed at every step of the journal and around every effect: nothing lost, nothing doubled',
  { timeout: 240_000 },
  async () => {
    // As many as a run without a crash takes until its last report is acknowledged.
    const steps = lines(path.join(folder, 'whole', 'steps.log')).length
    expect(steps).toBeGreaterThan(25)
    const wanted = Array.from({ length: Math.min(steps, 34) }, (_, index) => index + 1)
    // Side by side: each has a device and a folder of its own.
    const worker = async (): Promise<void> => {
      for (let step = wanted.shift(); step !== undefined; step = wanted.shift()) await live(`crash-${step}`, step)
    }
    await Promise.all([worker(), worker(), worker()])
  },
)
