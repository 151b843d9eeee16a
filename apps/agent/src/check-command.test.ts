import { randomUUID } from 'node:crypto'
import {
  commandPayloadType,
  noticePayloadType,
  scriptSignaturePayloadType,
  targetTree,
  type ApprovalSubject,
  type Authority,
  type ExecuteCommand,
} from '@riposte/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkCommand, type CommandFacts } from './check-command.ts'
import { digestOf, executeCommand, sha256, testSigner, verifyCommand } from './testing/signed-command.ts'

const signer = testSigner()
const deviceId = randomUUID()
const now = Date.parse('2030-05-05T12:00:00Z')

const facts = (change: Partial<CommandFacts> = {}): CommandFacts => ({
  deviceId,
  keys: [signer.publicKey],
  now,
  highestSequence: 4,
  isKnown: () => false,
  floor: ['not_required', 'emergency', 'automation'],
  protection: {
    addresses: ['192.0.2.10'],
    gateways: ['192.0.2.1'],
    resolvers: ['192.0.2.53'],
    controlPlane: ['198.51.100.1'],
    neverBlock: [],
    agentPid: 4_242,
  },
  ...change,
})

const block = (change: Partial<ExecuteCommand> = {}): ExecuteCommand => ({
  ...executeCommand({ deviceId, sequence: 5, type: 'block_ip', parameters: { address: '203.0.113.9' }, now }),
  ...change,
})

const approve = (
  members: readonly string[],
  change: { required?: number; barred?: string[]; digest?: string; subject?: Partial<ApprovalSubject> } = {},
): ExecuteCommand => {
  const plain = executeCommand({ deviceId, sequence: 5, type: 'isolate_device', parameters: {}, now })
  const subject = { ...plain.subject, ...change.subject }
  const digest = digestOf(subject)
  const authority: Authority = {
    kind: 'approved',
    required: change.required ?? 1,
    approvals: members.map((memberId) => ({
      memberId,
      name: memberId,
      at: new Date(now).toISOString(),
      digest: change.digest ?? digest,
    })),
    barred: change.barred ?? [],
  }
  return { ...plain, subject, digest, authority }
}

const check = (command: unknown, change: Partial<CommandFacts> = {}) =>
  checkCommand(signer.seal(command), facts(change))

test('a command for this device that nobody touched is taken, with its parameters whole', () => {
  expect(check(block())).toMatchObject({
    is: 'execute',
    parameters: { address: '203.0.113.9', direction: 'both', durationMinutes: 1_440 },
  })
  expect(check(approve(['anna']))).toMatchObject({ is: 'execute' })
  expect(check(approve(['anna', 'ben'], { required: 2 }))).toMatchObject({ is: 'execute' })
})

describe('tampering', () => {
  const whole = signer.seal(block())
  const cases: readonly [string, unknown][] = [
    ['signed by another key', testSigner().seal(block())],
    ['of another payload type', signer.seal(block(), noticePayloadType)],
    [
      'signed as a notice and relabelled',
      { ...signer.seal(block(), noticePayloadType), payloadType: commandPayloadType },
    ],
    ['truncated payload', { ...whole, payload: whole.payload.slice(0, -8) }],
    ['without signatures', { ...whole, signatures: [] }],
    ['without a payload', { payloadType: whole.payloadType, signatures: whole.signatures }],
    ['payload of another', { ...whole, payload: signer.seal(block({ sequence: 6 })).payload }],
    ['not an envelope', 'execute'],
    ['not a command', signer.seal({ kind: 'format_disk' })],
    ['for another device', signer.seal(block({ deviceId: randomUUID() }))],
    ['a sequence that was taken', signer.seal(block({ sequence: 4 }))],
    ['an old sequence', signer.seal(block({ sequence: 1 }))],
    ['not yet valid', signer.seal(block({ notBefore: new Date(now + 6_000).toISOString() }))],
    ['parameters edited after the approval', signer.seal({ ...block(), parameters: { address: '203.0.113.10' } })],
    ['type edited after the approval', signer.seal({ ...block(), type: 'unblock_ip' })],
    [
      'subject edited after the approval',
      signer.seal({ ...block(), subject: { ...block().subject, justification: 'x' } }),
    ],
    [
      'approved for other devices',
      signer.seal(
        approve(['anna'], { subject: { targets: { count: 1, root: targetTree([randomUUID()], sha256).root } } }),
      ),
    ],
    ['longer than the approval', signer.seal(block({ notAfter: new Date(now + 7_200_000).toISOString() }))],
    ['approved by nobody that counts: who asked', signer.seal(approve(['member-asks']))],
    ['approved by a barred member', signer.seal(approve(['owner'], { barred: ['owner'] }))],
    ['too few approvals', signer.seal(approve(['anna'], { required: 2 }))],
    ['one approver twice', signer.seal(approve(['anna', 'anna'], { required: 2 }))],
    ['approvals of another version', signer.seal(approve(['anna'], { digest: sha256('before the edit') }))],
  ]
  test.each(cases)('%s: refused', (_, envelope) => {
    expect(checkCommand(envelope, facts())).toMatchObject({ is: 'refused', reason: 'signature_refused' })
  })

  test('what is not believed takes no number; what is signed and refused does', () => {
    expect(checkCommand(testSigner().seal(block()), facts())).toMatchObject({ sequence: null, actionId: null })
    expect(check(block({ sequence: 3 }))).toMatchObject({ sequence: null })
    expect(check(approve(['member-asks']))).toMatchObject({ sequence: 5 })
  })

  test('any single changed character of a payload is refused', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom('A', 'Q', 'g', 'w', '4'), (at, character) => {
        const { payload } = whole
        const index = at % (payload.length - 4)
        const changed = payload.slice(0, index) + character + payload.slice(index + 1)
        fc.pre(changed !== payload && !Buffer.from(changed, 'base64').equals(Buffer.from(payload, 'base64')))
        expect(checkCommand({ ...whole, payload: changed }, facts()).is).toBe('refused')
      }),
    )
  })
})

test('a replay is known, not carried out again; the times have a last good and a first bad value', () => {
  expect(check(block(), { isKnown: () => true }).is).toBe('known')
  const command = block()
  const end = Date.parse(command.notAfter)
  expect(check(command, { now: end }).is).toBe('execute')
  expect(check(command, { now: end + 1 })).toMatchObject({ is: 'refused', reason: 'expired', sequence: 5 })
  const start = Date.parse(command.notBefore)
  expect(check(command, { now: start - 5_000 }).is).toBe('execute')
  expect(check(command, { now: start - 5_001 }).is).toBe('refused')
})

test('what protects the host is looked up here, whoever signed', () => {
  const kill = (pid: number) =>
    check(executeCommand({ deviceId, sequence: 5, type: 'kill_process', parameters: { pid }, now }))
  expect(kill(4_242)).toMatchObject({ is: 'refused', reason: 'protected_target' })
  expect(kill(1)).toMatchObject({ is: 'refused', reason: 'protected_target' })
  expect(kill(4_243)).toMatchObject({ is: 'execute' })
  expect(
    check(executeCommand({ deviceId, sequence: 5, type: 'block_ip', parameters: { address: '192.0.2.1' }, now })),
  ).toMatchObject({ is: 'refused', reason: 'protected_target' })
  expect(check(executeCommand({ deviceId, sequence: 5, type: 'format_disk', parameters: {}, now }))).toMatchObject({
    is: 'refused',
    reason: 'unsupported',
  })
  expect(check(executeCommand({ deviceId, sequence: 5, type: 'block_ip', parameters: {}, now }))).toMatchObject({
    is: 'refused',
    reason: 'unsupported',
  })
})

test("the floor of this host's owner stands above what the control plane allows", () => {
  const isolate = (authority: Authority) => ({ ...approve(['anna']), authority })
  const emergency: Authority = { kind: 'emergency', memberId: 'anna', name: 'Anna', reason: 'now' }
  expect(check(isolate(emergency)).is).toBe('execute')
  expect(check(isolate({ kind: 'not_required' })).is).toBe('execute')
  expect(check(isolate(emergency), { floor: ['automation'] })).toMatchObject({ reason: 'signature_refused' })
  expect(check(isolate({ kind: 'not_required' }), { floor: [] })).toMatchObject({ reason: 'signature_refused' })
  expect(check(approve(['anna']), { floor: [] }).is).toBe('execute')
  // Nothing is destroyed by it.
  expect(check(block(), { floor: [] }).is).toBe('execute')
})

test('a check of the effect needs a signature, a number and a time, and nothing else', () => {
  const verify = verifyCommand({ deviceId, sequence: 5, now, type: 'block_ip', actionId: randomUUID() })
  expect(check(verify).is).toBe('verify')
  expect(checkCommand(testSigner().seal(verify), facts()).is).toBe('refused')
  expect(check({ ...verify, sequence: 4 }).is).toBe('refused')
})

describe('scripts', () => {
  const scriptId = randomUUID()
  const content = 'echo hello\n'
  const statement = (act: 'authored' | 'approved', memberId: string, change: Record<string, unknown> = {}) =>
    signer.seal(
      {
        scriptId,
        version: 2,
        sha256: sha256(content),
        postCheckSha256: null,
        interpreter: 'sh',
        destructive: false,
        act,
        memberId,
        at: new Date(now).toISOString(),
        ...change,
      },
      scriptSignaturePayloadType,
    )
  const script = (context: Record<string, unknown> = {}, scriptSha256: string | null = sha256(content)) => {
    const parameters = { scriptId, version: 2, arguments: [], timeoutS: 5, connector: 'agent' }
    const plain = executeCommand({ deviceId, sequence: 5, type: 'run_script', parameters, now })
    const subject = { ...plain.subject, scriptSha256 }
    const signatures = [statement('authored', 'anna'), statement('approved', 'ben')]
    return {
      ...plain,
      subject,
      digest: digestOf(subject),
      context: { content, interpreter: 'sh', postCheck: null, signatures, ...context },
    }
  }
  const refused = { is: 'refused', reason: 'signature_refused' }

  test('the approved bytes by two people run', () => expect(check(script()).is).toBe('execute'))
  test.each([
    ['other bytes', script({ content: 'echo goodbye\n' })],
    ['no bytes', script({ content: undefined })],
    ['no approved hash', script({}, null)],
    ['another hash was approved', script({}, sha256('else'))],
    ['no signatures', script({ signatures: [] })],
    ['not released', script({ signatures: [statement('authored', 'anna')] })],
    ['released by its author', script({ signatures: [statement('authored', 'anna'), statement('approved', 'anna')] })],
    ['another interpreter', script({ interpreter: 'bash' })],
    ['another post-check', script({ postCheck: 'true' })],
    [
      'signatures of another version',
      script({
        signatures: [statement('authored', 'anna', { version: 1 }), statement('approved', 'ben', { version: 1 })],
      }),
    ],
  ])('%s: refused', (_, command) => expect(check(command)).toMatchObject(refused))

  test('one that either of them calls destructive needs what destructive actions need', () => {
    const signatures = [statement('authored', 'anna'), statement('approved', 'ben', { destructive: true })]
    expect(check(script({ signatures }), { floor: [] })).toMatchObject(refused)
    expect(check(script(), { floor: [] }).is).toBe('execute')
  })
})
