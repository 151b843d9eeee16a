import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Job } from '../executor.ts'
import { findExecutor } from '../executors.ts'
import type { Host } from '../host.ts'
import { realHost } from '../testing/real-host.ts'
import { containment } from './containment.ts'
import { restoreContainments } from './restore.ts'

/** Remembers rules by name and the default policy, as the documentation of netsh tells; records every command. */
class RecordedWindows {
  readonly commands: string[] = []
  rules: string[] = []
  policy = 'BlockInbound,AllowOutbound'
  saved: { readonly rules: readonly string[]; readonly policy: string } | null = null

  run(file: string, args: readonly string[]): { code: number; stdout: string } {
    if (file === 'powershell.exe') {
      const script = Buffer.from(args.at(-1) ?? '', 'base64').toString('utf16le')
      this.commands.push(`powershell ${script.split('\n').slice(1).join(' ')}`)
      const facts = { addresses: ['10.0.0.5', 'fe80::5%4'], gateways: ['10.0.0.1'], resolvers: ['10.0.0.53'] }
      return { code: 0, stdout: script.includes('Get-NetRoute') ? JSON.stringify(facts) : '' }
    }
    const line = [file, ...args].join(' ')
    this.commands.push(line)
    const name = /name=(\S+)/.exec(line)?.[1] ?? ''
    const had = this.rules.some((rule) => rule.includes(`name=${name} `))
    if (args.includes('export')) this.saved = { rules: [...this.rules], policy: this.policy }
    else if (args.includes('import'))
      [this.rules, this.policy] = [[...(this.saved?.rules ?? [])], this.saved?.policy ?? '']
    else if (args.includes('add')) this.rules.push(line)
    else if (args.includes('delete')) {
      this.rules = name === 'all' ? [] : this.rules.filter((rule) => !rule.includes(`name=${name} `))
      return { code: had || name === 'all' ? 0 : 1, stdout: '' }
    } else if (args.includes('rule')) return { code: had ? 0 : 1, stdout: '' }
    else if (line.endsWith('blockinbound,blockoutbound')) this.policy = 'BlockInbound,BlockOutbound'
    else if (args.includes('firewallpolicy'))
      return { code: 0, stdout: `Domänenprofil\nRichtlinie ${this.policy}\nOK.` }
    return { code: 0, stdout: 'OK.' }
  }
}

let windows: RecordedWindows
let stateDir: string
let reachable: boolean
let host: Host
beforeEach(async () => {
  windows = new RecordedWindows()
  windows.rules = ['netsh advfirewall firewall add rule name=theirs dir=in action=allow']
  stateDir = await mkdtemp(path.join(tmpdir(), 'riposte-windows-'))
  reachable = true
  const real = realHost({
    stateDir,
    addresses: () => [{ address: '198.51.100.10', port: 443 }],
    roundTrip: () => Promise.resolve(reachable),
  })
  host = {
    ...real,
    platform: 'windows',
    run: (file, args) => Promise.resolve({ stderr: '', timedOut: false, ...windows.run(file, args) }),
  }
})
afterEach(() => rm(stateDir, { recursive: true }))

const job = (actionId: string, parameters: unknown): Job<unknown> => ({
  actionId,
  parameters,
  context: {},
  host,
  signal: new AbortController().signal,
  note: () => Promise.resolve(),
  output: () => undefined,
})
const executor = (type: string): NonNullable<ReturnType<typeof findExecutor>> => {
  const found = findExecutor('windows', type)
  if (found === undefined) throw new Error(type)
  return found
}
const isolation = { allow: ['10.9.0.0/16'], durationMinutes: null }

test('block: one rule per direction, found by name; unblock takes exactly those away', async () => {
  const block = { address: '::ffff:203.0.113.9', direction: 'both', durationMinutes: 5 }
  await executor('block_ip').execute(job('b1', block))
  expect(windows.rules.slice(1)).toEqual([
    'netsh advfirewall firewall add rule name=riposte-block-b1 profile=any enable=yes dir=out action=block remoteip=203.0.113.9',
    'netsh advfirewall firewall add rule name=riposte-block-b1 profile=any enable=yes dir=in action=block remoteip=203.0.113.9',
  ])
  expect(await executor('block_ip').verify(job('b1', block), {})).toMatchObject({ result: 'passed' })
  windows.rules = windows.rules.slice(0, 1)
  expect(await executor('block_ip').watch?.(job('b1', block), {})).toMatchObject({ state: 'drifted', repaired: true })
  expect(await containment(host)).toMatchObject([{ kind: 'block', actionId: 'b1', held: true }])
  await executor('unblock_ip').execute(job('u1', { address: '203.0.113.9', block: 'b1' }))
  expect(windows.rules).toEqual(['netsh advfirewall firewall add rule name=theirs dir=in action=allow'])
})

test('what the host lives by is refused', async () => {
  const block = { address: '10.0.0.0/24', direction: 'both', durationMinutes: null }
  await expect(executor('block_ip').execute(job('b1', block))).rejects.toMatchObject({ reason: 'protected_target' })
  expect(windows.rules).toHaveLength(1)
})

test('isolation: saved, dead man armed, all closed but what is pinned, proven, disarmed; the end puts back what was', async () => {
  await executor('isolate_device').execute(job('i1', isolation))
  const order = [
    'advfirewall export',
    'Register-ScheduledTask',
    'blockinbound,blockoutbound',
    'delete rule name=all',
    'remoteip=198.51.100.10',
    'Unregister-ScheduledTask',
  ]
  const places = order.map((text) => windows.commands.findIndex((command) => command.includes(text)))
  expect(places).toEqual([...places].sort((one, other) => one - other))
  expect(places).not.toContain(-1)
  expect(windows.policy).toBe('BlockInbound,BlockOutbound')
  expect(windows.rules).toContain(
    'netsh advfirewall firewall add rule name=riposte-isolation profile=any enable=yes dir=out action=allow protocol=TCP remoteip=198.51.100.10 remoteport=443',
  )
  expect(windows.rules.some((rule) => rule.includes('theirs'))).toBe(false)
  expect(windows.rules.filter((rule) => rule.includes('remoteip=10.9.0.0/16'))).toHaveLength(2)
  expect(await executor('isolate_device').verify(job('i1', isolation), {})).toMatchObject({ result: 'passed' })

  windows.policy = 'BlockInbound,AllowOutbound'
  expect(await executor('isolate_device').watch?.(job('i1', isolation), {})).toMatchObject({
    state: 'drifted',
    repaired: true,
  })
  await executor('unisolate_device').execute(job('u1', { isolation: null }))
  expect(windows.policy).toBe('BlockInbound,AllowOutbound')
  expect(windows.rules).toEqual(['netsh advfirewall firewall add rule name=theirs dir=in action=allow'])
})

test('isolation without an answer of the control plane is taken back', async () => {
  reachable = false
  await expect(executor('isolate_device').execute(job('i1', isolation))).rejects.toMatchObject({
    reason: 'lockout_rolled_back',
  })
  expect(windows.policy).toBe('BlockInbound,AllowOutbound')
  expect(windows.rules).toHaveLength(1)
  expect(await restoreContainments(host)).toEqual({ isolations: 0, blocks: 0 })
})
