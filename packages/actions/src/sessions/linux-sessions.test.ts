import { growth } from '@riposte/testkit/growth'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProgramMissing, type Host, type RunResult } from '../host.ts'
import type { ProcessStat } from '../process/proc.ts'
import { realHost } from '../testing/real-host.ts'
import { logindSessions, parseLogindSessions, parseUtmp, sessionOfCgroup, ttyName } from './linux-sessions.ts'

describe('the record of logins', () => {
  const entry = (type: number, pid: number, [tty, user, remote]: readonly [string, string, string]): Buffer => {
    const bytes = Buffer.alloc(384)
    bytes.writeInt16LE(type, 0)
    bytes.writeInt32LE(pid, 4)
    bytes.write(tty, 8, 32)
    bytes.write(user, 44, 32)
    bytes.write(remote, 76, 256)
    return bytes
  }

  test('who is signed in; boots, dead entries and a torn end are none', () => {
    const bytes = Buffer.concat([
      entry(2, 0, ['~', 'reboot', '6.1.0']),
      entry(7, 812, ['pts/0', 'alice', '203.0.113.9']),
      entry(8, 813, ['pts/1', 'gone', '']),
      entry(7, 900, ['tty1', 'u'.repeat(32), '']),
      entry(7, 901, ['pts/9', 'torn', '']).subarray(0, 200),
    ])
    expect(parseUtmp(bytes)).toEqual([
      { pid: 812, tty: 'pts/0', user: 'alice', remote: '203.0.113.9' },
      { pid: 900, tty: 'tty1', user: 'u'.repeat(32), remote: null },
    ])
  })

  test('any bytes give whole entries at most, and no more than a host can have', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_000 }), (bytes) => {
        expect(parseUtmp(Buffer.from(bytes)).length).toBeLessThanOrEqual(Math.floor(bytes.length / 384))
      }),
    )
    const many = Buffer.concat(Array.from({ length: 10_001 }, () => entry(7, 1, ['a', 'b', ''])))
    expect(parseUtmp(many)).toHaveLength(10_000)
  })
})

test.each([
  [0, null],
  [0x8800, 'pts/0'],
  [0x8803, 'pts/3'],
  [0x8900, 'pts/256'],
  [(136 << 8) | (0xff & 300) | ((300 & 0xfff00) << 12), 'pts/300'],
  [0x0401, 'tty1'],
  [0x0440, 'ttyS0'],
  [0xcc40, '204:64'],
])('terminal %d is %s', (device, name) => {
  expect(ttyName(device)).toBe(name)
})

describe('the cgroup of a process', () => {
  test.each([
    ['0::/user.slice/user-1000.slice/session-3.scope\n', '3'],
    ['0::/user.slice/user-0.slice/session-c1.scope/inner\n', 'c1'],
    // Version 1 has a line for every controller; systemd's own names the session.
    [
      '12:pids:/user.slice/user-1000.slice/session-7.scope\n1:name=systemd:/user.slice/user-1000.slice/session-7.scope\n',
      '7',
    ],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service\n', 'user@1000.service'],
    ['0::/system.slice/sshd.service\n', null],
    ['0::/\n', null],
    ['', null],
    // Users name what is below their own service manager, and containers what is below theirs.
    ['0::/user.slice/user-1000.slice/user@1000.service/user.slice/user-0.slice/session-1.scope\n', 'user@1000.service'],
    ['0::/system.slice/docker-1.scope/user.slice/user-0.slice/session-1.scope\n', null],
    ['0::/user.slice/user-1000.slice/session-3.scopes\n', null],
  ])('%j', (text, session) => {
    expect(sessionOfCgroup(text)).toBe(session)
  })

  test('is read in linear time', () => {
    const look = (length: number) => () =>
      sessionOfCgroup(`0::/user.slice/user-1.slice/session-${'/session-'.repeat(length)}`)
    expect(growth(look(50_000), look(200_000), 8)).toBeLessThan(8)
  })
})

describe('loginctl', () => {
  // Columns after the user differ between versions.
  test.each([
    ['     3 1000 alice seat0 tty2\n    c1  120 gdm   seat0 tty1\n', ['3', 'c1']],
    ['3 1000 alice - 812 user pts/0 no -\n', ['3']],
    ['\n  \nnot a session\n5 x y\n', []],
  ])('lists %j', (text, ids) => {
    expect(parseLogindSessions(text).map((session) => session.id)).toEqual(ids)
  })

  const said = (stdout: string, code = 0): RunResult => ({ code, stdout, stderr: '', timedOut: false })
  const host = (answers: Readonly<Record<string, RunResult>>): Host => ({
    ...realHost({ stateDir: '/nonexistent' }),
    run: (file, args) => {
      const answer = answers[`${args[0] ?? ''} ${args[1]?.startsWith('-') === false ? args[1] : ''}`.trim()]
      return answer === undefined ? Promise.reject(new ProgramMissing(file)) : Promise.resolve(answer)
    },
  })
  const stat = (pid: number): ProcessStat => ({
    ...{ pid, name: 'x', state: 'S', ppid: 1, pgrp: pid, session: pid, tty: 0 },
    ...{ kernelThread: false, cpuTicks: 0, startTime: '1', rssPages: 0 },
  })
  const running = [
    { stat: stat(812), cgroup: '0::/user.slice/user-1000.slice/session-3.scope\n' },
    { stat: stat(813), cgroup: '0::/user.slice/user-1000.slice/session-3.scope\n' },
    { stat: stat(814), cgroup: '0::/user.slice/user-1000.slice/user@1000.service/init.scope\n' },
    { stat: stat(815), cgroup: '0::/system.slice/cron.service\n' },
    { stat: stat(900), cgroup: '0::/\n' },
  ]

  test('sessions with everything in their scope; a leader alone where there is none; and what runs without a login', async () => {
    const answers = {
      'list-sessions': said('     3 1000 alice pts/0\n     9 1001 bob\n'),
      'show-session 3': said('TTY=pts/0\nRemoteHost=203.0.113.9\nTimestamp=Sat 2026-11-21 10:00:00 UTC\nLeader=812\n'),
      'show-session 9': said('TTY=\nRemoteHost=\nTimestamp=Sat 2026-11-21 10:01:00 UTC\nLeader=900\n'),
    }
    const sessions = await logindSessions(host(answers), () => running)
    expect(sessions?.map((one) => ({ ...one, processes: one.processes.map(({ pid }) => pid) }))).toEqual([
      {
        ...{ id: '3', source: 'logind', uid: 1000, tty: 'pts/0', remote: '203.0.113.9' },
        ...{ since: 'Sat 2026-11-21 10:00:00 UTC', processes: [812, 813] },
      },
      {
        ...{ id: '9', source: 'logind', uid: 1001, tty: null, remote: null },
        ...{ since: 'Sat 2026-11-21 10:01:00 UTC', processes: [900] },
      },
      { id: 'user@1000.service', source: 'logind', uid: 1000, tty: null, remote: null, since: null, processes: [814] },
    ])
  })

  test('no logind, by no program or by one that does not reach it, is null and not an empty host', async () => {
    expect(await logindSessions(host({}), () => running)).toBeNull()
    expect(await logindSessions(host({ 'list-sessions': said('', 1) }), () => running)).toBeNull()
  })
})
