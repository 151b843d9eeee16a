import { gatewayServerName } from '@riposte/contract'
import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openAuthority } from './authority.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'riposte-authority-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const now = new Date('2030-01-01T00:00:00Z')
const later = (days: number) => new Date(now.getTime() + days * 86_400_000)

test('the authority is made once, for its owner alone, and its pin is the hash of its key', async () => {
  const first = await openAuthority(folder, now)
  const again = await openAuthority(folder, later(400))
  expect(again.certificate).toBe(first.certificate)
  expect(statSync(path.join(folder, 'agents-authority.pem')).mode & 0o777).toBe(0o600)
  const certificate = new X509Certificate(first.certificate)
  expect(certificate.ca).toBe(true)
  expect(first.pin).toBe(
    createHash('sha256')
      .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
  )
})

test("a device's certificate holds its own key, its id, one year and no right to sign others", async () => {
  const authority = await openAuthority(folder, now)
  const { publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ type: 'spki', format: 'der' })
  const issued = await authority.issue('0190a000-0000-7000-8000-000000000001', der, now)
  const certificate = new X509Certificate(issued.pem)
  expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true)
  expect(certificate.publicKey.export({ type: 'spki', format: 'der' })).toEqual(der)
  expect(certificate.subject).toBe('CN=0190a000-0000-7000-8000-000000000001')
  expect(certificate.subjectAltName).toBe('URI:urn:riposte:device:0190a000-0000-7000-8000-000000000001')
  expect(certificate.ca).toBe(false)
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
  expect(issued.notAfter).toEqual(later(365))
  expect(issued.fingerprint).toMatch(/^[0-9a-f]{64}$/)
})

test("the server's certificate carries the fixed name and is renewed when 90 days are left, not before", async () => {
  const authority = await openAuthority(folder, now)
  const first = await authority.server(now)
  expect(new X509Certificate(first.cert).checkHost(gatewayServerName)).toBe(gatewayServerName)
  expect((await authority.server(later(274))).cert).toBe(first.cert)
  const renewed = await authority.server(later(275))
  expect(renewed.cert).not.toBe(first.cert)
  expect(new X509Certificate(renewed.cert).checkPrivateKey(createPrivateKey(renewed.key))).toBe(true)
})
