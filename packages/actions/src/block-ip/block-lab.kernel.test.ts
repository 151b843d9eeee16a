import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startNetworkLab, type NetworkLab } from '@riposte/testkit/network-lab'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Executor, Job } from '../executor.ts'
import { containment } from '../firewall/containment.ts'
import { restoreContainments } from '../firewall/restore.ts'
import type { Host } from '../host.ts'
import { realHost } from '../testing/real-host.ts'
import { linux as unblock } from '../unblock-ip/linux.ts'
import { linux as block } from './linux.ts'

type Parameters = typeof block extends Executor<infer Of> ? Of : never

let lab: NetworkLab
let host: Host
let stateDir: string
let skewMs = 0
let programs: string[] = []

beforeAll(async () => {
  lab = await startNetworkLab()
  for (const family of [4, 6] as const)
    for (const node of [lab.host, lab.attacker, lab.control, lab.inner]) await node.listen(node.address(family), 443)
})
afterAll(() => lab.close())
beforeEach(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), 'riposte-block-'))
  skewMs = 0
  programs = []
  host = realHost({
    stateDir,
    prefix: lab.host.prefix,
    addresses: () => [{ address: lab.control.address(4), port: 7476 }],
    now: () => Date.now() + skewMs,
    dial: (address, port, ms) => lab.host.dial(address, port, ms),
    onRun: (file, args) => programs.push([file, ...args].join(' ')),
  })
})
afterEach(async () => {
  await lab.host.nft('flush ruleset')
  await rm(stateDir, { recursive: true })
})

const job = <Parameters>(parameters: Parameters, actionId: string = randomUUID()): Job<Parameters> => ({
  actionId,
  parameters,
  context: {},
  host,
  signal: new AbortController().signal,
  note: () => Promise.resolve(),
  output: () => undefined,
})
const asked = (address: string, more: Partial<Parameters> = {}): Parameters => ({
  address,
  direction: 'both',
  durationMinutes: null,
  ...more,
})
/** Without what is counted: a connection that was open before still has a packet to send, or none. */
const rules = (): Promise<string> => lab.host.run('nft', '--stateless', 'list', 'ruleset')
const reaches = async (address: string): Promise<boolean> => (await lab.host.dial(address, 443, 400)).outcome === 'open'

test.each([
  ['an IPv4 address', '10.77.2.10', 4],
  ['an IPv6 address', 'fd77:2::10', 6],
  ['an IPv4 address in IPv6 form', '::ffff:10.77.2.10', 4],
  ['an IPv4 network', '10.77.2.0/24', 4],
  ['an IPv6 network', 'fd77:2::/64', 6],
] as const)(
  '%s: live connections die in both directions, new ones fail, and all works again after',
  async (_, address, family) => {
    const out = await lab.host.dial(lab.attacker.address(family), 443)
    const into = await lab.attacker.dial(lab.host.address(family), 443)
    const through = await lab.attacker.dial(lab.inner.address(family), 443)
    for (const { connection } of [out, into, through]) expect((await connection?.ask())?.answered).toBe(true)

    const work = job(asked(address))
    const evidence = await block.execute(work)
    expect(evidence).toMatchObject({ inSet: true, probe: { outcome: 'refused' }, otherBlocks: 0 })
    // Without another word from the program that held it.
    expect(await out.connection?.endsWithin(1_000)).toBe(true)
    for (const { connection } of [into, through]) expect((await connection?.ask(300))?.answered).toBe(false)
    expect(await reaches(lab.attacker.address(family))).toBe(false)
    expect((await lab.attacker.dial(lab.host.address(family), 443, 300)).outcome).toBe('silent')
    expect((await lab.attacker.dial(lab.inner.address(family), 443, 300)).outcome).toBe('silent')
    expect(await reaches(lab.control.address(family))).toBe(true)
    expect(await block.verify(work, evidence)).toMatchObject({ result: 'passed' })
    const [row] = await containment(host)
    expect(row).toMatchObject({ kind: 'block', held: true })
    expect(row?.packets).toBeGreaterThan(0)

    expect(await unblock.execute(job({ address, block: work.actionId }))).toMatchObject({
      inSet: false,
      tableGone: true,
    })
    expect(await rules()).toBe('')
    expect(await reaches(lab.attacker.address(family))).toBe(true)
  },
)

test('one direction: out is refused to the host, in is dropped', async () => {
  const out = job(asked('10.77.2.10', { direction: 'out' }))
  await block.execute(out)
  expect((await lab.host.dial('10.77.2.10', 443, 300)).outcome).toBe('refused')
  expect(await rules()).not.toMatch(/set in4 \{[^}]*elements/)
  await unblock.execute(job({ address: '10.77.2.10', block: null }))
  await block.execute(job(asked('10.77.2.10', { direction: 'in' })))
  expect((await lab.attacker.dial(lab.host.address(4), 443, 300)).outcome).toBe('silent')
  expect(await rules()).not.toMatch(/set out4 \{[^}]*elements/)
})

test('overlapping blocks end each by itself', async () => {
  const [wide, narrow, again] = [job(asked('10.77.0.0/22')), job(asked('10.77.2.10')), job(asked('10.77.2.10'))]
  // The host lives in the wide one: refused, whole.
  await expect(block.execute(wide)).rejects.toMatchObject({ reason: 'protected_target' })
  const net = job(asked('10.77.2.0/24'))
  await block.execute(net)
  await block.execute(narrow)
  await block.execute(again)
  expect(await unblock.execute(job({ address: '10.77.2.0/24', block: net.actionId }))).toMatchObject({ inSet: true })
  expect(await reaches('10.77.2.10')).toBe(false)
  expect(await reaches('10.77.2.1')).toBe(false)
  expect((await lab.host.dial('10.77.2.1', 80, 300)).outcome).toBe('refused')
  expect(await unblock.execute(job({ address: '10.77.2.10', block: narrow.actionId }))).toMatchObject({
    otherBlocks: [again.actionId],
  })
  expect(await reaches('10.77.2.10')).toBe(false)
  await unblock.execute(job({ address: '10.77.2.10', block: null }))
  expect(await reaches('10.77.2.10')).toBe(true)
  expect(await rules()).toBe('')
})

test('the kernel lets go by itself when the time is over, also of a part of a wider block', async () => {
  const short = job(asked('10.77.2.10', { durationMinutes: 1 }))
  const other = job(asked('10.77.3.11'))
  // Its minute began 58 s ago, as after a restart that put it back.
  skewMs = -58_000
  await block.execute(short)
  skewMs = 0
  await lab.host.nft('flush ruleset')
  await restoreContainments(host)
  await block.execute(other)
  expect(await reaches('10.77.2.10')).toBe(false)
  await vi.waitFor(async () => expect(await reaches('10.77.2.10')).toBe(true), { timeout: 8_000, interval: 200 })
  expect(await block.watch?.(short, {})).toMatchObject({ state: 'ended' })
  expect(await reaches('10.77.3.11')).toBe(false)
  expect(await containment(host)).toHaveLength(1)
})

test.each([
  ['the ruleset is flushed', 'flush ruleset'],
  ['an element is taken out', 'delete element inet riposte_block out4 { 10.77.2.10 }'],
  ['a rule lets all pass', 'insert rule inet riposte_block output accept'],
  [
    'an element will go too early',
    'delete element inet riposte_block out4 { 10.77.2.10 }; add element inet riposte_block out4 { 10.77.2.10 timeout 1h }',
  ],
])('drift is seen, told to every block of the table, and put back: %s', async (_, tampering) => {
  const [one, two] = [job(asked('10.77.2.10')), job(asked('fd77:2::/64'))]
  const evidence = await block.execute(one)
  await block.execute(two)
  await lab.host.nft(tampering)
  expect(await block.verify(one, evidence)).toMatchObject({ result: 'failed' })
  await vi.waitFor(
    async () => expect(await block.watch?.(one, {})).toMatchObject({ state: 'drifted', repaired: true }),
    { timeout: 5_000 },
  )
  expect(await block.watch?.(two, {})).toMatchObject({ state: 'drifted', repaired: true })
  expect(await block.watch?.(one, {})).toMatchObject({ state: 'in_force' })
  expect(await reaches('10.77.2.10')).toBe(false)
  expect(await reaches('fd77:2::10')).toBe(false)
})

test('a reboot: the kernel knows nothing, and the leases put all back; twice is as once', async () => {
  const one = job(asked('10.77.2.10'))
  await block.execute(one)
  await lab.host.nft('flush ruleset')
  expect(await reaches('10.77.2.10')).toBe(true)
  expect(await restoreContainments(host)).toEqual({ isolations: 0, blocks: 1 })
  const before = await rules()
  expect(await restoreContainments(host)).toEqual({ isolations: 0, blocks: 1 })
  expect(await rules()).toBe(before)
  expect(await reaches('10.77.2.10')).toBe(false)
  expect(await block.reconcile(one, [])).toMatchObject({ state: 'applied' })
  expect(await block.reconcile(job(asked('10.77.2.11')), [])).toMatchObject({ state: 'not_applied' })
})

test('what the host lives by is refused by its own facts', async () => {
  for (const address of [
    '10.77.1.1',
    '10.77.1.10',
    '10.77.1.0/24',
    'fd77:1::1',
    '10.77.3.10',
    '10.77.3.0/24',
    '10.0.0.0/8',
    '127.0.0.1',
  ])
    await expect(block.execute(job(asked(address))), address).rejects.toMatchObject({ reason: 'protected_target' })
  expect(await rules()).toBe('')
  expect(await containment(host)).toEqual([])
})

test('a block among many is two calls of nft and leaves the counters of the others', async () => {
  for (let index = 1; index <= 5; index++) await block.execute(job(asked(`192.0.2.${index}`)))
  const first = (await containment(host))[0]
  programs = []
  await block.execute(job(asked('192.0.2.77')))
  expect(programs.filter((line) => line.startsWith('nft'))).toEqual([
    'nft -f -',
    `nft -j list table inet riposte_block`,
  ])
  expect((await containment(host))[0]?.packets).toBe(first?.packets)
  expect(first?.packets).toBeGreaterThan(0)
})
