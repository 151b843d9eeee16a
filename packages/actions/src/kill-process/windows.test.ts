import { expect, test } from 'vitest'
import type { Job } from '../executor.ts'
import type { Host } from '../host.ts'
import { realHost } from '../testing/real-host.ts'
import { killProcess } from './spec.ts'
import { windows } from './windows.ts'

const seen = {
  bootId: '00000000-0000-0000-01db-000000000001',
  startTime: '133700000000000000',
  name: 'evil',
  exe: 'C:\\Temp\\evil.exe',
  exeSha256: 'a'.repeat(64),
  command: 'evil.exe --token=x',
}

/** A Windows that gives recorded answers, in order, and keeps what it was asked. */
const recorded = (answers: readonly unknown[]) => {
  const asked: Record<string, unknown>[] = []
  const rest = [...answers]
  const host: Host = {
    ...realHost({ stateDir: '/nonexistent' }),
    platform: 'windows',
    run: (file, args, options) => {
      expect([file, ...args.slice(0, 5)]).toEqual([
        'powershell.exe',
        '-NoProfile',
        '-NonInteractive',
        '-ExecutionPolicy',
        'Bypass',
        '-EncodedCommand',
      ])
      asked.push(JSON.parse(String(options?.input)) as Record<string, unknown>)
      return Promise.resolve({ code: 0, stdout: JSON.stringify(rest.shift()), stderr: '', timedOut: false })
    },
  }
  const job: Job<ReturnType<typeof killProcess.parameters.parse>> = {
    actionId: '',
    parameters: killProcess.parameters.parse({ pid: 4242 }),
    context: {},
    host,
    signal: AbortSignal.timeout(1_000),
    note: () => Promise.resolve(),
    output: () => undefined,
  }
  return { job, asked }
}

test('is pinned by what was seen before the kill, and says what it was', async () => {
  const { job, asked } = recorded([
    { state: 'alive', process: seen },
    { state: 'killed', process: seen },
  ])
  expect(await windows.execute(job)).toMatchObject({
    pid: 4242,
    gone: true,
    pinned: false,
    command: 'evil.exe --token=***',
  })
  expect(asked).toMatchObject([
    { kill: false, identity: null },
    { kill: true, identity: { startTime: seen.startTime } },
  ])
})

test.each([
  ['gone', 'does_not_exist'],
  ['changed', 'does_not_exist'],
  ['protected', 'protected_target'],
  ['denied', 'permission_denied'],
  ['nonsense', 'execution_error'],
])('%s is %s', async (state, reason) => {
  const { job } = recorded([{ state, ...(state === 'denied' ? {} : { process: seen }) }])
  await expect(windows.execute(job)).rejects.toMatchObject({ reason })
})
