import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startNetworkLab, type NetworkLab } from '@riposte/testkit/network-lab'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Job } from '../executor.ts'
import { findExecutor } from '../executors.ts'
import type { Host } from '../host.ts'
import { realHost } from '../testing/real-host.ts'
import type { ExecutorRun } from '../testing/run-executor.ts'
import { containment } from './containment.ts'
import { restoreContainments } from './restore.ts'

const program = fileURLToPath(new URL('../testing/run-executor.ts', import.meta.url))
const controlPort = 7476
let lab: NetworkLab
let stateDir: string
let host: Host

beforeAll(async () => {
  lab = await startNetworkLab({ families: [4] })
  await lab.control.listen(lab.control.address(4), controlPort)
  await lab.attacker.listen(lab.attacker.address(4), 80)
})
afterAll(() => lab.close())
beforeEach(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), 'riposte-kill-'))
  host = realHost({
    stateDir,
    prefix: lab.host.prefix,
    addresses: () => [{ address: lab.control.address(4), port: controlPort }],
    dial: (address, port, ms) => lab.host.dial(address, port, ms),
    roundTrip: async () => manageable(),
  })
})
afterEach(async () => {
  await lab.host.nft('flush ruleset')
  await rm(stateDir, { recursive: true })
})

const open = async (address: string, port: number): Promise<boolean> => {
  const { outcome, connection } = await lab.host.dial(address, port, 400)
  connection?.close()
  return outcome === 'open'
}
const manageable = (): Promise<boolean> => open(lab.control.address(4), controlPort)
const cut = async (): Promise<boolean> => !(await open(lab.attacker.address(4), 80))

/** Runs an action in a process of its own. @returns the steps that it came to */
const start = (type: string, actionId: string, parameters: unknown, dieAt: number): Promise<string[]> => {
  const run: ExecutorRun = {
    type,
    actionId,
    parameters,
    stateDir,
    controlPlane: { address: lab.control.address(4), port: controlPort },
    dieAt,
  }
  return new Promise((resolve, reject) => {
    const [file = '', ...prefix] = lab.host.prefix
    const child = spawn(file, [...prefix, process.execPath, '--conditions=source', '--import', 'tsx', program], {
      env: { ...process.env, EXECUTOR_RUN: JSON.stringify(run) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.on('error', reject)
    child.on('close', () => {
      resolve(text.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { what: string }).what])))
    })
  })
}

const job = (actionId: string, parameters: unknown): Job<unknown> => ({
  actionId,
  parameters,
  context: {},
  host,
  signal: new AbortController().signal,
  note: () => Promise.resolve(),
  output: () => undefined,
})

interface Sweep {
  readonly type: string
  readonly parameters: unknown
  /** Steps whole by their own words, so that a table of them cannot be empty. */
  readonly includes: readonly string[]
  readonly before?: () => Promise<unknown>
  readonly contained: (applied: boolean) => boolean
}

const isolation = { allow: [], durationMinutes: null }
const sweeps: readonly Sweep[] = [
  {
    type: 'isolate_device',
    parameters: isolation,
    includes: [
      'note "isolating"',
      'nft -f -',
      'note "isolated_for_now"',
      'round trip',
      'note "confirming"',
      'note "confirmed"',
      'done',
    ],
    contained: (applied) => applied,
  },
  {
    type: 'unisolate_device',
    parameters: { isolation: null },
    includes: ['note "releasing"', 'nft -f -', 'done'],
    before: () =>
      findExecutor('linux', 'isolate_device')?.execute(job('before', isolation)) ?? Promise.reject(new Error('none')),
    contained: (applied) => !applied,
  },
  {
    type: 'block_ip',
    parameters: { address: '10.77.2.10', direction: 'both', durationMinutes: null },
    includes: ['note "blocking"', 'nft -f -', 'done'],
    contained: (applied) => applied,
  },
]

test.each(sweeps)(
  '$type killed at every step: manageable at once, and whole or gone when the agent is back',
  async ({ type, parameters, includes, before, contained }) => {
    await before?.()
    const steps = await start(type, 'whole', parameters, 0)
    expect(steps).toEqual(expect.arrayContaining([...includes]))
    for (let dieAt = 1; dieAt <= steps.length; dieAt++) {
      await lab.host.nft('flush ruleset')
      await rm(path.join(stateDir, 'firewall'), { recursive: true, force: true })
      await before?.()
      const actionId = `killed-${dieAt}`
      const at = `killed after: ${steps[dieAt - 1] ?? ''}`
      expect(await start(type, actionId, parameters, dieAt), at).toHaveLength(dieAt)
      // Nobody is there yet: the way to the control plane is open whatever the state.
      expect(await manageable(), at).toBe(true)

      await restoreContainments(host)
      const outcome = await findExecutor('linux', type)?.reconcile(job(actionId, parameters), [])
      expect(['applied', 'not_applied'], at).toContain(outcome?.state)
      expect(await cut(), at).toBe(contained(outcome?.state === 'applied'))
      expect(await manageable(), at).toBe(true)
      const rows = await containment(host)
      expect(
        rows.every(({ held, provisional }) => held && !provisional),
        at,
      ).toBe(true)
      if (rows.length === 0) expect(await lab.host.run('nft', 'list', 'ruleset'), at).toBe('')
    }
  },
  120_000,
)

test('an agent that is killed before the proof and never comes back: the kernel lets go by itself', async () => {
  const steps = await start('isolate_device', 'never', isolation, 0)
  await lab.host.nft('flush ruleset')
  await rm(path.join(stateDir, 'firewall'), { recursive: true })
  await start('isolate_device', 'never', isolation, steps.indexOf('note "isolated_for_now"') + 1)
  expect(await cut()).toBe(true)
  await vi.waitFor(async () => expect(await cut()).toBe(false), { timeout: 40_000, interval: 1_000 })
  // Its chains are still there, with nothing behind the gate, until somebody tidies up.
  expect(await lab.host.run('nft', 'list', 'table', 'inet', 'riposte')).toMatch(/chain out_1/)
  expect(await restoreContainments(host)).toEqual({ isolations: 0, blocks: 0 })
  expect(await lab.host.run('nft', 'list', 'ruleset')).toBe('')
})
