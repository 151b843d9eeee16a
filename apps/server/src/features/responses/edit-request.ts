import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { lockRequest } from './cast-vote.ts'
import { changing, doerOf } from './change.ts'
import { extensionFor, runsOnServer, type ResponseParts } from './parts.ts'
import { findTargets } from './find-targets.ts'
import { readParameters, refuseAll, specOf, underWay, type TargetRefusalRow } from './prepare.ts'
import { pinProcess } from './pin-process.ts'
import { approvalEnds, approversFor, notAfterOf } from './response-policy.ts'
import { factsOf, type RequestRow, type ResponseRow } from './rows.ts'
import { readSettings } from './settings.ts'
import { digestOf, indexable, subjectOf } from './subject.ts'
import { objectionTo } from './target-policy.ts'

export interface Edit {
  readonly version: number
  readonly digest: string
  readonly parameters: Record<string, unknown>
  readonly justification: string
}

/** Something else is asked from now on: a new version with a new digest, for which nobody has voted. */
export async function editRequest(
  parts: ResponseParts,
  actor: MemberActor,
  requestId: string,
  edit: Edit,
): Promise<void> {
  const [known] = await parts.db.query<RequestRow>(
    'select * from response_request where id = $1 and organisation_id = $2',
    [requestId, actor.organisationId],
  )
  if (!known) throw new Refusal('request.not_found')
  const spec = specOf(known.type)
  const given = readParameters(spec, edit.parameters)
  const named = {
    deviceIds: known.targets.filter((target) => !target.startsWith('person:')),
    personIds: known.targets.flatMap((target) => (target.startsWith('person:') ? [target.slice(7)] : [])),
  }
  const [inspected, found, settings] = await Promise.all([
    extensionFor(parts, spec.id)?.inspect?.(actor.organisationId, given),
    findTargets(parts, parts.db, actor.organisationId, named),
    readSettings(parts.db, actor.organisationId),
  ])
  const { parameters } = await pinProcess(parts, spec.id, given, found.targets, settings)
  const subject = indexable(spec.subject(parameters))
  await changing(parts, doerOf(actor), async (change) => {
    const request = await lockRequest(change, requestId)
    refuseEdit(request, actor, edit, change.now)
    const rows = await change.tx.query<ResponseRow>(
      `select * from response where request_id = $1 and status = 'pending_approval' order by id for update`,
      [requestId],
    )
    const duplicates = await underWay(
      change.tx,
      spec.id,
      subject,
      found.targets.map(({ id }) => id),
      { exceptRequest: requestId },
    )
    const refused: TargetRefusalRow[] = [...found.missing]
    const here = new Map<string, boolean>()
    for (const target of found.targets) {
      const row = rows.find(({ device_id, person_id }) => device_id === target.id || person_id === target.id)
      if (!row) continue
      const runsHere = runsOnServer(parts, { ...factsOf(row, request), parameters })
      here.set(row.id, runsHere)
      const objection = duplicates.has(target.id)
        ? { code: 'response.duplicate', message: `The same is already under way on ${target.name}` }
        : objectionTo(target, { spec, parameters, settings, controlPlane: parts.controlPlane?.() ?? [], runsHere })
      if (objection) refused.push({ targetId: target.id, name: target.name, ...objection })
    }
    // Consent covers these targets: none is dropped in silence.
    if (refused.length > 0) refuseAll({ refused, spec })
    const ttlMinutes = Math.ceil((request.not_after.getTime() - request.submitted_at.getTime()) / 60_000)
    const notAfter = notAfterOf(spec, change.now, ttlMinutes)
    const next = {
      ...request,
      parameters,
      justification: edit.justification,
      script_sha256: inspected?.scriptSha256 ?? null,
      version: request.version + 1,
      not_after: notAfter,
    }
    const digest = digestOf(subjectOf(next))
    const expiresAt = approvalEnds(settings, change.now, notAfter)
    const earlier = {
      version: request.version,
      at: change.now.toISOString(),
      by: actor.name,
      parameters: request.parameters,
      justification: request.justification,
    }
    await change.tx.query(
      `update response_request set parameters = $2, justification = $3, script_sha256 = $4, version = $5, digest = $6, not_after = $7,
         approval_expires_at = $8, required_approvals = $9, sentence = $10, edits = edits || $11::jsonb where id = $1`,
      [
        requestId,
        parameters,
        next.justification,
        next.script_sha256,
        next.version,
        digest,
        notAfter,
        expiresAt,
        Math.max(1, approversFor(spec, settings, inspected?.destructive)),
        inspected?.sentence ?? null,
        JSON.stringify([earlier]),
      ],
    )
    await change.tx.query(
      `update response r set parameters = $2, subject = $3, not_after = $4, runs_here = h.runs_here
       from unnest($5::uuid[], $6::boolean[]) as h (id, runs_here) where r.request_id = $1 and r.id = h.id and r.status = 'pending_approval'`,
      [requestId, parameters, subject, notAfter, [...here.keys()], [...here.values()]],
    )
    for (const row of rows) {
      change.event(row.id, 'edited', `Version ${next.version}; every vote is void`)
      change.touch(row.id, requestId)
    }
    change.audit({
      action: 'request.edited',
      subject: { kind: 'request', id: requestId },
      details: { from: earlier, parameters, justification: next.justification, version: next.version, digest },
    })
    change.later({
      kind: 'approval.expire',
      payload: { requestId, version: next.version },
      runAt: expiresAt,
      uniqueKey: `approval.expire:${requestId}:${next.version}`,
    })
  })
}

function refuseEdit(request: RequestRow, actor: MemberActor, edit: Edit, now: Date): void {
  if (request.submitted_by !== actor.memberId)
    throw new Refusal('auth.forbidden', `Only ${request.submitted_name}, who asked for it, may change what is asked`)
  if (request.decided_at !== null || (request.approval_expires_at !== null && request.approval_expires_at <= now))
    throw new Refusal('approval.not_waiting', 'It was decided already; ask for something new')
  if (edit.version !== request.version || edit.digest !== request.digest)
    throw new Refusal('approval.changed', `You were looking at version ${edit.version}; it is ${request.version} now`)
}
