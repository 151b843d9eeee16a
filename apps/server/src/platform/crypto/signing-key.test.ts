import { noticePayloadType, preAuthEncoding, type Envelope } from '@riposte/contract'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { announceNextKey, changeToNextKey, dropPreviousKey, openSigningKey } from './signing-key.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'riposte-keys-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const signedBy = (envelope: Envelope, spki: string): boolean => {
  const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' })
  const covered = preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'))
  return envelope.signatures.some(({ sig }) => verify(null, covered, key, Buffer.from(sig, 'base64')))
}
const payloadOf = (envelope: Envelope) =>
  JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as { kind: string; keys: string[] }

test('a key is replaced in three steps, and at none of them is anybody left behind', () => {
  const before = openSigningKey(folder)
  expect(before.keys).toEqual([before.publicKey])
  expect(changeToNextKey(folder)).toBe(false)

  expect(announceNextKey(folder)).toBe(true)
  expect(announceNextKey(folder)).toBe(false)
  const announcing = openSigningKey(folder)
  expect(announcing.publicKey).toBe(before.publicKey)
  const announced = announcing.announce()
  expect(announced.payloadType).toBe(noticePayloadType)
  expect(signedBy(announced, before.publicKey)).toBe(true)
  const { kind, keys } = payloadOf(announced)
  expect(kind).toBe('keys')
  expect(keys).toHaveLength(2)
  const next = keys.find((key) => key !== before.publicKey) ?? ''
  expect(signedBy(announced, next)).toBe(false)

  expect(changeToNextKey(folder)).toBe(true)
  const changed = openSigningKey(folder)
  expect(changed.publicKey).toBe(next)
  // Whoever was away all the time still trusts what is sent, and learns of the new key by the old.
  const { envelope, keys: both } = changed.seal('x', { a: 1 })
  expect([signedBy(envelope, next), signedBy(envelope, before.publicKey)]).toEqual([true, true])
  expect(both).toEqual([next, before.publicKey])
  expect(signedBy(changed.announce(), before.publicKey)).toBe(true)

  dropPreviousKey(folder)
  const after = openSigningKey(folder)
  expect(after.keys).toEqual([next])
  expect(signedBy(after.seal('x', {}).envelope, before.publicKey)).toBe(false)
})
