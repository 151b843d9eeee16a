import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { Envelope, preAuthEncoding } from '@riposte/contract'

export type Opened =
  | { readonly is: 'good'; readonly payload: unknown }
  /** Cut off, altered, of another type, or signed by nobody who is trusted. */
  | { readonly is: 'refused'; readonly why: string }

/** Reads a DSSE envelope: what it says counts only when one of these keys (SPKI DER, base64) signed exactly this type and these bytes. */
export function openEnvelope(envelope: unknown, keys: readonly string[], payloadType: string): Opened {
  const refused = (why: string): Opened => ({ is: 'refused', why })
  const read = Envelope.safeParse(envelope)
  if (!read.success) return refused('it is not a whole envelope')
  if (read.data.payloadType !== payloadType) return refused(`it is a ${read.data.payloadType}, not a ${payloadType}`)
  const bytes = Buffer.from(read.data.payload, 'base64')
  const covered = preAuthEncoding(payloadType, bytes)
  const trusted = keys.slice(0, 8).flatMap((key) => publicKey(key) ?? [])
  const signed = read.data.signatures.some(({ sig }) =>
    trusted.some((key) => verify(null, covered, key, Buffer.from(sig, 'base64'))),
  )
  if (!signed) return refused('no key that this device trusts signed it')
  try {
    return { is: 'good', payload: JSON.parse(bytes.toString('utf8')) as unknown }
  } catch {
    return refused('what was signed is not JSON')
  }
}

const parsed = new Map<string, KeyObject | null>()

/** Parsing a key costs more than checking a signature; thousands of simulated devices share one. */
function publicKey(spki: string): KeyObject | null {
  const known = parsed.get(spki)
  if (known !== undefined) return known
  let key: KeyObject | null = null
  try {
    const read = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' })
    if (read.asymmetricKeyType === 'ed25519') key = read
  } catch {
    // No key at all: it signs nothing.
  }
  if (parsed.size >= 64) parsed.clear()
  parsed.set(spki, key)
  return key
}
