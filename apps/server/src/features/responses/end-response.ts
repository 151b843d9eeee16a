import { findSpec, responseActions, type ResponseActionSpec } from '@riposte/actions/specs'
import { verificationDelayS, type FailureReason } from '@riposte/contract'
import type { Change } from './change.ts'
import { moveResponses } from './move-responses.ts'
import { extensionFor, type ResponseParts } from './parts.ts'
import { releasedTypes, releases } from './releases.ts'
import { factsOf, type RequestRow, type ResponseRow } from './rows.ts'

export const containmentTypes = (responseActions as readonly unknown[] as readonly ResponseActionSpec[])
  .filter(({ containment }) => containment)
  .map(({ id }) => id)

/** Seconds beyond an action's own limit after which silence is asked about. */
const silenceGraceS = 120

/** @returns whether it was waiting to begin */
export async function start(change: Change, row: ResponseRow): Promise<boolean> {
  const [moved] = await moveResponses(change, 'start', [row.id])
  if (!moved) return false
  if (!row.runs_here) {
    const timeoutS = findSpec(row.type)?.timeoutS ?? 3_600
    change.later({
      kind: 'response.silent',
      payload: { responseId: row.id, asked: false },
      runAt: new Date(change.now.getTime() + (timeoutS + silenceGraceS) * 1_000),
      uniqueKey: `response.silent:${row.id}`,
    })
  }
  return true
}

/** Ends it well, and sets in motion what follows. @returns whether it was under way */
export async function complete(
  parts: ResponseParts,
  change: Change,
  row: ResponseRow,
  evidence: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const [moved] = await moveResponses(change, 'complete', [row.id], { evidence })
  if (!moved) return false
  const contains = containmentTypes.includes(moved.type)
  const minutes = moved.parameters['durationMinutes']
  const until = contains && typeof minutes === 'number' ? new Date(change.now.getTime() + minutes * 60_000) : null
  const due = new Date(change.now.getTime() + verificationDelayS * 1_000)
  await change.tx.query(
    `update response set verification = 'scheduled', verification_due = $2, containment = $3, containment_until = $4, containment_checked_at = $5 where id = $1`,
    [moved.id, due, contains ? 'in_force' : null, until, contains ? change.now : null],
  )
  change.later({
    kind: 'response.verify',
    payload: { responseId: moved.id },
    runAt: due,
    uniqueKey: `response.verify:${moved.id}`,
  })
  if (until)
    change.later({
      kind: 'containment.end',
      payload: { responseId: moved.id },
      runAt: until,
      uniqueKey: `containment.end:${moved.id}`,
    })
  await endReleased(change, moved)
  const extension = extensionFor(parts, moved.type)
  if (extension?.completed) {
    const [request] = await change.tx.query<RequestRow>('select * from response_request where id = $1', [
      moved.request_id,
    ])
    if (request) await extension.completed(change.tx, factsOf(moved, request))
  }
  return true
}

export async function fail(
  change: Change,
  id: string,
  failure: { reason: FailureReason; detail: string; evidence?: Readonly<Record<string, unknown>> },
): Promise<boolean> {
  const { reason, detail, evidence } = failure
  const moved = await moveResponses(change, 'fail', [id], { reason, detail, ...(evidence ? { evidence } : {}) })
  return moved.length > 0
}

/** A release that came through ends what it took back, whether it was asked for as an undo or by hand. */
async function endReleased(change: Change, release: ResponseRow): Promise<void> {
  const types = releasedTypes(release.type)
  if (types.length === 0 || release.device_id === null) return
  const held = await change.tx.query<ResponseRow>(
    `select * from response where device_id = $1 and type = any($2) and (containment in ('in_force', 'drifted') or id = $3) order by id for update`,
    [release.device_id, types, release.undo_of],
  )
  const ended = held.filter((row) => row.id === release.undo_of || releases(release, row))
  if (ended.length === 0) return
  await change.tx.query(
    `update response set containment = 'undone', containment_checked_at = $3, undone_by = $2 where id = any($1)`,
    [ended.map(({ id }) => id), release.id, change.now],
  )
  for (const row of ended) {
    change.event(row.id, 'containment_undone', `By ${release.type} ${release.id}`)
    change.audit({
      action: 'containment.undone',
      subject: { kind: 'response', id: row.id },
      details: { type: row.type, target: row.target_name, by: release.id },
    })
    change.touch(row.id, row.request_id)
  }
}
