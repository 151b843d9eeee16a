import type { Database } from '../../platform/db/database.ts'
import type { DeviceActor } from '../../platform/device-link.ts'
import { record } from '../audit/index.ts'

/** Two hosts showed one identity: neither is sent anything until a person decides. */
export async function holdDevice(db: Database, device: DeviceActor, why: string): Promise<void> {
  await db.transaction(async (tx) => {
    const held = await tx.query(
      `update device set state = 'held', held_at = now(), held_why = $2, connected_server = null, connected_at = null, connected_by = null
       where id = $1 and state = 'active' returning id`,
      [device.deviceId, why],
    )
    if (held.length === 0) return
    await record(tx, {
      organisationId: device.organisationId,
      actor: { kind: 'system', id: null, name: 'Riposte' },
      action: 'device.held',
      subject: { kind: 'device', id: device.deviceId },
      details: { name: device.name, why },
    })
    await tx.notify({
      kind: 'devices_ended',
      deviceIds: [device.deviceId],
      code: 'device.held',
      detail: 'Two hosts showed this identity; nothing is sent until a person has released the hold in the console',
    })
    await tx.notify({ kind: 'devices', organisationId: device.organisationId, ids: [device.deviceId] })
  })
}
