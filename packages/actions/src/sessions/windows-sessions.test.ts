import { expect, test } from 'vitest'
import { parseQuser } from './windows-sessions.ts'

test('quser: the own session, a disconnected one, and the heading', () => {
  const text = [
    ' USERNAME              SESSIONNAME        ID  STATE   IDLE TIME  LOGON TIME',
    '>admin                 console             1  Active      none   11/20/2026 9:14 AM',
    ' alice                                     2  Disc         1:05  11/20/2026 9:20 AM',
    ' bob                   rdp-tcp#4           7  Active          .  11/20/2026 9:30 AM',
    '',
  ].join('\r\n')
  expect(parseQuser(text)).toEqual([
    { user: 'admin', id: '1', name: 'console', own: true },
    { user: 'alice', id: '2', name: null, own: false },
    { user: 'bob', id: '7', name: 'rdp-tcp#4', own: false },
  ])
})
