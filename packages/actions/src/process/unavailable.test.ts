import { expect, test } from 'vitest'
import { realHost } from '../testing/real-host.ts'
import { lackingCapabilities, unavailableOnLinux } from './unavailable.ts'

test.each([
  ['everything', '000001ffffffffff', []],
  ['nothing', '0000000000000000', ['CAP_CHOWN', 'CAP_KILL', 'CAP_SYS_PTRACE']],
  ['all but signals to others', '000001ffffffffdf', ['CAP_KILL']],
  ['what a container has by default', '00000000a80425fb', ['CAP_SYS_PTRACE']],
])('a root with %s', (_, hex, lacking) => {
  const status = `Name:\tnode\nCapPrm:\tffffffffffffffff\nCapEff:\t${hex}\nCapBnd:\tffffffffffffffff\n`
  expect(lackingCapabilities(status, ['CAP_CHOWN', 'CAP_KILL', 'CAP_SYS_PTRACE'])).toEqual(lacking)
})

test('another platform is told of before anything is looked at', () => {
  const host = { ...realHost({ stateDir: '/nonexistent' }), platform: 'windows' as const }
  expect(unavailableOnLinux(host, 'To end processes')).toBe('This is not Linux.')
})
