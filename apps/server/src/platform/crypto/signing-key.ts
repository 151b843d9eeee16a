import {
  canonicalJson,
  noticePayloadType,
  preAuthEncoding,
  type Envelope,
  type SignedSnapshot,
} from '@riposte/contract'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { readOrMakeSecret, readSecret, removeSecret, writeSecret } from './secret-file.ts'

export interface SigningKey {
  /** First 16 bytes of the SHA-256 of the public key's SPKI DER, in hex. Project tokens carry it. */
  readonly fingerprint: string
  readonly publicKey: string
  seal(payloadType: string, payload: unknown): SignedSnapshot
  /** All that agents are to trust, SPKI DER in base64. */
  readonly keys: readonly string[]
  /** The same, signed by those that they trust already. */
  announce(): Envelope
}

const files = { current: 'signing-key.pem', next: 'signing-key.next.pem', previous: 'signing-key.previous.pem' }

/**
 * The Ed25519 key that running apps and agents trust, made at first start and kept in the data folder for its owner's eyes. While it
 * is being replaced there are two: the one to come is announced, and the one before still signs beside the new one, for whoever was
 * away when it was announced.
 */
export function openSigningKey(secretsDir: string): SigningKey {
  const current = describe(createPrivateKey(readOrMakeSecret(secretsDir, files.current, makePem)))
  const [previous, next] = [files.previous, files.next].map((name) => {
    const pem = readSecret(secretsDir, name)
    return pem === null ? [] : [describe(createPrivateKey(pem))]
  }) as [KnownKey[], KnownKey[]]
  const signers = [current, ...previous]
  const seal = (payloadType: string, payload: unknown): SignedSnapshot => {
    const bytes = Buffer.from(canonicalJson(payload))
    const covered = preAuthEncoding(payloadType, bytes)
    return {
      envelope: {
        payloadType,
        payload: bytes.toString('base64'),
        signatures: signers.map(({ fingerprint, privateKey }) => ({
          keyid: fingerprint,
          sig: sign(null, covered, privateKey).toString('base64'),
        })),
      },
      keys: signers.map(({ publicKey }) => publicKey),
    }
  }
  const keys = [...signers, ...next].map(({ publicKey }) => publicKey)
  const announcement = seal(noticePayloadType, { kind: 'keys', keys }).envelope
  return { fingerprint: current.fingerprint, publicKey: current.publicKey, keys, seal, announce: () => announcement }
}

/** Makes the key to come and has it announced from the next start on. @returns false when one is announced already */
export function announceNextKey(secretsDir: string): boolean {
  if (readSecret(secretsDir, files.next) !== null) return false
  writeSecret(secretsDir, files.next, makePem())
  return true
}

/** From the next start on the announced key signs, with the one before beside it. @returns false when none is announced */
export function changeToNextKey(secretsDir: string): boolean {
  const next = readSecret(secretsDir, files.next)
  const current = readSecret(secretsDir, files.current)
  if (next === null || current === null) return false
  // Whatever is interrupted here leaves a key that everybody trusts in place.
  if (next !== current) writeSecret(secretsDir, files.previous, current)
  writeSecret(secretsDir, files.current, next)
  removeSecret(secretsDir, files.next)
  return true
}

/** Ends the overlap: from the next start on, only what trusts the new key is heard. */
export const dropPreviousKey = (secretsDir: string): void => removeSecret(secretsDir, files.previous)

const makePem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

interface KnownKey {
  readonly fingerprint: string
  readonly publicKey: string
  readonly privateKey: KeyObject
}

function describe(privateKey: KeyObject): KnownKey {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const fingerprint = createHash('sha256').update(der).digest('hex').slice(0, 32)
  return { fingerprint, publicKey: der.toString('base64'), privateKey }
}
