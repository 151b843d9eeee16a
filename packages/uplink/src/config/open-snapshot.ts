import { createHash, createPublicKey, verify } from 'node:crypto'
import type { ConfigSnapshot } from '@riposte/contract'
import type { ProjectTokenParts } from '@riposte/contract/wire'
import { preAuthEncoding, snapshotPayloadType } from '@riposte/contract/wire'
import { readSnapshot } from './read-snapshot.ts'
import { isRecord, parseJson } from '../json.ts'

export type OpenedSnapshot =
  | { readonly is: 'good'; readonly snapshot: ConfigSnapshot; readonly skipped: readonly string[] }
  /** Not readable, or not signed by the key that the token names. */
  | { readonly is: 'damaged'; readonly why: string }
  /** Signed for another project, or by a key that is not in the token. */
  | { readonly is: 'foreign'; readonly why: string }

/** First 16 bytes of the SHA-256 of a key's SPKI DER, in hex: what a project token carries. */
export const keyFingerprint = (spki: Uint8Array): string => createHash('sha256').update(spki).digest('hex').slice(0, 32)

/** Checks a signed snapshot (its JSON text) against the project token, and reads it. */
export function openSnapshot(
  text: string,
  token: Pick<ProjectTokenParts, 'projectId' | 'keyFingerprint'>,
): OpenedSnapshot {
  const damaged = (why: string) => ({ is: 'damaged', why }) as const
  const signed = parseJson(text)
  if (!isRecord(signed) || !isRecord(signed['envelope'])) return damaged('it is not a signed configuration')
  const { payloadType, payload, signatures } = signed['envelope']
  if (payloadType !== snapshotPayloadType) return damaged('the payload is of another type')
  if (typeof payload !== 'string' || !Array.isArray(signatures) || !Array.isArray(signed['keys']))
    return damaged('payload, signatures or keys are missing')

  const key = (signed['keys'] as unknown[])
    .slice(0, 8)
    .map((item) => Buffer.from(typeof item === 'string' ? item : '', 'base64'))
    .find((spki) => keyFingerprint(spki) === token.keyFingerprint)
  if (!key) return { is: 'foreign', why: 'none of its keys is the one that the project token names' }
  const bytes = Buffer.from(payload, 'base64')
  if (!isSigned(bytes, signatures as unknown[], key)) return damaged('the signature does not match')

  const read = readSnapshot(parseJson(bytes.toString('utf8')))
  if (typeof read === 'string') return damaged(read)
  if (read.snapshot.projectId !== token.projectId)
    return { is: 'foreign', why: `it is for project ${read.snapshot.projectId}` }
  return { is: 'good', ...read }
}

function isSigned(payload: Uint8Array, signatures: unknown[], spki: Buffer): boolean {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    if (key.asymmetricKeyType !== 'ed25519') return false
    const covered = preAuthEncoding(snapshotPayloadType, payload)
    return signatures
      .slice(0, 8)
      .some(
        (item) =>
          isRecord(item) &&
          typeof item['sig'] === 'string' &&
          verify(null, covered, key, Buffer.from(item['sig'], 'base64')),
      )
  } catch {
    return false
  }
}
