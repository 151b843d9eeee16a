import {
  AuditExportHeader,
  AuditSeal,
  auditSealPayloadType,
  Checkpoint,
  checkpointPayloadType,
  Envelope,
  preAuthEncoding,
} from '@riposte/contract'
import { createHash, createPublicKey, hash, verify, type KeyObject } from 'node:crypto'
import * as z from 'zod'

export interface VerifyOptions {
  /** First 32 hex digits of the SHA-256 of the key that must have sealed it. Absent: the export's own key is believed. */
  readonly key?: string | undefined
  /** Checkpoints that were kept elsewhere: the export must hold the same entry at that place. */
  readonly anchors?: readonly Envelope[]
}

export type Verdict =
  | {
      readonly holds: true
      readonly entries: number
      readonly checkpoints: number
      readonly organisationId: string
      readonly exportedAt: string
      readonly key: string
      readonly hash: string
    }
  | { readonly holds: false; readonly line: number; readonly code: AuditFault; readonly message: string }

export type AuditFault =
  | 'header.invalid'
  | 'line.invalid'
  | 'line.too_long'
  | 'entry.altered'
  | 'entry.out_of_order'
  | 'checkpoint.invalid'
  | 'checkpoint.mismatch'
  | 'seal.invalid'
  | 'seal.mismatch'
  | 'export.cut'
  | 'export.continued'
  | 'key.unknown'
  | 'anchor.mismatch'

/** Thrown inside; one place turns it into a verdict. */
class Fault extends Error {
  readonly code: AuditFault
  constructor(code: AuditFault, message: string) {
    super(message)
    this.code = code
  }
}

const longestLine = 4 * 1024 * 1024
const newline = 0x0a
const noHash = '0'.repeat(64)

// `{"hash":"<64>","previousHash":"<64>","entry":{…}}`: the places of its parts.
const opening = Buffer.from('{"hash":"')
const middle = Buffer.from('","previousHash":"')
const last = Buffer.from('","entry":')
const hashAt = opening.length
const middleAt = hashAt + 64
const previousAt = middleAt + middle.length
const lastAt = previousAt + 64
const entryAt = lastAt + last.length

/** Reads an export of the audit log, whole, in constant memory, and tells whether its chain, checkpoints and seal hold. */
export async function verifyAudit(input: AsyncIterable<Buffer>, options: VerifyOptions = {}): Promise<Verdict> {
  const reader = new ExportReader(options)
  let lineNumber = 0
  try {
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of input) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let start = 0
      for (let end = data.indexOf(newline); end !== -1; end = data.indexOf(newline, start)) {
        lineNumber += 1
        reader.line(data.subarray(start, end))
        start = end + 1
      }
      rest = data.subarray(start)
      if (rest.length > longestLine) throw new Fault('line.too_long', `A line has more than ${longestLine} bytes.`)
    }
    lineNumber += 1
    if (rest.length > 0) throw new Fault('export.cut', 'The last line does not end.')
    return reader.end()
  } catch (error) {
    if (error instanceof Fault) return { holds: false, line: lineNumber, code: error.code, message: error.message }
    throw error
  }
}

/** What has been read so far, line by line. */
class ExportReader {
  readonly #options: VerifyOptions
  readonly #anchors: Map<number, string>
  #scratch = Buffer.alloc(4_096)
  #header: AuditExportHeader | null = null
  #headerSha256 = ''
  #keys: KeyObject[] = []
  #sequence = 0
  #previous = noHash
  #checkpoints = 0
  #previousCheckpoint: string | null = null
  /** Sequence up to which a checkpoint answers. */
  #covered = 0
  #seal: AuditSeal | null = null

  constructor(options: VerifyOptions) {
    this.#options = options
    this.#anchors = new Map(
      (options.anchors ?? []).map((envelope) => {
        const { sequence, hash: head } = Checkpoint.parse(readPayload(envelope))
        return [sequence, head]
      }),
    )
  }

  line(bytes: Buffer): void {
    if (this.#seal) throw new Fault('export.continued', 'Something follows the seal.')
    if (!this.#header) this.#readHeader(bytes)
    else if (bytes.compare(opening, 0, hashAt, 0, hashAt) === 0) this.#readEntry(bytes)
    else this.#readSigned(bytes)
  }

  end(): Verdict {
    const header = this.#header
    if (!header) throw new Fault('header.invalid', 'The file is empty.')
    if (!this.#seal)
      throw new Fault('export.cut', `It ends after entry ${this.#sequence} without a seal: the rest is missing.`)
    const missing = [...this.#anchors.keys()]
    if (missing.length > 0)
      throw new Fault(
        'anchor.mismatch',
        `The checkpoint that was kept covers entry ${Math.max(...missing)}; the export ends with ${this.#sequence}.`,
      )
    return {
      holds: true,
      entries: this.#sequence,
      checkpoints: this.#checkpoints,
      organisationId: header.organisationId,
      exportedAt: header.exportedAt,
      key: fingerprintOf(header.keys[0] ?? ''),
      hash: this.#previous,
    }
  }

  #readHeader(bytes: Buffer): void {
    const header = AuditExportHeader.safeParse(parseJson(bytes))
    if (!header.success)
      throw new Fault('header.invalid', 'The first line is not the header of an export of the audit log (JSON Lines).')
    this.#header = header.data
    this.#headerSha256 = createHash('sha256').update(bytes).digest('hex')
    const { key } = this.#options
    if (key !== undefined && fingerprintOf(header.data.keys[0] ?? '') !== key.toLowerCase())
      throw new Fault(
        'key.unknown',
        `It was sealed by the key ${fingerprintOf(header.data.keys[0] ?? '')}, not by ${key}.`,
      )
    try {
      this.#keys = header.data.keys.map((text) =>
        createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
      )
    } catch {
      throw new Fault('header.invalid', 'A key of the header cannot be read.')
    }
  }

  #readEntry(bytes: Buffer): void {
    const wellFormed =
      bytes.length > entryAt + 2 &&
      bytes.compare(middle, 0, middle.length, middleAt, previousAt) === 0 &&
      bytes.compare(last, 0, last.length, lastAt, entryAt) === 0 &&
      bytes[bytes.length - 1] === 0x7d
    if (!wellFormed) throw new Fault('line.invalid', 'It is not an entry, a checkpoint or the seal.')
    const sequence = this.#sequence + 1
    if (bytes.toString('latin1', previousAt, lastAt) !== this.#previous)
      throw new Fault(
        'entry.out_of_order',
        `Entry ${sequence} does not follow the one before it: something was removed, added or moved here.`,
      )
    // The hash covers the previous hash, in hex, and the entry's bytes: side by side, hashed in one go.
    const length = bytes.length - 1 - entryAt
    if (this.#scratch.length < 64 + length) this.#scratch = Buffer.alloc(2 * (64 + length))
    this.#scratch.write(this.#previous, 0, 'latin1')
    bytes.copy(this.#scratch, 64, entryAt, bytes.length - 1)
    const own = hash('sha256', this.#scratch.subarray(0, 64 + length), 'hex')
    if (own !== bytes.toString('latin1', hashAt, middleAt))
      throw new Fault('entry.altered', `Entry ${sequence} is not what its hash says: it was altered.`)
    if (bytes.lastIndexOf(`,"sequence":${sequence},"subject":{`) === -1)
      throw new Fault('entry.out_of_order', `Entry ${sequence} carries another number.`)
    this.#sequence = sequence
    this.#previous = own
    const anchor = this.#anchors.get(sequence)
    if (anchor === undefined) return
    if (anchor !== own)
      throw new Fault('anchor.mismatch', `Entry ${sequence} is not the one that the kept checkpoint covers.`)
    this.#anchors.delete(sequence)
  }

  #readSigned(bytes: Buffer): void {
    const signed = SignedLine.safeParse(parseJson(bytes))
    if (!signed.success) throw new Fault('line.invalid', 'It is not an entry, a checkpoint or the seal.')
    if ('checkpoint' in signed.data) this.#readCheckpoint(signed.data.checkpoint)
    else this.#readSeal(signed.data.seal)
  }

  #readCheckpoint(envelope: Envelope): void {
    if (!this.#isSigned(envelope, checkpointPayloadType, this.#keys))
      throw new Fault('checkpoint.invalid', 'No key of the header signed this checkpoint.')
    const checkpoint = Checkpoint.safeParse(readPayload(envelope))
    if (!checkpoint.success) throw new Fault('checkpoint.invalid', 'The checkpoint cannot be read.')
    const { sequence, hash: head, organisationId, previousCheckpoint } = checkpoint.data
    if (sequence !== this.#sequence || head !== this.#previous || organisationId !== this.#header?.organisationId)
      throw new Fault(
        'checkpoint.mismatch',
        `The checkpoint covers ${sequence} entries that end with ${head.slice(0, 12)}…; here are ${this.#sequence} that end with ${this.#previous.slice(0, 12)}…`,
      )
    if (previousCheckpoint !== this.#previousCheckpoint)
      throw new Fault('checkpoint.mismatch', 'A checkpoint before this one is missing.')
    this.#previousCheckpoint = createHash('sha256').update(Buffer.from(envelope.payload, 'base64')).digest('hex')
    this.#checkpoints += 1
    this.#covered = sequence
  }

  #readSeal(envelope: Envelope): void {
    // The first key of the header alone: the others are those of older checkpoints.
    if (!this.#isSigned(envelope, auditSealPayloadType, this.#keys.slice(0, 1)))
      throw new Fault('seal.invalid', 'The first key of the header did not sign the seal.')
    const seal = AuditSeal.safeParse(readPayload(envelope))
    if (!seal.success) throw new Fault('seal.invalid', 'The seal cannot be read.')
    const { entries, hash: head, checkpoints, headerSha256, organisationId, exportedAt } = seal.data
    const same =
      entries === this.#sequence &&
      head === this.#previous &&
      checkpoints === this.#checkpoints &&
      headerSha256 === this.#headerSha256 &&
      organisationId === this.#header?.organisationId &&
      exportedAt === this.#header.exportedAt
    if (!same)
      throw new Fault(
        'seal.mismatch',
        `The seal is over ${entries} entries and ${checkpoints} checkpoints; here are ${this.#sequence} and ${this.#checkpoints}, or the header was altered.`,
      )
    if (this.#covered !== this.#sequence)
      throw new Fault('seal.mismatch', 'The last entries are covered by no checkpoint.')
    this.#seal = seal.data
  }

  #isSigned(envelope: Envelope, payloadType: string, keys: readonly KeyObject[]): boolean {
    if (envelope.payloadType !== payloadType) return false
    const payload = Buffer.from(envelope.payload, 'base64')
    // One spelling only: base64 that says the same in another way is a change too.
    if (payload.toString('base64') !== envelope.payload) return false
    const covered = preAuthEncoding(payloadType, payload)
    return envelope.signatures.every(({ sig }) => {
      const signature = Buffer.from(sig, 'base64')
      return signature.toString('base64') === sig && keys.some((key) => verify(null, covered, key, signature))
    })
  }
}

const SignedLine = z.union([z.strictObject({ checkpoint: Envelope }), z.strictObject({ seal: Envelope })])

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    throw new Fault('line.invalid', 'It is not JSON.')
  }
}

function readPayload(envelope: Envelope): unknown {
  return parseJson(Buffer.from(envelope.payload, 'base64'))
}

const fingerprintOf = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 32)
