import { may, type Authority, type FailureReason, type Role } from '@riposte/contract'
import type { Row } from '../../platform/db/database.ts'
import type { Change } from './change.ts'
import { standing } from './may-vote.ts'
import { specOf } from './prepare.ts'
import { castOf, readVotes } from './read-votes.ts'
import type { RequestRow } from './rows.ts'

export interface Failed {
  readonly reason: FailureReason
  readonly detail: string
}

export type Checked = { readonly authority: Authority } | { readonly failed: Failed }

/** Consent counts while those who gave it may give it: looked at once more before anything is signed. */
export async function checkAuthority(
  change: Change,
  requests: ReadonlyMap<string, RequestRow>,
): Promise<ReadonlyMap<string, Checked>> {
  const votes = await readVotes(change.tx, [...requests.keys()])
  const submitters = await change.tx.query<Row & { id: string; role: Role; removed: boolean }>(
    'select id, role, removed_at is not null as removed from member where id = any($1)',
    [[...new Set([...requests.values()].map(({ submitted_by }) => submitted_by))]],
  )
  const byId = new Map(submitters.map((row) => [row.id, row]))
  const checked = new Map<string, Checked>()
  for (const request of requests.values()) {
    const { authority } = request
    if (!authority) continue
    const fail = (detail: string): void => {
      checked.set(request.id, { failed: { reason: 'precondition_changed', detail } })
    }
    if (authority.kind === 'approved') {
      const own = votes.filter((vote) => vote.request_id === request.id)
      const standingNow = standing(own.map(castOf), {
        submittedBy: request.submitted_by,
        barred: request.barred,
        version: request.version,
        digest: request.digest,
      }).filter(({ decision }) => decision === 'approve')
      if (standingNow.length < authority.required) {
        const lost = authority.approvals
          .filter(({ memberId }) => !standingNow.some((vote) => vote.memberId === memberId))
          .map(({ name }) => name)
        fail(
          `The consent of ${lost.join(' and ')} does not count any more, since they may not approve now; ask for it again`,
        )
      } else checked.set(request.id, { authority })
    } else if (authority.kind === 'automation') checked.set(request.id, { authority })
    else {
      const submitter = byId.get(request.submitted_by)
      const needed =
        authority.kind === 'emergency'
          ? 'response.emergency'
          : specOf(request.type).release
            ? 'response.release'
            : 'response.submit'
      if (!submitter || submitter.removed || !may(submitter.role, needed))
        fail(`${request.submitted_name} may not ask for that any more; somebody else has to`)
      else checked.set(request.id, { authority })
    }
  }
  return checked
}
