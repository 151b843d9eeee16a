import { failureReasons, type FailureReason, type ResponseReason, type TransitionName } from '@riposte/contract'
import type { Change } from './change.ts'
import { pastWords, stepOf } from './lifecycle.ts'
import type { ResponseRow } from './rows.ts'

/** Which moments an event sets. */
const moments: { readonly [Name in TransitionName]: readonly string[] } = {
  approve: ['approved_at', 'queued_at'],
  reject: ['finished_at'],
  approval_expire: ['finished_at'],
  withdraw: ['finished_at'],
  supersede: ['finished_at'],
  lease: ['leased_at'],
  start: ['started_at'],
  complete: ['finished_at', 'started_at'],
  fail: ['finished_at'],
  expire: ['finished_at'],
  agent_cancel: ['finished_at'],
  request_cancel: [],
}

export interface Move {
  readonly reason?: ResponseReason
  readonly detail?: string
  readonly evidence?: Readonly<Record<string, unknown>>
}

/**
 * The only place where a status changes: leaves the statuses that the table names, and writes history and audit with it.
 * @returns the rows that it happened to, which may be none
 */
export async function moveResponses(
  change: Change,
  name: TransitionName,
  ids: readonly string[],
  more: Move = {},
): Promise<ResponseRow[]> {
  const step = stepOf(name, more.reason)
  const detail = more.detail ?? (name === 'expire' ? failureReasons.expired : undefined)
  const times = moments[name].map((column) => `, ${column} = coalesce(${column}, $5)`).join('')
  const rows = await change.tx.query<ResponseRow>(
    `update response set status = coalesce($2, status), reason = $3, detail = coalesce($4, detail), evidence = coalesce($6, evidence)${times}
     where id in (select id from response where id = any($1) order by id for update) and status = any($7)
       and ($8 = false or leased_at is null) and $5::timestamptz is not null
     returning *`,
    [ids, step.to, step.reason, detail ?? null, change.now, more.evidence ?? null, step.from, step.onlyUnleased],
  )
  for (const row of rows) {
    change.event(row.id, pastWords[name], detail ?? wordsOf(step.reason))
    change.audit({
      action: `response.${pastWords[name]}`,
      subject: { kind: 'response', id: row.id },
      details: {
        requestId: row.request_id,
        type: row.type,
        target: row.target_name,
        ...(step.reason === null ? {} : { reason: step.reason }),
        ...(detail === undefined ? {} : { detail }),
      },
    })
    change.touch(row.id, row.request_id)
  }
  return rows
}

const wordsOf = (reason: ResponseReason | null): string =>
  reason !== null && reason in failureReasons ? failureReasons[reason as FailureReason] : ''
