import { expect, test } from 'vitest'
import { resolveOutgoing } from './resolve-outgoing.ts'

test.each([
  ['10.0.0.5', false],
  ['fd12:3456::1', false],
  ['127.0.0.1', true],
  ['127.255.255.255', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
])('%s is this machine: %s', async (address, loopback) => {
  expect(await resolveOutgoing(address)).toEqual({ address, loopback })
})

test.each([
  '169.254.169.254',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  'fe80::1',
  '0.0.0.0',
  '::',
  '255.255.255.255',
])('%s is never called', async (address) => {
  await expect(resolveOutgoing(address)).rejects.toThrow(/never called/)
})

test('a name that leads nowhere is named', async () => {
  await expect(resolveOutgoing('nowhere.invalid')).rejects.toThrow('The name nowhere.invalid does not lead')
})
