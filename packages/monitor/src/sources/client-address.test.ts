import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { clientAddress, readTrustedProxies } from './client-address.ts'

const request = (peer: string, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress: peer },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage

const cases: readonly { name: string; trusted: string[]; peer: string; forwarded?: string; address: string | null }[] =
  [
    {
      name: 'a header is not believed from anybody',
      trusted: [],
      peer: '198.51.100.9',
      forwarded: '203.0.113.7',
      address: '198.51.100.9',
    },
    {
      name: 'a trusted peer is believed',
      trusted: ['loopback'],
      peer: '127.0.0.1',
      forwarded: '203.0.113.7',
      address: '203.0.113.7',
    },
    {
      name: 'only the nearest untrusted hop counts',
      trusted: ['loopback'],
      peer: '::1',
      forwarded: '8.8.8.8, 203.0.113.7',
      address: '203.0.113.7',
    },
    {
      name: 'trusted hops are passed',
      trusted: ['loopback', '10.0.0.0/8'],
      peer: '127.0.0.1',
      forwarded: '203.0.113.7, 10.1.2.3',
      address: '203.0.113.7',
    },
    {
      name: 'nonsense ends the walk',
      trusted: ['loopback'],
      peer: '127.0.0.1',
      forwarded: 'nonsense',
      address: '127.0.0.1',
    },
    {
      name: 'IPv4 in IPv6',
      trusted: ['loopback'],
      peer: '::ffff:127.0.0.1',
      forwarded: '203.0.113.7',
      address: '203.0.113.7',
    },
    {
      name: 'ports and brackets',
      trusted: ['loopback'],
      peer: '127.0.0.1',
      forwarded: '[2001:db8::1]:443',
      address: '2001:db8::1',
    },
    { name: 'a socket that is gone', trusted: [], peer: '', address: null },
  ]
for (const { name, trusted, peer, forwarded, address } of cases) {
  test(name, () => expect(clientAddress(request(peer, forwarded), readTrustedProxies(trusted))).toBe(address))
}

test('a wrong entry is named', () => {
  expect(() => readTrustedProxies(['10.0.0.0/33'])).toThrow('10.0.0.0/33')
  expect(() => readTrustedProxies(['everybody'])).toThrow('everybody')
})
