import { BlockList } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ProtectionFacts } from '../define.ts'
import { protectedAddress, refusedAllowance } from './protected-address.ts'

const facts: ProtectionFacts = {
  addresses: ['10.0.0.5', '10.0.0.6/24', 'fe80::5%eth0', '2001:db8:1::5'],
  gateways: ['10.0.0.1', 'fe80::1%eth0'],
  resolvers: ['10.0.0.53'],
  controlPlane: ['198.51.100.10', '2001:db8:2::10'],
  neverBlock: ['203.0.113.0/24', '2001:db8:beef::/48', '172.16.9.9/12', 'not an address'],
  agentPid: 1,
}

test.each([
  ['192.0.2.7', null],
  ['10.0.0.7', null],
  ['10.0.0.8/29', null],
  ['2001:db8:3::/48', null],
  ['fe80::77', null],
  ['10.0.0.5', 'protected_target'],
  ['::ffff:10.0.0.5', 'protected_target'],
  ['10.0.0.6', 'protected_target'],
  ['10.0.0.0/24', 'protected_target'],
  ['10.0.0.0/29', 'protected_target'],
  ['fe80::/16', 'protected_target'],
  ['fe80::1', 'protected_target'],
  ['10.0.0.53', 'protected_target'],
  ['198.51.100.0/24', 'protected_target'],
  ['2001:db8:2::10', 'protected_target'],
  ['2001:db8::/32', 'protected_target'],
  ['203.0.113.77', 'protected_target'],
  ['203.0.112.0/23', 'protected_target'],
  ['2001:db8:beef:1::/64', 'protected_target'],
  ['172.31.0.1', 'protected_target'],
  ['127.0.0.1', 'protected_target'],
  ['::1', 'protected_target'],
  ['::', 'protected_target'],
  ['0.0.0.0', 'protected_target'],
  ['224.0.0.1', 'protected_target'],
  ['255.255.255.255', 'protected_target'],
  ['ff02::1', 'protected_target'],
  ['8.0.0.0/8', null],
  ['8.0.0.0/7', 'parameters_invalid'],
  ['0.0.0.0/0', 'parameters_invalid'],
  ['::/0', 'parameters_invalid'],
  ['::ffff:0:0/96', 'parameters_invalid'],
  ['2a00::/16', null],
  ['2a00::/15', 'parameters_invalid'],
  ['10.0.0.9/24', 'parameters_invalid'],
  ['example.org', 'parameters_invalid'],
])('block %s: %s', (address, code) => {
  expect(protectedAddress(address, facts)?.code ?? null).toBe(code)
})

test('no network that may be blocked holds anything protected', () => {
  const bare: ProtectionFacts = {
    addresses: [],
    gateways: [],
    resolvers: [],
    controlPlane: [],
    neverBlock: [],
    agentPid: 1,
  }
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 8, max: 32 }), (kept, base, prefix) => {
      const bits = 32 - prefix
      const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
      const first = Math.floor(number / 2 ** bits) * 2 ** bits
      const text = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')
      const list = new BlockList()
      list.addSubnet(text, prefix, 'ipv4')
      if (protectedAddress(`${text}/${prefix}`, bare) !== null) return
      const refused = protectedAddress(`${text}/${prefix}`, { ...bare, gateways: [kept] }) !== null
      expect(refused).toBe(list.check(kept, 'ipv4'))
    }),
    { numRuns: 1_000 },
  )
})

test.each([
  [[], null],
  [['10.0.0.1', '2001:db8::/32'], null],
  [['10.0.0.1', '0.0.0.0/0'], 'allow.1'],
  [['::/0'], 'allow.0'],
  [['128.0.0.0/1'], 'allow.0'],
  [['ff02::/16'], 'allow.0'],
  [['web-1.example'], 'allow.0'],
])('isolation that allows %j is refused at %s', (allow, path) => {
  expect(refusedAllowance(allow)?.path ?? null).toBe(path)
})
