import type { Device, deviceApi, DeviceFilter } from '@riposte/contract'
import type { z } from 'zod'
import type { Queryable, Row } from '../../platform/db/database.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { isOnline } from '../channel/index.ts'
import { deviceColumns, summaryColumns, toDevice, toSummary, type DeviceRow, type SummaryRow } from './device-rows.ts'

type ListAnswer = z.input<(typeof deviceApi)['listDevices']['response']>
type LabelAnswer = z.input<(typeof deviceApi)['listDeviceLabels']['response']>
type Wish = DeviceFilter & { cursor?: string | undefined; limit: number }

/** One page by name, and what the whole filter holds. */
export async function listDevices(
  db: Queryable,
  organisationId: string,
  wish: Wish,
  newest: string,
): Promise<ListAnswer> {
  const { where, values } = conditions(organisationId, wish)
  const after = readCursor(wish.cursor)
  const [counts] = await db.query<Row & { total: number; online: number; held: number }>(
    `select count(*)::int as total, count(*) filter (where d.state = 'active' and ${isOnline})::int as online, count(*) filter (where d.state = 'held')::int as held
     from device d where ${where}`,
    values,
  )
  const at = values.length
  const rows = await db.query<SummaryRow & { sort_name: string }>(
    `select ${summaryColumns}, lower(d.name) as sort_name from device d
     where ${where} and ($${at + 1}::text is null or (lower(d.name), d.id) > ($${at + 1}, $${at + 2}::uuid))
     order by lower(d.name), d.id limit $${at + 3}`,
    [...values, after?.name ?? null, after?.id ?? null, wish.limit + 1],
  )
  const items = rows.slice(0, wish.limit)
  const last = rows.length > wish.limit ? items.at(-1) : undefined
  return {
    items: items.map((row) => toSummary(row, newest)),
    nextCursor: last ? Buffer.from(JSON.stringify([last.sort_name, last.id])).toString('base64url') : null,
    total: counts?.total ?? 0,
    online: counts?.online ?? 0,
    held: counts?.held ?? 0,
  }
}

/** Without a wish for states, retired devices are left out. */
function conditions(organisationId: string, wish: DeviceFilter): { where: string; values: unknown[] } {
  const values: unknown[] = []
  const where: string[] = []
  const add = (value: unknown, condition: (place: string) => string): void => {
    values.push(value)
    where.push(condition(`$${values.length}`))
  }
  add(organisationId, (place) => `d.organisation_id = ${place}`)
  add(wish.state ?? ['active', 'held'], (place) => `d.state = any(${place})`)
  if (wish.text !== undefined && wish.text.trim() !== '')
    add(
      wish.text.trim().toLowerCase(),
      (place) =>
        `(strpos(lower(d.name), ${place}) > 0 or strpos(lower(d.facts->>'hostname'), ${place}) > 0 or strpos(d.id::text, ${place}) > 0
          or exists (select from jsonb_array_elements_text(coalesce(d.facts->'addresses', '[]')) a where strpos(a, ${place}) > 0))`,
    )
  if (wish.online !== undefined) where.push(`(d.state = 'active' and ${isOnline}) = ${String(wish.online)}`)
  if (wish.group) add(wish.group, (place) => `d.groups && ${place}`)
  if (wish.tag) add(wish.tag, (place) => `d.tags && ${place}`)
  if (wish.capability !== undefined)
    add(JSON.stringify([{ type: wish.capability, available: true }]), (place) => `d.capabilities @> ${place}::jsonb`)
  if (wish.contained !== undefined)
    where.push(
      `exists (select from response r where r.device_id = d.id and r.containment in ('in_force', 'drifted')) = ${String(wish.contained)}`,
    )
  return { where: where.join(' and '), values }
}

const notOurs = (): Refusal =>
  new Refusal('request.invalid', undefined, { errors: [{ path: 'cursor', message: 'not a cursor of this list' }] })

function readCursor(cursor: string | undefined): { name: string; id: string } | null {
  if (cursor === undefined || cursor === '') return null
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw notOurs()
  }
  const [name, id] = Array.isArray(value) ? (value as unknown[]) : []
  if (typeof name !== 'string' || name.includes('\0') || typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id))
    throw notOurs()
  return { name, id }
}

export async function readDevice(
  db: Queryable,
  organisationId: string,
  deviceId: string,
  newest: string,
): Promise<z.input<typeof Device>> {
  const [row] = await db.query<DeviceRow>(
    `select ${deviceColumns} from device d where d.id = $1 and d.organisation_id = $2`,
    [deviceId, organisationId],
  )
  if (!row) throw new Refusal('device.not_found')
  return toDevice(row, newest)
}

export async function listLabels(db: Queryable, organisationId: string): Promise<LabelAnswer> {
  const count = (label: string) =>
    db.query<Row & { name: string; devices: number }>(
      `select name, count(*)::int as devices from (select ${label} as name from device where organisation_id = $1 and state <> 'retired') x
       where name is not null group by name order by lower(name), name limit 1000`,
      [organisationId],
    )
  const [groups, tags, versions] = await Promise.all(
    ['unnest(groups)', 'unnest(tags)', 'agent_version'].map((label) => count(label)),
  )
  return { groups: groups ?? [], tags: tags ?? [], versions: versions ?? [] }
}
