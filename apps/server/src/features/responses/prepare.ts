import { findSpec, type ResponseActionSpec } from '@riposte/actions/specs'
import type { FieldError, Submission } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { fieldErrors } from '../../platform/http/validate.ts'
import { findTargets } from './find-targets.ts'
import { extensionFor, runsOnServer, type ResponseParts } from './parts.ts'
import { pinProcess } from './pin-process.ts'
import { approversFor, type ResponseSettings } from './response-policy.ts'
import { readSettings } from './settings.ts'
import { indexable } from './subject.ts'
import { objectionTo, type Target } from './target-policy.ts'

type Parameters = Record<string, unknown>

export interface TargetRefusalRow {
  readonly targetId: string
  readonly name: string
  readonly code: string
  readonly message: string
  readonly path?: string
}

export interface GoodTarget {
  readonly target: Target
  readonly runsHere: boolean
}

/** What a submission comes to, before anything is written. */
export interface Prepared {
  readonly spec: ResponseActionSpec
  readonly parameters: Parameters
  /** What it is aimed at on each target. */
  readonly subject: string
  readonly scriptSha256: string | null
  /** What an extension calls it. */
  readonly sentence: string | null
  readonly settings: ResponseSettings
  readonly approvers: number
  readonly good: readonly GoodTarget[]
  readonly refused: readonly TargetRefusalRow[]
  readonly notes: readonly string[]
}

type Asked = Pick<Submission, 'type' | 'deviceIds' | 'personIds' | 'parameters'> &
  Partial<Pick<Submission, 'emergency'>>
interface Asker {
  readonly organisationId: string
  readonly id: string
  readonly name: string
}

/** @throws Refusal for what cannot be asked of anybody; what only some targets refuse is in `refused` */
export async function prepare(parts: ResponseParts, asker: Asker, asked: Asked): Promise<Prepared> {
  const spec = specOf(asked.type)
  checkKinds(spec, asked)
  const given = readParameters(spec, asked.parameters)
  const { organisationId } = asker
  const [inspected, found, settings] = await Promise.all([
    extensionFor(parts, spec.id)?.inspect?.(organisationId, given),
    findTargets(parts, parts.db, organisationId, asked),
    readSettings(parts.db, organisationId),
  ])
  const { parameters, note } = await pinProcess(parts, spec.id, given, found.targets, settings)
  const subject = indexable(spec.subject(parameters))
  const duplicates = await underWay(
    parts.db,
    spec.id,
    subject,
    found.targets.map(({ id }) => id),
    { overtakesWaiting: Boolean(asked.emergency) },
  )
  const good: GoodTarget[] = []
  const refused: TargetRefusalRow[] = [...found.missing]
  for (const target of found.targets) {
    const runsHere = runsOnServer(parts, {
      id: '',
      requestId: '',
      organisationId,
      type: spec.id,
      deviceId: target.kind === 'device' ? target.id : null,
      personId: target.kind === 'person' ? target.id : null,
      targetName: target.name,
      parameters,
      evidence: null,
      submittedBy: { id: asker.id, name: asker.name },
      justification: '',
    })
    const objection = duplicates.has(target.id)
      ? { code: 'response.duplicate', message: `The same is already under way on ${target.name}` }
      : objectionTo(target, { spec, parameters, settings, controlPlane: parts.controlPlane?.() ?? [], runsHere })
    if (objection) refused.push({ targetId: target.id, name: target.name, ...objection })
    else good.push({ target, runsHere })
  }
  return {
    spec,
    parameters,
    subject,
    scriptSha256: inspected?.scriptSha256 ?? null,
    sentence: inspected?.sentence ?? null,
    settings,
    approvers: approversFor(spec, settings, inspected?.destructive),
    good,
    refused,
    notes: note === null ? [] : [note],
  }
}

export function specOf(type: string): ResponseActionSpec {
  const spec = findSpec(type)
  if (!spec) throw new Refusal('response.type_unknown', `There is no response action "${type}"`)
  return spec
}

export function readParameters(spec: ResponseActionSpec, parameters: Readonly<Record<string, unknown>>): Parameters {
  const parsed = spec.parameters.safeParse(parameters)
  if (parsed.success) return parsed.data
  const errors = fieldErrors(parsed.error, parameters).map((error) => ({ ...error, path: `parameters.${error.path}` }))
  throw new Refusal('response.parameters_invalid', sentenceOf(errors), { errors })
}

const sentenceOf = (errors: readonly FieldError[]): string =>
  errors.map(({ path, message, allowed }) => `${path}: ${message}${allowed ? ` (${allowed})` : ''}`).join('; ')

function checkKinds(spec: ResponseActionSpec, asked: Asked): void {
  const devices = asked.deviceIds.length
  const people = asked.personIds.length
  const wanted = { device: 'a device', person: 'a person', device_or_person: 'a device or a person' }[spec.targets]
  if (devices + people === 0) throw new Refusal('response.target_missing', `"${spec.title}" needs ${wanted}`)
  if ((people > 0 && spec.targets === 'device') || (devices > 0 && spec.targets === 'person'))
    throw new Refusal('response.target_missing', `"${spec.title}" is done to ${wanted}, and to nothing else`)
}

/** Targets on which the same is under way. */
export async function underWay(
  db: Queryable,
  type: string,
  subject: string,
  ids: readonly string[],
  more: { readonly exceptRequest?: string; readonly overtakesWaiting?: boolean } = {},
): Promise<Set<string>> {
  const rows = await db.query<Row & { id: string }>(
    `select coalesce(device_id, person_id) as id from response
     where (device_id = any($1) or person_id = any($1)) and type = $2 and subject = $3
       and status in ('pending_approval', 'queued', 'executing') and ($4::uuid is null or request_id <> $4)
       and ($5 = false or status <> 'pending_approval')`,
    [ids, type, subject, more.exceptRequest ?? null, more.overtakesWaiting ?? false],
  )
  return new Set(rows.map(({ id }) => id))
}

/** When nobody is left. @throws Refusal that says why of each, at most fifty */
export function refuseAll(prepared: Pick<Prepared, 'refused' | 'spec'>): never {
  const { refused } = prepared
  const [only] = refused
  if (only && refused.every(({ code }) => code === 'parameters_invalid'))
    throw new Refusal('response.parameters_invalid', only.message, {
      errors: [{ path: `parameters.${only.path ?? ''}`, message: only.message }],
    })
  const errors = refused.slice(0, 50).map(({ targetId, code, message }) => ({ path: targetId, message, given: code }))
  if (refused.length === 1 && only?.code === 'response.duplicate')
    throw new Refusal('response.duplicate', only.message, { errors })
  throw new Refusal(
    'response.target_refused',
    refused.length === 1 ? only?.message : `None of the ${refused.length} targets can be acted on`,
    { errors },
  )
}
