import { canonicalJson, preAuthEncoding, type SignedSnapshot } from '@riposte/contract'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { readOrMakeSecret } from './secret-file.ts'

export interface SigningKey {
  /** First 16 bytes of the SHA-256 of the public key's SPKI DER, in hex. Project tokens carry it. */
  readonly fingerprint: string
  readonly publicKey: string
  seal(payloadType: string, payload: unknown): SignedSnapshot
}

/** The Ed25519 key that running apps trust, made at first start and kept in the data folder for its owner's eyes. */
export function openSigningKey(secretsDir: string): SigningKey {
  const pem = readOrMakeSecret(secretsDir, 'signing-key.pem', () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  )
  return describe(createPrivateKey(pem))
}

function describe(privateKey: KeyObject): SigningKey {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const fingerprint = createHash('sha256').update(der).digest('hex').slice(0, 32)
  const publicKey = der.toString('base64')
  return {
    fingerprint,
    publicKey,
    seal: (payloadType, payload) => {
      const bytes = Buffer.from(canonicalJson(payload))
      const sig = sign(null, preAuthEncoding(payloadType, bytes), privateKey).toString('base64')
      return {
        envelope: { payloadType, payload: bytes.toString('base64'), signatures: [{ keyid: fingerprint, sig }] },
        keys: [publicKey],
      }
    },
  }
}
