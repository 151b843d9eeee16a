import { createHash } from 'node:crypto'
import { findSpec, type ProtectionFacts, type ResponseActionSpec } from '@riposte/actions/specs'
import {
  canonicalJson,
  Command,
  commandPayloadType,
  rootFrom,
  scriptSignaturePayloadType,
  ScriptStatement,
  type ExecuteCommand,
  type FailureReason,
} from '@riposte/contract'
import { openEnvelope } from '@riposte/uplink/device'
import * as z from 'zod'

/** Reasons other than approval by a person under which the owner of this host lets destructive actions run. */
export const floorKinds = ['not_required', 'emergency', 'automation'] as const
export type FloorKind = (typeof floorKinds)[number]

export interface CommandFacts {
  readonly deviceId: string
  /** Signing keys that are trusted, SPKI DER in base64. */
  readonly keys: readonly string[]
  /** Unix milliseconds of the control plane. */
  readonly now: number
  /** Of all commands that were ever taken. */
  readonly highestSequence: number
  readonly isKnown: (commandId: string) => boolean
  readonly floor: readonly FloorKind[]
  readonly protection: ProtectionFacts
}

/** The ids of a command, as far as they can be believed. */
export interface Refused {
  readonly is: 'refused'
  readonly reason: FailureReason
  readonly detail: string
  readonly commandId: string | null
  readonly actionId: string | null
  /** null: nothing of it is believed, so it takes no number. */
  readonly sequence: number | null
}

export type CheckedCommand =
  | {
      readonly is: 'execute'
      readonly command: ExecuteCommand
      readonly spec: ResponseActionSpec
      readonly parameters: Record<string, unknown>
    }
  | { readonly is: 'verify'; readonly command: Extract<Command, { kind: 'verify' }> }
  | { readonly is: 'cancel'; readonly command: Extract<Command, { kind: 'cancel' }> }
  /** Taken before: it is not carried out again. */
  | { readonly is: 'known'; readonly command: Command }
  | Refused

/** Clocks that were set by the same answer still differ by its way. */
const clockToleranceMs = 5_000

/** Everything that must hold before a command touches this host. Asks nothing but its arguments. */
export function checkCommand(envelope: unknown, facts: CommandFacts): CheckedCommand {
  const opened = openEnvelope(envelope, facts.keys, commandPayloadType)
  if (opened.is === 'refused') return refuse(null, 'signature_refused', `The command was not believed: ${opened.why}.`)
  const read = Command.safeParse(opened.payload)
  if (!read.success)
    return refuse(null, 'signature_refused', `The command is signed, and this agent cannot read it; a newer one may.`)
  const command = read.data
  if (command.deviceId !== facts.deviceId)
    return refuse(null, 'signature_refused', `The command is for device ${command.deviceId}, not for this one.`)
  if (facts.isKnown(command.commandId)) return { is: 'known', command }
  if (command.sequence <= facts.highestSequence)
    return refuse(
      { ...command, sequence: null },
      'signature_refused',
      `The command has number ${command.sequence}, and number ${facts.highestSequence} was taken already: it is an old one.`,
    )
  if (facts.now < Date.parse(command.notBefore) - clockToleranceMs)
    return refuse(command, 'signature_refused', `The command may not run before ${command.notBefore}.`)
  if (facts.now > Date.parse(command.notAfter))
    return refuse(command, 'expired', `The command could begin until ${command.notAfter}.`)
  if (command.kind === 'verify') return { is: 'verify', command }
  if (command.kind === 'cancel') return { is: 'cancel', command }
  return checkExecute(command, facts)
}

function checkExecute(command: ExecuteCommand, facts: CommandFacts): CheckedCommand {
  const statements = readStatements(command, facts.keys)
  const wrong = consentProblem(command) ?? scriptProblem(command, statements)
  if (wrong !== null) return refuse(command, 'signature_refused', wrong)
  const spec = findSpec(command.type)
  if (spec === undefined)
    return refuse(command, 'unsupported', `This agent knows no action "${command.type}"; a newer one may.`)
  const parsed = spec.parameters.safeParse(command.parameters)
  if (!parsed.success)
    return refuse(
      command,
      'unsupported',
      `The parameters are not those of ${spec.title}: ${z.prettifyError(parsed.error)}`,
    )
  const unapproved = authorityProblem(command, isDestructive(spec, statements), facts.floor)
  if (unapproved !== null) return refuse(command, 'signature_refused', unapproved)
  const refusal = spec.refuse?.(parsed.data, facts.protection) ?? null
  if (refusal !== null)
    return refuse(
      command,
      refusal.code === 'protected_target' ? 'protected_target' : 'unsupported',
      `${refusal.path}: ${refusal.message}`,
    )
  return { is: 'execute', command, spec, parameters: parsed.data }
}

/** What people consented to must be exactly what is asked of this host. */
function consentProblem({
  subject,
  targetProof,
  digest,
  deviceId,
  type,
  parameters,
  notAfter,
}: ExecuteCommand): string | null {
  if (sha256(canonicalJson(subject)) !== digest) return 'What was approved is not what the command says it was.'
  if (subject.type !== type) return `The approval is for ${subject.type}, not for ${type}.`
  if (rootFrom(deviceId, targetProof, sha256) !== subject.targets.root) return 'The approval is for other devices.'
  if (canonicalJson(subject.parameters) !== canonicalJson(parameters))
    return 'The parameters are not those that were approved.'
  if (Date.parse(notAfter) > Date.parse(subject.notAfter)) return `The approval ended at ${subject.notAfter}.`
  return null
}

/** Of a script: exactly the approved bytes, written by one person and released by another. */
function scriptProblem({ subject, type, parameters, context }: ExecuteCommand, statements: Statements): string | null {
  if (type !== 'run_script') return subject.scriptSha256 === null ? null : 'The approval is for a script.'
  if (subject.scriptSha256 === null) return 'No script was approved: the hash is missing.'
  const { content, postCheck } = context
  if (typeof content !== 'string') return 'The script that was approved did not come with the command.'
  if (sha256(content) !== subject.scriptSha256) return 'The script is not the one that was approved.'
  const { authored, approved } = statements
  if (authored === undefined || approved === undefined)
    return 'The script is not signed by its author and by somebody who released it.'
  if (authored.memberId === approved.memberId) return 'The script was released by its own author.'
  const postCheckSha256 = typeof postCheck === 'string' ? sha256(postCheck) : null
  const same = [authored, approved].every(
    (statement) =>
      statement.scriptId === parameters['scriptId'] &&
      statement.version === parameters['version'] &&
      statement.sha256 === subject.scriptSha256 &&
      statement.postCheckSha256 === postCheckSha256 &&
      statement.interpreter === context['interpreter'],
  )
  return same ? null : 'The signatures of the script are for another one.'
}

interface Statements {
  readonly authored?: ScriptStatement
  readonly approved?: ScriptStatement
}

function readStatements({ type, context }: ExecuteCommand, keys: readonly string[]): Statements {
  const signatures: unknown = context['signatures']
  if (type !== 'run_script' || !Array.isArray(signatures)) return {}
  const statements = signatures.slice(0, 8).flatMap((envelope) => {
    const opened = openEnvelope(envelope, keys, scriptSignaturePayloadType)
    const read = opened.is === 'good' ? ScriptStatement.safeParse(opened.payload).data : undefined
    return read === undefined ? [] : [[read.act, read] as const]
  })
  return Object.fromEntries(statements)
}

/** What nobody vouched for is taken for the worse. */
const isDestructive = (spec: ResponseActionSpec, { authored, approved }: Statements): boolean =>
  spec.destructive === 'by_script'
    ? (authored?.destructive ?? true) || (approved?.destructive ?? true)
    : spec.destructive

function authorityProblem(
  { authority, subject, digest }: ExecuteCommand,
  destructive: boolean,
  floor: readonly FloorKind[],
): string | null {
  if (authority.kind !== 'approved')
    return !destructive || floor.includes(authority.kind)
      ? null
      : `The owner of this host asks for an approval of every destructive action; "${authority.kind}" is not enough.`
  const counted = authority.approvals.filter(
    ({ memberId, digest: approved }) =>
      approved === digest && memberId !== subject.submittedBy && !authority.barred.includes(memberId),
  )
  const people = new Set(counted.map(({ memberId }) => memberId)).size
  return people >= authority.required
    ? null
    : `It needs ${authority.required === 1 ? 'the approval of another person' : `${authority.required} people's approvals`}, and has ${people} that count.`
}

function refuse(
  command: { readonly commandId: string; readonly actionId: string; readonly sequence: number | null } | null,
  reason: FailureReason,
  detail: string,
): Refused {
  const { commandId = null, actionId = null, sequence = null } = command ?? {}
  return { is: 'refused', reason, detail: detail.slice(0, 2_000), commandId, actionId, sequence }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
