import { specOf } from './prepare.ts'
import { newId } from '../../platform/crypto/secrets.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import type { Change } from './change.ts'
import { undoIsOpen } from './read-response.ts'
import type { ResponseParts } from './parts.ts'
import type { ResponseRow } from './rows.ts'
import { submit, type Submitted } from './submit.ts'
import { whatMayBeDone } from './what-may-be-done.ts'
import type { DeviceId, ResponseStatus } from '@riposte/contract'

/** Asks for what takes a response back, under the policy of releases; automation leaves the target alone for a while. */
export async function undoResponse(
  parts: ResponseParts,
  actor: MemberActor,
  responseId: string,
  wish: { readonly justification: string; readonly suppressMinutes: number },
): Promise<Submitted> {
  const [row] = await parts.db.query<ResponseRow & { undo_status: ResponseStatus | null }>(
    'select r.*, u.status as undo_status from response r left join response u on u.id = r.undone_by where r.id = $1 and r.organisation_id = $2',
    [responseId, actor.organisationId],
  )
  if (!row) throw new Refusal('response.not_found')
  const { undo } = whatMayBeDone(row, undoIsOpen(row.undo_status), actor)
  const spec = specOf(row.type)
  if (!undo.allowed || spec.undo.type === null || !spec.undoParameters || row.device_id === null)
    throw new Refusal('response.not_possible', undo.why ?? 'Nothing takes that back')
  return submit(
    parts,
    actor,
    {
      type: spec.undo.type,
      deviceIds: [row.device_id as DeviceId],
      personIds: [],
      parameters: spec.undoParameters({ responseId: row.id, parameters: row.parameters }),
      justification: wish.justification,
      trigger: { kind: 'other', id: row.id, title: `Undo of ${spec.title}` },
      emergency: null,
    },
    { undoOf: row.id, also: (change) => suppress(change, actor, row, wish) },
  )
}

async function suppress(
  change: Change,
  actor: MemberActor,
  row: ResponseRow,
  wish: { readonly justification: string; readonly suppressMinutes: number },
): Promise<void> {
  if (wish.suppressMinutes <= 0) return
  const id = newId()
  const until = new Date(change.now.getTime() + wish.suppressMinutes * 60_000)
  await change.tx.query(
    `insert into suppression (id, organisation_id, type, target, subject, reason, until, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, row.organisation_id, row.type, row.device_id, row.subject, wish.justification, until, actor.name, change.now],
  )
  change.audit({
    action: 'suppression.made',
    subject: { kind: 'suppression', id },
    details: { type: row.type, target: row.target_name, subject: row.subject, until: until.toISOString() },
  })
}
