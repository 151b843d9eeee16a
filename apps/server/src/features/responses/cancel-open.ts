import type { Transaction } from '../../platform/db/database.ts'
import { bySystem, Change } from './change.ts'
import { moveResponses } from './move-responses.ts'
import type { ResponseRow } from './rows.ts'

interface Why {
  readonly organisationId: string
  readonly now: Date
  readonly detail: string
}

/** In the transaction that retires a device: nothing of it waits any more, and of what it had begun nobody will hear. */
export async function cancelOpenOf(tx: Transaction, deviceId: string, why: Why): Promise<number> {
  const change = new Change(tx, why.now, bySystem(why.organisationId))
  const rows = await tx.query<ResponseRow>(
    `select * from response where device_id = $1 and status in ('pending_approval', 'queued', 'executing') order by id for update`,
    [deviceId],
  )
  const withdrawn = await moveResponses(
    change,
    'withdraw',
    rows.map(({ id }) => id),
    { detail: why.detail },
  )
  await moveResponses(
    change,
    'fail',
    rows.map(({ id }) => id).filter((id) => !withdrawn.some((row) => row.id === id)),
    { reason: 'unknown', detail: `The agent had it when this happened: ${why.detail}` },
  )
  await tx.query('update device_command set acknowledged_at = $2 where device_id = $1 and acknowledged_at is null', [
    deviceId,
    why.now,
  ])
  await change.finish()
  return rows.length
}

/** Runs of a script that no agent has yet, when an edit or the end of the script voids them. @returns how many */
export async function voidScriptRuns(tx: Transaction, scriptId: string, why: Why): Promise<number> {
  const change = new Change(tx, why.now, bySystem(why.organisationId))
  const rows = await tx.query<ResponseRow>(
    `select * from response where organisation_id = $1 and type = 'run_script' and parameters->>'scriptId' = $2
       and status in ('pending_approval', 'queued') order by id for update`,
    [why.organisationId, scriptId],
  )
  const withdrawn = await moveResponses(
    change,
    'supersede',
    rows.map(({ id }) => id),
    { detail: why.detail },
  )
  await change.finish()
  return withdrawn.length
}
