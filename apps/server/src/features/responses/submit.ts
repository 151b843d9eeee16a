import { canonicalJson, may, type Authority, type Submission } from '@riposte/contract'
import { newId } from '../../platform/crypto/secrets.ts'
import type { Queryable, Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { lockRequest } from './cast-vote.ts'
import { changing, doerOf, type Change } from './change.ts'
import { closeIfDecided } from './end-request.ts'
import { targetKey } from './find-targets.ts'
import { moveResponses } from './move-responses.ts'
import type { ResponseParts } from './parts.ts'
import { prepare, refuseAll, type Prepared, type TargetRefusalRow } from './prepare.ts'
import { queueEffects } from './queue-effects.ts'
import { approvalEnds, notAfterOf } from './response-policy.ts'
import type { Emergency, ResponseRow } from './rows.ts'
import { digestOf, sha256Hex, subjectOf } from './subject.ts'

/** As PostgreSQL shortens its name. */
const keyConstraint = 'response_request_organisation_id_submitted_by_idempotency'

/** Hours in which a second person must have looked at an emergency response. */
const reviewHours = 24

export interface Submitted {
  readonly requestId: string
  readonly responseIds: readonly string[]
  readonly refused: readonly TargetRefusalRow[]
}

interface Undo {
  readonly undoOf: string
  /** What belongs to it, in the same transaction. */
  readonly also: (change: Change) => Promise<void>
}

/** Somebody else was faster with the same; asked again, the answer is a plain refusal. */
class Overtaken extends Error {}

/** One or many targets, all in one transaction: good ones go on, refused ones are told of. @throws Refusal when none is left */
export async function submit(
  parts: ResponseParts,
  actor: MemberActor,
  body: Submission,
  undo: Undo | null = null,
): Promise<Submitted> {
  const hash = sha256Hex(canonicalJson({ ...body, idempotencyKey: null }))
  for (let attempt = 1; ; attempt += 1) {
    const earlier = await readEarlier(parts.db, actor, body, hash)
    if (earlier) return earlier
    const prepared = await prepare(parts, { ...actor, id: actor.memberId }, body)
    checkRights(actor, prepared, body)
    if (prepared.good.length === 0) {
      // What is under way on the target may be this very request, written since we looked.
      const meanwhile = await readEarlier(parts.db, actor, body, hash)
      if (meanwhile) return meanwhile
      refuseAll(prepared)
    }
    try {
      return await changing(parts, doerOf(actor), (change) => write(change, actor, body, prepared, { hash, undo }))
    } catch (error) {
      const taken = (error as { constraint?: string }).constraint?.startsWith(keyConstraint) === true
      if (!(taken || error instanceof Overtaken) || attempt >= 3) throw error
    }
  }
}

function checkRights(actor: MemberActor, { spec }: Prepared, body: Submission): void {
  const needed = spec.release ? 'response.release' : 'response.submit'
  if (!may(actor.role, needed)) throw new Refusal('auth.forbidden', `The role ${actor.role} has no right "${needed}"`)
  if (body.emergency && !may(actor.role, 'response.emergency'))
    throw new Refusal('auth.forbidden', `The role ${actor.role} may not do it without approval in an emergency`)
}

async function readEarlier(
  db: Queryable,
  actor: MemberActor,
  body: Submission,
  hash: string,
): Promise<Submitted | null> {
  if (body.idempotencyKey === undefined) return null
  const [row] = await db.query<Row & { id: string; idempotency_hash: string; responses: string[] }>(
    `select id, idempotency_hash, array(select r.id from response r where r.request_id = q.id order by r.id) as responses
     from response_request q where organisation_id = $1 and submitted_by = $2 and idempotency_key = $3`,
    [actor.organisationId, actor.memberId, body.idempotencyKey],
  )
  if (!row) return null
  if (row.idempotency_hash !== hash)
    throw new Refusal('response.key_reused', 'That key was used for another request; take a new one for this one')
  return { requestId: row.id, responseIds: row.responses, refused: [] }
}

async function write(
  change: Change,
  actor: MemberActor,
  body: Submission,
  prepared: Prepared,
  more: { readonly hash: string; readonly undo: Undo | null },
): Promise<Submitted> {
  const { now, tx } = change
  const { spec } = prepared
  const notAfter = notAfterOf(spec, now, body.ttlMinutes)
  const waits = prepared.approvers > 0 && !body.emergency
  const request = {
    id: newId(),
    type: spec.id,
    parameters: prepared.parameters,
    justification: body.justification,
    targets: prepared.good.map(({ target }) => targetKey(target)).sort(),
    script_sha256: prepared.scriptSha256,
    version: 1,
    submitted_by: actor.memberId,
    not_after: notAfter,
  }
  const digest = digestOf(subjectOf(request))
  const emergency: Emergency | null = body.emergency && {
    reason: body.emergency.reason,
    reviewBy: new Date(now.getTime() + reviewHours * 3_600_000).toISOString(),
    reviewedBy: null,
    reviewedAt: null,
    note: '',
  }
  const expiresAt = waits ? approvalEnds(prepared.settings, now, notAfter) : null
  const authority = waits ? null : authorityWithoutVotes(actor, emergency)
  await tx.query(
    `insert into response_request (id, organisation_id, type, parameters, justification, targets, script_sha256, version, digest, submitted_by, submitted_name,
       submitted_at, via, trigger, required_approvals, approval_expires_at, not_after, emergency, undo_of, idempotency_key, idempotency_hash, authority, decided_at, sentence)
     values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
    [
      request.id,
      actor.organisationId,
      request.type,
      request.parameters,
      request.justification,
      request.targets,
      request.script_sha256,
      digest,
      actor.memberId,
      actor.name,
      now,
      actor.tokenId ? 'api' : 'console',
      body.trigger,
      prepared.approvers,
      expiresAt,
      notAfter,
      emergency,
      more.undo?.undoOf ?? null,
      body.idempotencyKey ?? null,
      more.hash,
      authority,
      waits ? null : now,
      prepared.sentence,
    ],
  )
  change.audit({
    action: emergency ? 'request.emergency' : 'request.submitted',
    subject: { kind: 'request', id: request.id },
    details: {
      type: request.type,
      parameters: request.parameters,
      justification: request.justification,
      targets: request.targets.length,
      refused: prepared.refused.length,
      digest,
      requiredApprovals: prepared.approvers,
      ...(emergency ? { emergency: emergency.reason, reviewBy: emergency.reviewBy, loud: true } : {}),
    },
  })
  if (emergency) await overtakeWaiting(change, request.id, prepared)
  const rows = await insertResponses(change, request.id, { prepared, notAfter, waits, undo: more.undo })
  if (waits && expiresAt)
    change.later({
      kind: 'approval.expire',
      payload: { requestId: request.id, version: 1 },
      runAt: expiresAt,
      uniqueKey: `approval.expire:${request.id}:1`,
    })
  else queueEffects(change, rows)
  if (emergency)
    change.later({
      kind: 'emergency.overdue',
      payload: { requestId: request.id },
      runAt: new Date(emergency.reviewBy),
      uniqueKey: `emergency.overdue:${request.id}`,
    })
  if (more.undo) await markUndone(change, more.undo, rows[0])
  return { requestId: request.id, responseIds: rows.map(({ id }) => id), refused: prepared.refused }
}

/** What still waits for consent to the same need not any more: an emergency does it now. */
async function overtakeWaiting(change: Change, requestId: string, { spec, subject, good }: Prepared): Promise<void> {
  const waiting = await change.tx.query<Row & { id: string; request_id: string }>(
    `select id, request_id from response
     where coalesce(device_id, person_id) = any($1) and type = $2 and subject = $3 and status = 'pending_approval'`,
    [good.map(({ target }) => target.id), spec.id, subject],
  )
  const requests = [...new Set(waiting.map(({ request_id }) => request_id))].sort()
  for (const id of requests) await lockRequest(change, id)
  const ids = waiting.map(({ id }) => id)
  await moveResponses(change, 'supersede', ids, { detail: `Done in an emergency by request ${requestId}` })
  for (const id of requests) await closeIfDecided(change, id)
}

async function markUndone(change: Change, undo: Undo, row: ResponseRow | undefined): Promise<void> {
  await change.tx.query('update response set undone_by = $2 where id = $1', [undo.undoOf, row?.id ?? null])
  await undo.also(change)
}

const authorityWithoutVotes = (actor: MemberActor, emergency: Emergency | null): Authority =>
  emergency
    ? { kind: 'emergency', memberId: actor.memberId, name: actor.name, reason: emergency.reason }
    : { kind: 'not_required' }

async function insertResponses(
  change: Change,
  requestId: string,
  more: { prepared: Prepared; notAfter: Date; waits: boolean; undo: Undo | null },
): Promise<ResponseRow[]> {
  const { prepared, waits } = more
  const { good } = prepared
  const rows = await change.tx.query<ResponseRow>(
    `insert into response (id, organisation_id, request_id, type, device_id, person_id, target_name, subject, parameters, status, submitted_at, queued_at, not_after, runs_here, undo_of)
     select t.id, $1, $2, $3, t.device_id, t.person_id, t.name, $4, $5, $6, $7, $8, $9, t.runs_here, $10
     from unnest($11::uuid[], $12::uuid[], $13::uuid[], $14::text[], $15::boolean[]) as t (id, device_id, person_id, name, runs_here)
     on conflict do nothing returning *`,
    [
      change.doer.organisationId,
      requestId,
      prepared.spec.id,
      prepared.subject,
      prepared.parameters,
      waits ? 'pending_approval' : 'queued',
      change.now,
      waits ? null : change.now,
      more.notAfter,
      more.undo?.undoOf ?? null,
      good.map(() => newId()),
      good.map(({ target }) => (target.kind === 'device' ? target.id : null)),
      good.map(({ target }) => (target.kind === 'person' ? target.id : null)),
      good.map(({ target }) => target.name),
      good.map(({ runsHere }) => runsHere),
    ],
  )
  if (rows.length < good.length) throw new Overtaken()
  for (const row of rows) {
    change.event(row.id, 'submitted', waits ? 'Waits for approval' : prepared.notes.join(' '))
    change.audit({
      action: 'response.submitted',
      subject: { kind: 'response', id: row.id },
      details: { requestId, type: row.type, target: row.target_name, status: row.status },
    })
    change.touch(row.id, requestId)
  }
  return rows
}
