import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startNetworkLab, type Family, type NetworkLab } from '@riposte/testkit/network-lab'
import { afterEach, expect, test, vi } from 'vitest'
import { linux as block } from '../block-ip/linux.ts'
import type { Evidence, Executor, Job } from '../executor.ts'
import type { Host } from '../host.ts'
import { realHost, type RealHostOptions } from '../testing/real-host.ts'
import { linux as unisolate } from '../unisolate-device/linux.ts'
import { containment } from '../firewall/containment.ts'
import { updatePinned } from '../firewall/restore.ts'
import { releaseIsolation, restoreContainments } from '../firewall/restore.ts'
import { linux as isolate } from './linux.ts'

const port = 7476
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

interface Stage {
  readonly lab: NetworkLab
  readonly host: Host
  /** Where the agent may dial; tests change it. */
  readonly pins: { address: string; port: number }[]
}

const stage = async (families: readonly Family[], options: Partial<RealHostOptions> = {}): Promise<Stage> => {
  const lab = await startNetworkLab({ families })
  closers.push(() => lab.close())
  const stateDir = await mkdtemp(path.join(tmpdir(), 'riposte-net-'))
  closers.push(() => rm(stateDir, { recursive: true }))
  const pins = families.map((family) => ({ address: lab.control.address(family), port }))
  for (const family of families) {
    await lab.control.listen(lab.control.address(family), port)
    for (const node of [lab.host, lab.attacker, lab.inner]) await node.listen(node.address(family), 80)
  }
  const host = realHost({
    stateDir,
    prefix: lab.host.prefix,
    addresses: () => pins,
    dial: async (address, to, ms) => {
      const { outcome, connection } = await lab.host.dial(address, to, ms)
      return { outcome, connection }
    },
    roundTrip: async (ms) => {
      for (const pin of pins) {
        const { connection } = await lab.host.dial(pin.address, pin.port, Math.min(ms, 700))
        const answer = await connection?.ask(500)
        connection?.close()
        if (answer?.answered === true) return true
      }
      return false
    },
    ...options,
  })
  return { lab, host, pins }
}

const job = <Parameters>(
  host: Host,
  actionId: string,
  parameters: Parameters,
  context: Record<string, unknown> = {},
): Job<Parameters> => ({
  actionId,
  parameters,
  context,
  host,
  signal: new AbortController().signal,
  note: () => Promise.resolve(),
  output: () => undefined,
})

type Parameters = typeof isolate extends Executor<infer Of> ? Of : never
const plain: Parameters = { allow: [], durationMinutes: null }
const probes = (lab: NetworkLab, families: readonly Family[]): Evidence => ({
  probes: families.map((family) => ({ address: lab.attacker.address(family), port: 80 })),
})
/** Without what is counted: a connection that was open before still has a packet to send, or none. */
const rules = (lab: NetworkLab): Promise<string> => lab.host.run('nft', '--stateless', 'list', 'ruleset')

for (const families of [[4], [6], [4, 6]] as const) {
  test(`IPv${families.join(' and IPv')}: from the attacker's side, contained in both directions, and free again after`, async () => {
    const { lab, host } = await stage(families)
    const opened = []
    for (const family of families) {
      opened.push(
        { who: 'attacker to host', ...(await lab.attacker.dial(lab.host.address(family), 80)) },
        { who: 'host to attacker', ...(await lab.host.dial(lab.attacker.address(family), 80)) },
        { who: 'attacker to inner', ...(await lab.attacker.dial(lab.inner.address(family), 80)) },
      )
    }
    for (const { connection } of opened) expect(await connection?.ask()).toEqual({ answered: true, ended: false })

    // The agent's own channel, which must live on.
    const channels = await Promise.all(families.map((family) => lab.host.dial(lab.control.address(family), port)))

    const asked = job(host, 'one', plain, probes(lab, families))
    expect(await isolate.unavailable(host)).toBeNull()
    const evidence = await isolate.execute(asked)
    expect(evidence).toMatchObject({
      isolated: true,
      leases: 1,
      forbiddenProbe: { outcome: 'refused', counted: true, wasOpen: true },
      preOpened: { dead: true },
      connectionsCut: expect.any(Number) as number,
    })
    for (const { connection } of channels) expect(await connection?.ask()).toEqual({ answered: true, ended: false })

    for (const { who, connection } of opened) {
      const answer = await connection?.ask(300)
      expect(answer?.answered, who).toBe(false)
    }
    // The program on the host is told at once; it does not hang.
    for (const { who, connection } of opened)
      if (who === 'host to attacker') expect(await connection?.diesWithin(1_000), who).toBe(true)
    for (const family of families) {
      expect((await lab.attacker.dial(lab.host.address(family), 80, 300)).outcome).toBe('silent')
      expect((await lab.host.dial(lab.attacker.address(family), 80, 300)).outcome).toBe('refused')
      expect((await lab.attacker.dial(lab.inner.address(family), 80, 300)).outcome).toBe('silent')
      expect((await lab.inner.dial(lab.attacker.address(family), 80, 300)).outcome).toBe('silent')
      // The control plane's own address, but another port, or from there with a new connection: closed.
      expect((await lab.host.dial(lab.control.address(family), 80, 300)).outcome).toBe('refused')
      expect((await lab.control.dial(lab.host.address(family), 80, 300)).outcome).toBe('silent')
    }
    expect(await isolate.verify(asked, evidence)).toMatchObject({ result: 'passed' })
    expect(await isolate.watch?.(asked, evidence)).toMatchObject({ state: 'in_force' })

    expect(await unisolate.execute(job(host, 'two', { isolation: 'one' }))).toMatchObject({
      tableGone: true,
      roundTrip: true,
      network: { outcome: 'open' },
    })
    expect(await rules(lab)).toBe('')
    for (const family of families) {
      expect((await lab.attacker.dial(lab.host.address(family), 80)).outcome).toBe('open')
      expect((await lab.host.dial(lab.attacker.address(family), 80)).outcome).toBe('open')
      expect((await lab.inner.dial(lab.attacker.address(family), 80)).outcome).toBe('open')
    }
  })
}

test('DNS is closed; DHCP and neighbour discovery stay, the latter in proof: a forgotten neighbour is found again', async () => {
  const { lab, host } = await stage([4, 6])
  for (const family of [4, 6] as const) {
    await lab.attacker.listenUdp(lab.attacker.address(family), 53)
    expect(await lab.host.askUdp(lab.attacker.address(family), 53)).toBe(true)
  }
  await lab.router.listenUdp('10.77.1.1', 67)
  await isolate.execute(job(host, 'one', plain, probes(lab, [4])))
  for (const family of [4, 6] as const)
    expect(await lab.host.askUdp(lab.attacker.address(family), 53, { ms: 200 })).toBe(false)
  expect(await lab.host.askUdp('10.77.1.1', 67, { from: 68 })).toBe(true)
  expect(await lab.host.askUdp('10.77.1.1', 67, { from: 1068, ms: 200 })).toBe(false)

  await lab.host.run('ip', '-6', 'neigh', 'flush', 'all')
  await lab.router.run('ip', '-6', 'neigh', 'flush', 'all')
  expect((await lab.host.dial(lab.control.address(6), port)).outcome).toBe('open')
  expect(await lab.host.run('ip', '-6', 'neigh', 'show', 'dev', 'eth0')).toMatch(/lladdr/)
})

test('the allow list stays reachable in both directions, and nothing else does', async () => {
  const { lab, host } = await stage([4, 6])
  const allow = ['10.77.2.0/24', '10.77.2.10', 'fd77:2::10']
  await isolate.execute(
    job(host, 'one', { ...plain, allow }, { probes: [{ address: lab.router.address(4), port: 80 }] }),
  )
  for (const family of [4, 6] as const) {
    expect((await lab.attacker.dial(lab.host.address(family), 80)).outcome).toBe('open')
    expect((await lab.host.dial(lab.attacker.address(family), 80)).outcome).toBe('open')
    expect((await lab.host.dial(lab.router.address(family), 80)).outcome).toBe('refused')
    // It is for this host, not for those behind it.
    expect((await lab.attacker.dial(lab.inner.address(family), 80, 300)).outcome).toBe('silent')
  }
})

test('without an answer from the control plane the isolation is taken back, and says so', async () => {
  const { lab, host } = await stage([4], { roundTrip: () => Promise.resolve(false) })
  const aborted = new AbortController()
  const watched: Promise<string>[] = []
  const noted: Job<Parameters> = {
    ...job(host, 'one', plain, probes(lab, [4])),
    signal: aborted.signal,
    note: (note) => {
      if (note['step'] === 'isolated_for_now') {
        watched.push(rules(lab))
        setTimeout(() => aborted.abort(), 700)
      }
      return Promise.resolve()
    },
  }
  await expect(isolate.execute(noted)).rejects.toMatchObject({ reason: 'timed_out' })
  expect(await watched[0]).toMatch(/provisional one/)
  expect(await rules(lab)).toBe('')
  expect((await lab.host.dial(lab.attacker.address(4), 80)).outcome).toBe('open')
})

test('a wrong address of the control plane locks nobody out', async () => {
  const { lab, host, pins } = await stage([4])
  pins.splice(0, 1, { address: '10.77.3.99', port })
  await expect(isolate.execute(job(host, 'one', plain))).rejects.toMatchObject({ reason: 'lockout_rolled_back' })
  expect(await rules(lab)).toBe('')
})

test('the control plane moves to another address while the device is isolated', async () => {
  const { lab, host, pins } = await stage([4, 6])
  await isolate.execute(job(host, 'one', plain, probes(lab, [4])))
  await lab.control.listen('10.77.3.11', port)
  expect((await lab.host.dial('10.77.3.11', port, 300)).outcome).toBe('refused')
  pins.splice(0, 2, { address: '10.77.3.11', port })
  expect(await updatePinned(host)).toEqual({ changed: true, proven: true })
  expect((await lab.host.dial('10.77.3.11', port)).outcome).toBe('open')
  expect((await lab.host.dial('10.77.3.10', port, 300)).outcome).toBe('refused')
  expect(await isolate.verify(job(host, 'one', plain), {})).toMatchObject({ result: 'passed' })
  // One that does not answer opens its own way and closes none.
  pins.splice(0, 1, { address: '10.77.3.99', port })
  expect(await updatePinned(host)).toEqual({ changed: true, proven: false })
  expect((await lab.host.dial('10.77.3.11', port)).outcome).toBe('open')
})

test('overlapping isolations: each holds by itself, and the last one gives the network back', async () => {
  const { lab, host } = await stage([4])
  await isolate.execute(job(host, 'one', { ...plain, allow: ['10.77.2.10'] }))
  expect((await lab.host.dial('10.77.2.10', 80)).outcome).toBe('open')
  await isolate.execute(job(host, 'two', plain, probes(lab, [4])))
  expect((await lab.host.dial('10.77.2.10', 80, 300)).outcome).toBe('refused')
  expect(await unisolate.execute(job(host, 'three', { isolation: 'two' }))).toMatchObject({
    tableGone: false,
    otherIsolations: ['one'],
  })
  expect((await lab.host.dial('10.77.2.10', 80)).outcome).toBe('open')
  expect((await lab.host.dial(lab.router.address(4), 80, 300)).outcome).toBe('refused')
  await unisolate.execute(job(host, 'four', { isolation: null }))
  expect(await rules(lab)).toBe('')
})

test('foreign rules stay untouched, and an accept of theirs does not open what is closed', async () => {
  const { lab, host } = await stage([4])
  const foreign =
    'table ip theirs { chain c { type filter hook input priority -400; policy accept; accept; }; chain d { type filter hook input priority 10; policy accept; accept; }; }'
  await lab.host.nft(foreign)
  const before = await rules(lab)
  await isolate.execute(job(host, 'one', plain, probes(lab, [4])))
  expect((await lab.attacker.dial(lab.host.address(4), 80, 300)).outcome).toBe('silent')
  await unisolate.execute(job(host, 'two', { isolation: null }))
  expect(await rules(lab)).toBe(before)
})

test.each([
  ['the whole ruleset is flushed', 'flush ruleset'],
  ['a rule lets everything out', 'insert rule inet riposte output accept'],
  ['a chain is emptied', 'flush chain inet riposte out_1'],
  ['the gate is opened', 'flush set inet riposte gate'],
  [
    'the gate will open by itself',
    'flush set inet riposte gate; add element inet riposte gate { 0x1 timeout 1h comment "confirmed one" }',
  ],
  ['an address is added to the control plane', 'add element inet riposte control4 { 10.77.2.10 . 80 }'],
  ['the table sleeps', 'add table inet riposte { flags dormant; }'],
])('drift is seen, told and put back: %s', async (_, tampering) => {
  const { lab, host } = await stage([4])
  const asked = job(host, 'one', plain, probes(lab, [4]))
  const evidence = await isolate.execute(asked)
  await lab.host.nft(tampering)
  expect(await isolate.verify(asked, evidence)).toMatchObject({ result: 'failed' })
  expect(await isolate.watch?.(asked, evidence)).toMatchObject({ state: 'drifted', repaired: true })
  expect(await isolate.watch?.(asked, evidence)).toMatchObject({ state: 'in_force' })
  expect((await lab.host.dial('10.77.2.10', 80, 300)).outcome).toBe('refused')
  expect((await lab.attacker.dial(lab.host.address(4), 80, 300)).outcome).toBe('silent')
})

test('after its minutes the kernel lets go by itself, and the watch tells the end and tidies up', async () => {
  let skewMs = -57_000
  const { lab, host } = await stage([4], { now: () => Date.now() + skewMs })
  const asked = job(host, 'one', { ...plain, durationMinutes: 1 }, probes(lab, [4]))
  const evidence = await isolate.execute(asked)
  skewMs = 0
  // As after a reboot 57 s later: what is left of the minute, no more.
  await lab.host.nft('flush ruleset')
  expect(await restoreContainments(host)).toEqual({ isolations: 1, blocks: 0 })
  expect((await lab.host.dial('10.77.2.10', 80, 300)).outcome).toBe('refused')
  await vi.waitFor(async () => expect((await lab.host.dial('10.77.2.10', 80, 300)).outcome).toBe('open'), {
    timeout: 8_000,
    interval: 200,
  })
  await vi.waitFor(async () => expect(await isolate.watch?.(asked, evidence)).toMatchObject({ state: 'ended' }), {
    timeout: 8_000,
  })
  expect(await rules(lab)).toBe('')
})

test('a reboot: the leases put the isolation back, twice is as once, and a break-glass release ends it', async () => {
  const { lab, host } = await stage([4])
  const asked = job(host, 'one', plain, probes(lab, [4]))
  await isolate.execute(asked)
  await lab.host.nft('flush ruleset')
  expect(await restoreContainments(host)).toEqual({ isolations: 1, blocks: 0 })
  const before = await rules(lab)
  expect(await restoreContainments(host)).toEqual({ isolations: 1, blocks: 0 })
  expect(await rules(lab)).toBe(before)
  expect(await isolate.verify(asked, {})).toMatchObject({ result: 'passed' })
  expect(await containment(host)).toMatchObject([
    { kind: 'isolation', actionId: 'one', held: true, provisional: false },
  ])
  expect(await releaseIsolation(host, { blocks: true })).toEqual(['one'])
  expect(await rules(lab)).toBe('')
  expect(await isolate.watch?.(asked, {})).toMatchObject({ state: 'ended' })
  // What is over already is no failure.
  expect(await unisolate.execute(job(host, 'two', { isolation: 'one' }))).toMatchObject({
    tableGone: true,
    released: [],
  })
})

test('isolation and blocks are independent: each ends without the other', async () => {
  const { lab, host } = await stage([4])
  await block.execute(job(host, 'block', { address: '10.77.2.10', direction: 'both' as const, durationMinutes: null }))
  await isolate.execute(job(host, 'one', { ...plain, allow: ['10.77.2.0/24'] }))
  expect((await lab.host.dial('10.77.2.10', 80, 300)).outcome).toBe('refused')
  await unisolate.execute(job(host, 'two', { isolation: null }))
  expect((await lab.host.dial('10.77.2.10', 80, 300)).outcome).toBe('refused')
  expect(await containment(host)).toMatchObject([{ kind: 'block', actionId: 'block', held: true }])
})
