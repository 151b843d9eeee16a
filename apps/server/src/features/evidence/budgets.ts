import { EvidenceBudgets, standardEvidenceBudgets } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'

const mebibyte = 1_048_576
export const settingKey = 'evidence'

export interface Budgets {
  readonly budgets: EvidenceBudgets
  readonly updatedAt: Date | null
  readonly updatedBy: string | null
}

export async function readBudgets(db: Queryable, organisationId: string): Promise<Budgets> {
  const [row] = await db.query<Row & { value: unknown; updated_at: Date; updated_by: string }>(
    'select value, updated_at, updated_by from organisation_setting where organisation_id = $1 and key = $2',
    [organisationId, settingKey],
  )
  const stored = EvidenceBudgets.safeParse(row?.value)
  return {
    budgets: stored.success ? stored.data : standardEvidenceBudgets,
    updatedAt: row?.updated_at ?? null,
    updatedBy: row?.updated_by ?? null,
  }
}

export interface Usage {
  readonly fleet: number
  readonly device: number
  readonly count: number
}

/** Bytes that are stored or announced. `except`: an archive that is being replaced. */
export async function readUsage(
  db: Queryable,
  organisationId: string,
  deviceId: string | null,
  except: string | null = null,
): Promise<Usage> {
  const [row] = await db.query<Row & { fleet: string; device: string; count: string }>(
    `select coalesce(sum(bytes), 0) as fleet, coalesce(sum(bytes) filter (where device_id = $2), 0) as device, count(*) as count
     from evidence where organisation_id = $1 and state in ('uploading', 'checking', 'stored') and ($3::uuid is null or id <> $3)`,
    [organisationId, deviceId, except],
  )
  return { fleet: Number(row?.fleet ?? 0), device: Number(row?.device ?? 0), count: Number(row?.count ?? 0) }
}

/** Bytes that one more collection may bring: the least of what was asked for and what is left of each budget. */
export const remaining = (budgets: EvidenceBudgets, usage: Usage, askedMb: number): number =>
  Math.max(
    0,
    Math.min(
      askedMb * mebibyte,
      budgets.actionMb * mebibyte,
      budgets.deviceMb * mebibyte - usage.device,
      budgets.fleetMb * mebibyte - usage.fleet,
    ),
  )
