import {
  auditSealPayloadType,
  canonicalJson,
  checkpointPayloadType,
  preAuthEncoding,
  type Envelope,
} from '@riposte/contract'
import fc from 'fast-check'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { verifyAudit, type VerifyOptions } from './verify-audit.ts'

const organisationId = '0194a000-0000-7000-8000-000000000001'
const at = '2026-01-02T03:04:05.678Z'
const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

interface Signer {
  readonly publicKey: string
  readonly fingerprint: string
  seal(payloadType: string, payload: unknown): Envelope
}
function signer(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return {
    publicKey: der.toString('base64'),
    fingerprint: sha256(der).slice(0, 32),
    seal: (payloadType, payload) => {
      const bytes = Buffer.from(canonicalJson(payload))
      const sig = sign(null, preAuthEncoding(payloadType, bytes), privateKey).toString('base64')
      return { payloadType, payload: bytes.toString('base64'), signatures: [{ keyid: '', sig }] }
    },
  }
}

/** An export as a control plane writes it, with a checkpoint after every third entry and after the last. */
function makeExport(details: readonly unknown[], key: Signer): { lines: string[]; checkpoints: Envelope[] } {
  const header = canonicalJson({ riposteAudit: 1, organisationId, exportedAt: at, keys: [key.publicKey] })
  const lines = [header]
  const checkpoints: Envelope[] = []
  let previous = '0'.repeat(64)
  let previousCheckpoint: string | null = null
  details.forEach((detail, index) => {
    const sequence = index + 1
    const entry = canonicalJson({
      sequence,
      at,
      actor: { kind: 'member', id: 'm', name: 'Ann' },
      action: 'rule.created',
      subject: { kind: 'rule', id: String(index) },
      details: { detail },
    })
    const hash = sha256(previous + entry)
    lines.push(`{"hash":"${hash}","previousHash":"${previous}","entry":${entry}}`)
    previous = hash
    if (sequence % 3 !== 0 && sequence !== details.length) return
    const checkpoint: Envelope = key.seal(checkpointPayloadType, {
      organisationId,
      sequence,
      hash,
      at,
      previousCheckpoint,
    })
    previousCheckpoint = sha256(Buffer.from(checkpoint.payload, 'base64'))
    checkpoints.push(checkpoint)
    lines.push(canonicalJson({ checkpoint }))
  })
  const seal = {
    organisationId,
    exportedAt: at,
    entries: details.length,
    hash: previous,
    checkpoints: checkpoints.length,
    headerSha256: sha256(header),
  }
  lines.push(canonicalJson({ seal: key.seal(auditSealPayloadType, seal) }))
  return { lines, checkpoints }
}

const key = signer()
const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`
const check = (content: string | Buffer, options?: VerifyOptions, chunk = 64 * 1024) => {
  const bytes = Buffer.from(content)
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
    bytes.subarray(index * chunk, (index + 1) * chunk),
  )
  return verifyAudit(Readable.from(chunks) as AsyncIterable<Buffer>, options)
}
const faultOf = async (content: string | Buffer, options?: VerifyOptions): Promise<string> => {
  const verdict = await check(content, options)
  return verdict.holds ? 'holds' : verdict.code
}
const sample = makeExport(['a', { b: ['ü', '"sequence":2,"subject":{'] }, null, 1.5, 'e', 'f', 'g'], key)

test('a true export holds, however it is cut into pieces', async () => {
  for (const chunk of [1, 7, 1_000, 1_000_000])
    expect(await check(text(sample.lines), {}, chunk)).toMatchObject({
      holds: true,
      entries: 7,
      checkpoints: 3,
      key: key.fingerprint,
    })
})

test('any true export holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 12 }), async (details) => {
      const whole = text(makeExport(JSON.parse(JSON.stringify(details)) as unknown[], key).lines)
      expect(await check(whole)).toMatchObject({ holds: true })
    }),
    { numRuns: 60 },
  )
})

test('every single changed bit is found', async () => {
  const bytes = Buffer.from(text(sample.lines))
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ (1 << (index % 7))
    expect(await check(changed), `byte ${index} of ${bytes.length}`).toMatchObject({ holds: false })
  }
})

test('a line that is missing, doubled or moved is found, wherever it is', async () => {
  for (let from = 0; from < sample.lines.length; from += 1) {
    const without = sample.lines.filter((_, index) => index !== from)
    expect(await faultOf(text(without)), `without line ${from + 1}`).not.toBe('holds')
    const doubled = [...sample.lines.slice(0, from + 1), ...sample.lines.slice(from)]
    expect(await faultOf(text(doubled)), `line ${from + 1} twice`).not.toBe('holds')
    for (let to = 0; to < without.length; to += 1) {
      if (to === from) continue
      const moved = [...without.slice(0, to), sample.lines[from] as string, ...without.slice(to)]
      expect(await faultOf(text(moved)), `line ${from + 1} at ${to + 1}`).not.toBe('holds')
    }
  }
})

test('a cut at any byte is found', async () => {
  const bytes = Buffer.from(text(sample.lines))
  for (let length = 0; length < bytes.length; length += 1)
    expect(await check(bytes.subarray(0, length)), `first ${length} bytes`).toMatchObject({ holds: false })
})

test('a shorter log cannot take the seal or the checkpoint of another', async () => {
  const shorter = makeExport(['a', 'b', 'c', 'd'], key)
  const longer = makeExport(['a', 'b', 'c', 'd', 'e', 'f', 'g'], key)
  expect(await faultOf(text([...shorter.lines.slice(0, -1), longer.lines.at(-1) as string]))).toBe('seal.mismatch')
  const cutAtCheckpoint = longer.lines.slice(0, 5)
  expect(await faultOf(text([...cutAtCheckpoint, longer.lines.at(-1) as string]))).toBe('seal.mismatch')
})

test('a log that was stamped anew under another key is found by the key, and by a kept checkpoint', async () => {
  const forged = makeExport(['a', 'another past', 'c', 'd'], signer())
  expect(await faultOf(text(forged.lines))).toBe('holds')
  expect(await faultOf(text(forged.lines), { key: key.fingerprint })).toBe('key.unknown')
  expect(await faultOf(text(sample.lines), { key: key.fingerprint.toUpperCase() })).toBe('holds')
  const [first, , third] = sample.checkpoints as [Envelope, Envelope, Envelope]
  expect(await faultOf(text(forged.lines), { anchors: [first] })).toBe('anchor.mismatch')
  expect(await faultOf(text(forged.lines), { anchors: [third] })).toBe('anchor.mismatch')
  expect(await faultOf(text(sample.lines), { anchors: [first, third] })).toBe('holds')
})

test('entries stamped anew without the key are found by the next checkpoint', async () => {
  const other = makeExport(['a', 'another past', 'c', 'd', 'e', 'f', 'g'], signer())
  const stamped = sample.lines.map((line, index) =>
    line.startsWith('{"hash"') ? (other.lines[index] as string) : line,
  )
  expect(await faultOf(text(stamped))).toBe('checkpoint.mismatch')
})

test('what is no export says so', async () => {
  expect(await faultOf('')).toBe('header.invalid')
  expect(await faultOf('sequence,at\n1,2\n')).toBe('line.invalid')
  expect(await faultOf('{"riposteAudit":2}\n')).toBe('header.invalid')
  expect(await faultOf(Buffer.alloc(9 * 1024 * 1024, 'x'))).toBe('line.too_long')
})
