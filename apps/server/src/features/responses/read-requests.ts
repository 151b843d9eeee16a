import { findSpec } from '@riposte/actions/specs'
import type { RequestId, ResponseId, ResponseRequest } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { mayVote } from './may-vote.ts'
import type { ResponseParts } from './parts.ts'
import { readVotes, type VoteRow } from './read-votes.ts'
import type { RequestRow } from './rows.ts'
import { sentenceFor, targetWords } from './sentence.ts'

interface TargetRow extends Row {
  request_id: string
  kind: 'device' | 'person'
  id: string
  name: string
}
interface CountRow extends Row {
  request_id: string
  status: string
  count: number
}

/** Targets that a list shows of each request; its own page shows all. */
const targetsInLists = 50

export async function readRequest(
  parts: ResponseParts,
  actor: MemberActor,
  requestId: string,
): Promise<ResponseRequest> {
  const rows = await parts.db.query<RequestRow>(
    'select * from response_request where id = $1 and organisation_id = $2',
    [requestId, actor.organisationId],
  )
  const [request] = await describeRequests(parts, actor, rows, null)
  if (!request) throw new Refusal('request.not_found')
  return request
}

/** Whole requests, as whoever asks may see and act on them. */
export async function describeRequests(
  parts: ResponseParts,
  actor: MemberActor,
  rows: readonly RequestRow[],
  mostTargets: number | null = targetsInLists,
): Promise<ResponseRequest[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const [votes, targets, counts] = await Promise.all([
    readVotes(parts.db, ids),
    readTargets(parts.db, ids, mostTargets),
    parts.db.query<CountRow>(
      'select request_id, status, count(*)::int as count from response where request_id = any($1) group by 1, 2',
      [ids],
    ),
  ])
  const devices = [...new Set(targets.filter(({ kind }) => kind === 'device').map(({ id }) => id))]
  const online = devices.length === 0 ? new Set<string>() : await parts.live.online(devices)
  const now = parts.clock()
  return rows.map((row) =>
    describe(row, {
      actor,
      now,
      online,
      votes: votes.filter(({ request_id }) => request_id === row.id),
      targets: targets.filter(({ request_id }) => request_id === row.id),
      counts: counts.filter(({ request_id }) => request_id === row.id),
    }),
  )
}

const readTargets = (db: Queryable, ids: readonly string[], most: number | null) =>
  db.query<TargetRow>(
    `select request_id, kind, id, name from (
       select request_id, case when device_id is null then 'person' else 'device' end as kind, coalesce(device_id, person_id) as id, target_name as name,
              row_number() over (partition by request_id order by lower(target_name), id) as place
       from response where request_id = any($1)) t where $2::int is null or place <= $2 order by request_id, place`,
    [ids, most],
  )

interface About {
  readonly actor: MemberActor
  readonly now: Date
  readonly online: ReadonlySet<string>
  readonly votes: readonly VoteRow[]
  readonly targets: readonly TargetRow[]
  readonly counts: readonly CountRow[]
}

function describe(row: RequestRow, about: About): ResponseRequest {
  const spec = findSpec(row.type)
  const refusal = mayVote(
    about.actor,
    {
      submittedBy: row.submitted_by,
      barred: row.barred,
      version: row.version,
      digest: row.digest,
      required: row.required_approvals,
      decided: row.decided_at !== null,
      expiresAt: row.approval_expires_at,
      voters: about.votes.filter(({ version }) => version === row.version).map(({ member_id }) => member_id),
    },
    row,
    about.now,
  )
  return {
    id: row.id as RequestId,
    type: row.type,
    title: spec?.title ?? row.type,
    sentence: sentenceFor(row, row.parameters, targetWords(about.targets[0]?.name, row.targets.length)),
    effects: [...(spec?.effects ?? [])],
    parameters: row.parameters,
    justification: row.justification,
    targets: about.targets.map(({ kind, id, name }) => ({
      kind,
      id,
      name,
      online: kind === 'device' ? about.online.has(id) : null,
    })),
    targetCount: row.targets.length,
    scriptSha256: row.script_sha256,
    version: row.version,
    digest: row.digest,
    submittedBy: { id: row.submitted_by, name: row.submitted_name },
    submittedAt: row.submitted_at.toISOString(),
    via: row.via,
    trigger: row.trigger,
    requiredApprovals: row.required_approvals,
    votes: about.votes.map((vote) => ({
      member: { id: vote.member_id, name: vote.member_name },
      decision: vote.decision,
      at: vote.at.toISOString(),
      reason: vote.reason,
      version: vote.version,
      counts: vote.version === row.version,
    })),
    approvalExpiresAt: row.decided_at === null ? (row.approval_expires_at?.toISOString() ?? null) : null,
    notAfter: row.not_after.toISOString(),
    edits: [...row.edits],
    emergency: row.emergency,
    undoOf: row.undo_of as ResponseId | null,
    counts: Object.fromEntries(about.counts.map(({ status, count }) => [status, count])),
    mine: { mayApprove: refusal === null, why: refusal?.why ?? null },
  }
}
