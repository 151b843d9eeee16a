import { describe, expect, test } from 'vitest'
import { longestCommandLine } from '../process/power-shell.ts'
import { bootIdOf } from '../process/windows-processes.ts'
import { recordedWindows, type Recorded } from '../testing/recorded-windows.ts'
import { killProcess } from './spec.ts'
import { windows } from './windows.ts'

const bootAt = '13377000000000000'
const at = (seconds: number): string => String(BigInt(bootAt) + BigInt(seconds) * 1_000_000n)
const row = (pid: number, ppid: number, name: string, more: Record<string, unknown> = {}) => ({
  ...{ pid, ppid, name, exe: `C:\\Temp\\${name}`, command: name, startTime: at(pid) },
  ...{ session: 1, user: 'SHOP\\alice', memoryBytes: 1_000, cpu: '10000000' },
  ...more,
})
const system32 = (pid: number, ppid: number, name: string) =>
  row(pid, ppid, name, { exe: `C:\\WINDOWS\\System32\\${name}`, session: 0, user: null })
/** The agent is 700, under services (600). */
const quiet = [
  row(4, 0, 'System', { exe: null, startTime: at(0) }),
  system32(500, 4, 'wininit.exe'),
  system32(600, 500, 'services.exe'),
  row(700, 600, 'riposte-agent.exe'),
]
const evil = row(4242, 900, 'evil.exe', { command: 'evil.exe --token=x' })
const table = (rows: readonly object[], boot = bootAt) => ({
  ...{ bootAt: boot, now: at(100_000), systemRoot: 'C:\\Windows', processes: [...quiet, ...rows] },
})
const killing: Recorded = (asked) => ({
  results: (asked['targets'] as { pid: number }[]).map(({ pid }) => ({
    pid,
    state: 'killed',
    exeSha256: 'a'.repeat(64),
  })),
})
const parameters = (more: Record<string, unknown> = {}) => killProcess.parameters.parse({ pid: 4242, ...more })
const identity = { bootId: bootIdOf(bootAt), startTime: evil.startTime, exeSha256: 'a'.repeat(64) }

describe('killing on Windows, by recorded answers', () => {
  test('ends exactly that one, pinned by its start, and says what it was', async () => {
    const { job, asked, notes, commandLines } = recordedWindows({
      'list processes': table([evil, row(4243, 4242, 'child.exe')]),
      'end processes': killing,
    })
    expect(await windows.execute(job(parameters({ identity })))).toMatchObject({
      ...{ pid: 4242, gone: true, pinned: true, command: 'evil.exe --token=***', user: 'SHOP\\alice' },
      ...{ exeSha256: 'a'.repeat(64), bootId: identity.bootId },
    })
    expect(asked[1]?.input).toEqual({
      targets: [{ pid: 4242, startTime: evil.startTime, exeSha256: 'a'.repeat(64), hash: true }],
    })
    expect(notes).toMatchObject([{ stage: 'killing', processes: [{ pid: 4242, startTime: evil.startTime }] }])
    // Nothing that was asked for stands in a command line.
    for (const line of commandLines) {
      expect(line).toMatch(/^powershell\.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand \S+$/)
      expect(line.length).toBeLessThan(longestCommandLine)
    }
  })

  test.each([
    ['another start', { ...identity, startTime: '1' }, 'does_not_exist', 'another one has its number'],
    ['another boot', { ...identity, bootId: bootIdOf(at(-3_600)) }, 'does_not_exist', 'started anew'],
  ])('%s is another process, and nobody is killed', async (_, meant, reason, message) => {
    const { job, asked } = recordedWindows({ 'list processes': table([evil]), 'end processes': killing })
    await expect(windows.execute(job(parameters({ identity: meant })))).rejects.toMatchObject({
      reason,
      message: expect.stringContaining(message) as string,
    })
    expect(asked.map(({ what }) => what)).toEqual(['list processes'])
  })

  test('a clock that was set by seconds is no other boot', async () => {
    const { job } = recordedWindows({ 'list processes': table([evil], at(2)), 'end processes': killing })
    expect(await windows.execute(job(parameters({ identity })))).toMatchObject({ gone: true })
  })

  test.each([
    ['gone', 'does_not_exist'],
    ['reused', 'does_not_exist'],
    ['denied', 'permission_denied'],
    ['other_executable', 'precondition_changed'],
    ['alive', 'timed_out'],
    ['nonsense', 'execution_error'],
  ])('%s is %s', async (state, reason) => {
    const { job } = recordedWindows({
      'list processes': table([evil]),
      'end processes': { results: [{ pid: 4242, state, exeSha256: null }] },
    })
    await expect(windows.execute(job(parameters()))).rejects.toMatchObject({ reason })
  })

  test.each([
    ['the kernel', 4, {}],
    ['the agent', 700, {}],
    ['what the agent runs under', 600, {}],
    ['what Windows needs', 800, {}],
    ['what is listed by name', 4242, { policy: { protectedProcesses: ['EVIL'] } }],
    ['what is listed by its place', 4242, { policy: { protectedProcesses: ['c:\\temp\\evil.exe'] } }],
  ])('%s stays', async (_, pid, options) => {
    const { job, asked } = recordedWindows(
      { 'list processes': table([evil, system32(800, 500, 'lsass.exe')]), 'end processes': killing },
      options,
    )
    await expect(windows.execute(job(parameters({ pid })))).rejects.toMatchObject({ reason: 'protected_target' })
    expect(asked).toHaveLength(1)
  })

  test('a name that Windows uses protects nothing that lies elsewhere', async () => {
    const fake = row(4242, 900, 'svchost.exe')
    const { job } = recordedWindows({ 'list processes': table([fake]), 'end processes': killing })
    expect(await windows.execute(job(parameters()))).toMatchObject({ gone: true })
  })

  test('a tree: those who began later too, and never whoever has the number of a parent that ended before', async () => {
    const tables = [
      table([evil, row(5000, 4242, 'child.exe'), row(5001, 5000, 'grandchild.exe'), row(100, 4242, 'older.exe')]),
      table([row(100, 4242, 'older.exe'), row(6000, 5001, 'late.exe')]),
      table([row(100, 4242, 'older.exe')]),
    ]
    const { job, asked } = recordedWindows({
      'list processes': (_, count) => tables[count] ?? {},
      'end processes': killing,
    })
    const evidence = await windows.execute(job(parameters({ tree: true })))
    expect((evidence['killed'] as { pid: number }[]).map(({ pid }) => pid)).toEqual([4242, 5000, 5001, 6000])
    expect(asked.filter(({ what }) => what === 'end processes')).toHaveLength(2)
  })

  test('a protected child saves the tree', async () => {
    const { job, asked } = recordedWindows(
      { 'list processes': table([evil, row(5000, 4242, 'keeper.exe')]), 'end processes': killing },
      { policy: { protectedProcesses: ['keeper.exe'] } },
    )
    await expect(windows.execute(job(parameters({ tree: true })))).rejects.toMatchObject({ reason: 'protected_target' })
    expect(asked).toHaveLength(1)
  })

  test('verification tells a survivor, a restart of the host, and the same image again', async () => {
    const first = recordedWindows({ 'list processes': table([evil]), 'end processes': killing })
    const evidence = await windows.execute(first.job(parameters()))
    const look = (rows: readonly object[], boot?: string) => {
      const { job } = recordedWindows({ 'list processes': table(rows, boot) })
      return windows.verify(job(parameters()), evidence)
    }
    expect(await look([])).toMatchObject({ result: 'passed' })
    expect(await look([evil])).toMatchObject({ result: 'failed', detail: expect.stringContaining('still') as string })
    expect(await look([evil], at(90_000))).toMatchObject({ result: 'passed' })
    const again = row(9_000, 900, 'evil.exe', { startTime: at(200_000) })
    expect(await look([again, row(900, 4, 'guard.exe')])).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('started by 900 (guard.exe)') as string,
    })
    // It ran beside it before.
    expect(await look([{ ...again, startTime: at(50) }])).toMatchObject({ result: 'passed' })
  })

  test('after a crash: all there, none there, and the rest of a tree is brought to its end', async () => {
    const child = row(5000, 4242, 'child.exe')
    const died = recordedWindows({ 'list processes': table([evil, child]), 'end processes': 'cut off' })
    await expect(windows.execute(died.job(parameters({ tree: true })))).rejects.toMatchObject({})
    const settle = (rows: readonly object[], boot?: string) => {
      const { job, asked } = recordedWindows({ 'list processes': table(rows, boot), 'end processes': killing })
      return windows.reconcile(job(parameters({ tree: true })), died.notes).then((result) => ({ ...result, asked }))
    }
    expect((await settle([evil, child])).state).toBe('not_applied')
    expect((await settle([])).state).toBe('applied')
    expect((await settle([], at(90_000))).state).toBe('unknown')
    const half = await settle([child])
    expect(half.state).toBe('applied')
    expect(half.asked[1]?.input).toMatchObject({ targets: [{ pid: 5000 }] })
    const none = recordedWindows({})
    expect(await windows.reconcile(none.job(parameters()), [])).toMatchObject({ state: 'not_applied' })
  })

  test.each([
    [{ rights: { administrator: true, full: true } }, null],
    [{ rights: { administrator: false, full: true } }, 'administrator'],
    [{ rights: { administrator: true, full: false } }, 'constrained'],
    [{}, 'no PowerShell'],
  ])('it says whether this host can: %j', async (answers, why) => {
    const said = await windows.unavailable(recordedWindows(answers).host)
    if (why === null) expect(said).toBeNull()
    else expect(said).toContain(why)
  })
})

test('an identity of Windows is one that the contract takes', () => {
  expect(killProcess.parameters.safeParse({ pid: 4242, identity }).success).toBe(true)
})
