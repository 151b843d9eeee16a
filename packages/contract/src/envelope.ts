export const snapshotPayloadType = 'application/vnd.riposte.config+json'

/**
 * The bytes that a DSSE signature covers: `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`, lengths in bytes.
 * @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const encoder = new TextEncoder()
  const type = encoder.encode(payloadType)
  const head = encoder.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `)
  const bytes = new Uint8Array(head.length + payload.length)
  bytes.set(head)
  bytes.set(payload, head.length)
  return bytes
}
