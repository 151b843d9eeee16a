import { expect, test } from 'vitest'
import { recordedWindows, type Recorded } from '../testing/recorded-windows.ts'
import { resetUserSession } from './spec.ts'
import { windows } from './windows.ts'

const heading = ' USERNAME              SESSIONNAME        ID  STATE   IDLE TIME  LOGON TIME'
const alice = ' alice                 rdp-tcp#4           2  Active         .  11/21/2026 9:30 AM'
const away = ' alice                                     3  Disc        1:05  11/21/2026 9:20 AM'
const bob = ' bob                   console             1  Active      none  11/21/2026 9:14 AM'
const quser = (...lines: string[]): string => [heading, ...lines, ''].join('\r\n')
const table = (session: number) => ({
  ...{ bootAt: '13377000000000000', now: '13377000000000009', systemRoot: 'C:\\Windows' },
  processes: [
    {
      ...{ pid: 700, ppid: 1, name: 'riposte-agent.exe', exe: null, command: null, startTime: '13377000000000001' },
      ...{ session, user: null, memoryBytes: 1, cpu: '1' },
    },
  ],
})
const parameters = (more: Record<string, unknown> = {}) => resetUserSession.parameters.parse({ user: 'ALICE', ...more })
const answering = (before: string, after: string, session = 0): Record<string, Recorded> => ({
  'quser.exe': (_, count) => (count === 0 ? before : after),
  'logoff.exe': '',
  'list processes': table(session),
})

test('ends all of the user, in whatever case the name is written, and nobody else’s', async () => {
  const { job, asked, notes } = recordedWindows(answering(quser(bob, alice, away), quser(bob)))
  expect(await windows.execute(job(parameters()))).toMatchObject({ sessions: ['2', '3'] })
  expect(asked.map(({ what }) => what).filter((what) => what.startsWith('logoff'))).toEqual([
    'logoff.exe 2',
    'logoff.exe 3',
  ])
  expect(notes).toMatchObject([{ sessions: ['2', '3'] }])
})

test.each([
  ['one that is not there', { session: '9' }, answering(quser(alice), ''), 'does_not_exist'],
  ['one of somebody else', { session: '1' }, answering(quser(bob, alice), ''), 'does_not_exist'],
  ['one that does not end', {}, answering(quser(alice), quser(alice)), 'partial'],
  ['the one that asks', {}, answering(quser(`>${alice.slice(1)}`), ''), 'protected_target'],
  ['the one in which the agent runs', {}, answering(quser(alice, away), '', 3), 'protected_target'],
])('%s', async (_, more, answers, reason) => {
  const { job, asked } = recordedWindows(answers)
  await expect(windows.execute(job(parameters(more)))).rejects.toMatchObject({ reason })
  expect(asked.some(({ what }) => what.startsWith('logoff'))).toBe(reason === 'partial')
})

test('verification and the look after a crash go by the numbers', async () => {
  const there = recordedWindows({ 'quser.exe': quser(alice) })
  const gone = recordedWindows({ 'quser.exe': quser(bob) })
  const evidence = { user: 'alice', sessions: ['2'] }
  expect(await windows.verify(there.job(parameters()), evidence)).toMatchObject({ result: 'failed' })
  expect(await windows.verify(gone.job(parameters()), evidence)).toMatchObject({ result: 'passed' })
  expect(await windows.reconcile(there.job(parameters()), [evidence])).toMatchObject({ state: 'unknown' })
  expect(await windows.reconcile(gone.job(parameters()), [evidence])).toMatchObject({ state: 'applied' })
})

test('an edition without the programs says so', async () => {
  const rights = { rights: { administrator: true, full: true } }
  expect(await windows.unavailable(recordedWindows({ ...rights, 'quser.exe': '' }).host)).toContain('logoff.exe')
  expect(await windows.unavailable(recordedWindows({ ...rights, 'quser.exe': '', 'logoff.exe': '' }).host)).toBeNull()
})
