import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import {
  canonicalJson,
  commandPayloadType,
  preAuthEncoding,
  targetTree,
  type ApprovalSubject,
  type Command,
  type Envelope,
  type ExecuteCommand,
} from '@riposte/contract'

export interface TestSigner {
  /** SPKI DER, base64. */
  readonly publicKey: string
  seal(payload: unknown, payloadType?: string): Envelope
}

export function testSigner(): TestSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    seal: (payload, payloadType = commandPayloadType) => seal(privateKey, payload, payloadType),
  }
}

function seal(key: KeyObject, payload: unknown, payloadType: string): Envelope {
  const bytes = Buffer.from(canonicalJson(payload))
  const sig = sign(null, preAuthEncoding(payloadType, bytes), key).toString('base64')
  return { payloadType, payload: bytes.toString('base64'), signatures: [{ keyid: 'test', sig }] }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
export const digestOf = (subject: ApprovalSubject): string => sha256(canonicalJson(subject))

export interface CommandWish {
  readonly deviceId: string
  readonly sequence: number
  readonly type: string
  readonly parameters: Record<string, unknown>
  /** Unix milliseconds. */
  readonly now: number
  readonly lifeMs?: number
  readonly actionId?: string
}

/** As the control plane would issue it where the settings ask for no approval. */
export function executeCommand(wish: CommandWish): ExecuteCommand {
  const notAfter = new Date(wish.now + (wish.lifeMs ?? 3_600_000)).toISOString()
  const tree = targetTree([wish.deviceId], sha256)
  const subject: ApprovalSubject = {
    requestId: randomUUID(),
    type: wish.type,
    targets: { count: 1, root: tree.root },
    parameters: wish.parameters,
    scriptSha256: null,
    notAfter,
    justification: 'a test',
    version: 1,
    submittedBy: 'member-asks',
  }
  return {
    ...common(wish, notAfter),
    kind: 'execute',
    actionId: wish.actionId ?? randomUUID(),
    type: wish.type,
    parameters: wish.parameters,
    subject,
    targetProof: [...(tree.proofOf(wish.deviceId) ?? [])],
    digest: digestOf(subject),
    authority: { kind: 'not_required' },
    context: {},
  }
}

export const verifyCommand = (
  wish: Pick<CommandWish, 'deviceId' | 'sequence' | 'type' | 'now'> & { actionId: string },
): Extract<Command, { kind: 'verify' }> => ({
  ...common(wish, new Date(wish.now + 3_600_000).toISOString()),
  kind: 'verify',
  actionId: wish.actionId,
  type: wish.type,
})

const common = (wish: { deviceId: string; sequence: number; now: number }, notAfter: string) => ({
  commandId: randomUUID(),
  deviceId: wish.deviceId,
  sequence: wish.sequence,
  issuedAt: new Date(wish.now).toISOString(),
  notBefore: new Date(wish.now - 60_000).toISOString(),
  notAfter,
})
