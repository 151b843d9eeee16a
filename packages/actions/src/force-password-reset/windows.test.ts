import { expect, test } from 'vitest'
import { ActionFailure, type Evidence, type Job } from '../executor.ts'
import type { Host, RunResult } from '../host.ts'
import { windows } from './windows.ts'

interface Account {
  name: string
  sid: string
  enabled: boolean
  mustChange: boolean
  neverExpires: boolean
  ageS: number
}
const maya: Account = {
  name: 'maya',
  sid: 'S-1-5-21-1-2-3-1001',
  enabled: true,
  mustChange: false,
  neverExpires: false,
  ageS: 86_400,
}
const now = Date.parse('2026-03-01T12:00:00Z')

/** Answers as the two programs do, and keeps what was asked. */
function hostOf(account: Account | null, net: Partial<RunResult> = {}) {
  const asked: { file: string; args: readonly string[]; env: unknown }[] = []
  const state = { account: account && { ...account } }
  const result = (more: Partial<RunResult>): RunResult => ({
    code: 0,
    stdout: '',
    stderr: '',
    timedOut: false,
    ...more,
  })
  const host = {
    platform: 'windows',
    now: () => now,
    run: (file: string, args: readonly string[], options: { env?: unknown } = {}) => {
      asked.push({ file, args, env: options.env })
      if (file === 'powershell.exe') return Promise.resolve(result({ stdout: `${JSON.stringify(state.account)}\r\n` }))
      if (state.account && (net.code ?? 0) === 0) state.account.mustChange = true
      return Promise.resolve(result(net))
    },
  } as unknown as Host
  return { host, asked, state }
}
const jobOf = (host: Host, user: string | null): Job<{ user: string | null; notify: boolean }> => ({
  actionId: '019a0000-0000-7000-8000-000000000001',
  parameters: { user, notify: false },
  context: {},
  host,
  signal: new AbortController().signal,
  note: () => Promise.resolve(),
  output: () => undefined,
})
const refusal = async (work: Promise<Evidence>): Promise<string> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ActionFailure)
  return (error as ActionFailure).reason
}

test('the account is asked for a new password by net user, and shown to be', async () => {
  const { host, asked, state } = hostOf(maya)
  const evidence = await windows.execute(jobOf(host, 'maya'))
  expect(evidence).toMatchObject({ user: 'maya', sid: maya.sid, mustChange: true, alreadySo: false })
  expect(asked.map(({ file }) => file)).toEqual(['powershell.exe', 'net.exe', 'powershell.exe'])
  expect(asked[1]?.args).toEqual(['user', 'maya', '/logonpasswordchg:yes'])
  expect(asked[0]?.env).toEqual({ RIPOSTE_ACCOUNT: 'maya' })
  expect(asked[0]?.args.join(' ')).not.toContain('maya')
  expect(await windows.verify(jobOf(host, 'maya'), evidence)).toMatchObject({ result: 'passed' })
  state.account = { ...maya, mustChange: false, ageS: 0 }
  expect(await windows.verify(jobOf(host, 'maya'), evidence)).toMatchObject({ result: 'passed' })
  state.account = { ...maya, mustChange: false, ageS: 86_400 }
  expect(await windows.verify(jobOf(host, 'maya'), evidence)).toMatchObject({ result: 'failed' })
})

test.each([
  ['nobody', null, 'maya', {}, 'does_not_exist'],
  ['the built-in administrator', { ...maya, sid: 'S-1-5-21-1-2-3-500' }, 'maya', {}, 'protected_target'],
  ['a disabled account', { ...maya, enabled: false }, 'maya', {}, 'precondition_changed'],
  ['a password that never expires', { ...maya, neverExpires: true }, 'maya', {}, 'precondition_changed'],
  [
    'an agent without the right',
    maya,
    'maya',
    { code: 2, stderr: 'System error 5 has occurred.' },
    'permission_denied',
  ],
  ['a wildcard', maya, 'm*', {}, 'does_not_exist'],
  ['an option', maya, '/add', {}, 'does_not_exist'],
])('%s is refused', async (_name, account, user, net, reason) => {
  expect(await refusal(windows.execute(jobOf(hostOf(account, net).host, user)))).toBe(reason)
})
