import type { deviceApi } from '@riposte/contract'
import { formatReleaseCode, releaseCodeCovers, releaseCodeStepMs, releaseTagDigits } from '@riposte/contract'
import { createHmac, randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import type { Database, Row, Transaction } from '../../platform/db/database.ts'
import type { MemberActor } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { byMember, record } from '../audit/index.ts'
import type { ReleaseSecrets } from './release-secrets.ts'

interface LockedRow extends Row {
  id: string
  name: string
  state: 'active' | 'held' | 'retired'
  role: string
  groups: string[]
  tags: string[]
  note: string
}

export interface DeviceChange {
  readonly actor: MemberActor
  readonly deviceId: string
}

/** What else ends with a device, in the same transaction: responses that are open for it. */
export type EndWork = (
  tx: Transaction,
  end: DeviceChange & { readonly now: Date; readonly reason: string },
) => Promise<void>

/** One change of one device, its audit entry and its wake-up, in one transaction. */
function changeDevice(
  db: Database,
  change: DeviceChange,
  edit: (tx: Transaction, device: LockedRow) => Promise<{ action: string; details: Record<string, unknown> }>,
): Promise<void> {
  const { actor, deviceId } = change
  return db.transaction(async (tx) => {
    const [device] = await tx.query<LockedRow>(
      'select id, name, state, role, groups, tags, note from device where id = $1 and organisation_id = $2 for no key update',
      [deviceId, actor.organisationId],
    )
    if (!device) throw new Refusal('device.not_found')
    const { action, details } = await edit(tx, device)
    await record(tx, {
      ...byMember(actor),
      action,
      subject: { kind: 'device', id: deviceId },
      details: { name: device.name, ...details },
    })
    await tx.notify({ kind: 'devices', organisationId: actor.organisationId, ids: [deviceId] })
  })
}

type Edit = z.output<(typeof deviceApi)['updateDevice']['body']>

export const updateDevice = (db: Database, change: DeviceChange, edit: Edit): Promise<void> =>
  changeDevice(db, change, async (tx, device) => {
    const wanted = {
      name: edit.name ?? device.name,
      role: edit.role ?? device.role,
      groups: edit.groups ? sorted(edit.groups) : device.groups,
      tags: edit.tags ? sorted(edit.tags) : device.tags,
      note: edit.note ?? device.note,
    }
    await tx.query('update device set name = $2, role = $3, groups = $4, tags = $5, note = $6 where id = $1', [
      device.id,
      wanted.name,
      wanted.role,
      wanted.groups,
      wanted.tags,
      wanted.note,
    ])
    const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).filter(
      (key) => JSON.stringify(wanted[key]) !== JSON.stringify(device[key]),
    )
    const pick = (from: Record<keyof typeof wanted, unknown>) =>
      Object.fromEntries(changed.map((key) => [key, from[key]]))
    return { action: 'device.updated', details: { before: pick(device), after: pick(wanted) } }
  })

const sorted = (labels: readonly string[]): string[] => [...new Set(labels)].sort()

/** Its certificate counts no more from here on; what is open for it ends. */
export const retireDevice = (
  parts: { db: Database; clock: Clock; endWork: EndWork },
  change: DeviceChange,
  reason: string,
): Promise<void> =>
  changeDevice(parts.db, change, async (tx, device) => {
    if (device.state === 'retired') throw new Refusal('device.not_active', 'This device is retired already')
    const now = parts.clock()
    await tx.query(
      `update device set state = 'retired', retired_at = $2, held_at = null, held_why = null, connected_server = null, connected_at = null, connected_by = null where id = $1`,
      [device.id, now],
    )
    await parts.endWork(tx, { ...change, now, reason })
    await tx.notify({
      kind: 'devices_ended',
      deviceIds: [device.id],
      code: 'device.retired',
      detail: 'This device was retired; enrol it anew to use it again',
    })
    return { action: 'device.retired', details: { reason } }
  })

/** Whoever connects next is the one: what was known of earlier runs is forgotten. */
export const releaseHold = (db: Database, change: DeviceChange, reason: string): Promise<void> =>
  changeDevice(db, change, async (tx, device) => {
    if (device.state !== 'held') throw new Refusal('device.not_active', `This device is ${device.state}, not held`)
    await tx.query(
      `update device set state = 'active', held_at = null, held_why = null, last_run_id = null, last_machine_id = null, hello_confirmed = 0 where id = $1`,
      [device.id],
    )
    return { action: 'device.hold_released', details: { reason } }
  })

/** Made from the device's own release secret; nothing of it is stored but that it was made. */
export async function createReleaseCode(
  parts: { db: Database; clock: Clock; secrets: ReleaseSecrets },
  change: DeviceChange,
  wish: { reason: string; hours: number },
): Promise<{ code: string; notAfter: string }> {
  const step = releaseCodeStepMs
  const notAfter = Math.floor((parts.clock().getTime() + wish.hours * 3_600_000) / step) * step
  const nonce = randomBytes(5).toString('hex')
  const tag = createHmac('sha256', parts.secrets.of(change.deviceId))
    .update(releaseCodeCovers(change.deviceId, { notAfter, nonce }))
    .digest('hex')
    .slice(0, releaseTagDigits)
  await changeDevice(parts.db, change, (_tx, device) => {
    if (device.state === 'retired') throw new Refusal('device.not_active', 'This device is retired')
    const details = { reason: wish.reason, notAfter: new Date(notAfter).toISOString(), nonce }
    return Promise.resolve({ action: 'device.release_code_created', details })
  })
  return { code: formatReleaseCode({ notAfter, nonce, tag }), notAfter: new Date(notAfter).toISOString() }
}
