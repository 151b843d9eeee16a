import { expect, test } from 'vitest'
import { recordedWindows } from '../testing/recorded-windows.ts'
import { readLive } from './index.ts'

const row = (pid: number, session: number, more: Record<string, unknown> = {}) => ({
  ...{ pid, ppid: 1, name: 'app.exe', exe: 'C:\\app.exe', command: 'app.exe /password:x', session },
  ...{ startTime: '13377000000000000', user: 'SHOP\\alice', memoryBytes: 4_096, cpu: '50000000' },
  ...more,
})
const table = {
  ...{ bootAt: '13377000000000000', now: '13377000010000000', systemRoot: 'C:\\Windows' },
  processes: [
    row(700, 0),
    row(800, 2),
    row(801, 2),
    row(4, 0, { startTime: null, exe: null, command: null, cpu: '0' }),
  ],
}

test('processes: identity to pin them, secrets masked, shares of one processor', async () => {
  const { host } = recordedWindows({ 'list processes': table })
  const rows = await readLive(host, 'processes')
  expect(rows[1]).toMatchObject({
    ...{ pid: 800, user: 'SHOP\\alice', command: 'app.exe /password:***', cpuPercent: 50, protected: null },
    ...{ startedAt: '2024-11-25T09:20:00.000Z', identity: { startTime: '13377000000000000', exeSha256: null } },
  })
  expect(rows.find((one) => one['pid'] === 4)).toMatchObject({ identity: null, startedAt: null })
  expect(rows.find((one) => one['pid'] === 700)?.['protected']).toBe('That is the agent itself.')
})

test('sessions, with how many processes each has', async () => {
  const { host } = recordedWindows({
    'list processes': table,
    'quser.exe': [
      ' BENUTZERNAME          SITZUNGSNAME       ID  STATUS  LEERLAUF   ANMELDEZEIT',
      ' alice                 rdp-tcp#4           2  Aktiv          .  21.11.2026 09:30',
      ' bob                                       3  Getr.       1:05  21.11.2026 09:20',
    ].join('\r\n'),
  })
  expect(await readLive(host, 'sessions')).toMatchObject([
    { id: '2', user: 'alice', tty: 'rdp-tcp#4', processes: 2, agent: false, source: 'quser' },
    { id: '3', user: 'bob', tty: null, processes: 0 },
  ])
})

test('connections in the words that Linux has for them', async () => {
  const socket = (more: Record<string, unknown>) => ({
    ...{ protocol: 'tcp', localAddress: '::', localPort: 445, remoteAddress: '::', remotePort: 0, state: 'Listen' },
    ...{ pid: 4, process: 'System' },
    ...more,
  })
  const { host } = recordedWindows({
    'list connections': {
      sockets: [
        socket({}),
        socket({ state: 'Established', remoteAddress: '203.0.113.9', remotePort: 443 }),
        socket({ protocol: 'udp', state: 'Bound', remoteAddress: null, remotePort: null }),
        socket({ state: 'constructor' }),
      ],
    },
  })
  expect(await readLive(host, 'connections')).toMatchObject([
    { state: 'listening', remoteAddress: null, remotePort: null },
    { state: 'established', remoteAddress: '203.0.113.9', remotePort: 443 },
    { protocol: 'udp', state: 'bound' },
    { state: 'unknown' },
  ])
})

test('the vault, without keys', async () => {
  const record = {
    ...{ actionId: '0190a1b2-c3d4-7e5f-8a9b-000000000001', path: 'C:\\x', at: 'then', sha256: 'a'.repeat(64), size: 5 },
    ...{ sddl: 'O:S-1-5-21-1-2-3-1001G:SYD:', attributes: 32, streams: [], created: '1', modified: '2', accessed: '3' },
  }
  const { host } = recordedWindows({ 'list the vault': { records: [{ ...record, key: 'secret' }] } })
  const rows = await readLive(host, 'quarantine')
  expect(rows).toEqual([
    {
      ...{ quarantine: record.actionId, path: 'C:\\x', sha256: record.sha256, size: 5, mode: null, at: 'then' },
      user: 'S-1-5-21-1-2-3-1001',
    },
  ])
})
