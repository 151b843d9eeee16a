import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Database, Row } from '../../platform/db/database.ts'
import type { DeviceActor } from '../../platform/device-link.ts'
import type { Gatekeeper } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'

interface DeviceRow extends Row {
  id: string
  organisation_id: string
  name: string
  state: 'active' | 'held' | 'retired'
}

export interface KnownDevice {
  readonly actor: DeviceActor
  readonly state: DeviceRow['state']
}

const keys = new WeakMap<Socket, Buffer | null>()

/** The key (SPKI DER) of the certificate that our authority issued and that the other end has shown to hold; null without one. */
function keyOf(socket: Socket): Buffer | null {
  const known = keys.get(socket)
  if (known !== undefined) return known
  const certificate = socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined
  const key = certificate?.publicKey.export({ type: 'spki', format: 'der' }) ?? null
  keys.set(socket, key)
  return key
}

/** Who is at the other end of a connection to the agents' listener. Asked anew each time: a retired device counts no more. */
export async function identify(db: Database, socket: Socket): Promise<KnownDevice | null> {
  const key = keyOf(socket)
  if (key === null) return null
  const [row] = await db.query<DeviceRow>('select id, organisation_id, name, state from device where public_key = $1', [
    key,
  ])
  if (!row) return null
  return {
    actor: { kind: 'device', deviceId: row.id, organisationId: row.organisation_id, name: row.name },
    state: row.state,
  }
}

/** On the agents' listener a certificate is all that counts: no token of a member, app or provider does. */
export function createDeviceGatekeeper(db: Database): Gatekeeper {
  const refuse = (): Promise<never> => Promise.reject(new Refusal('auth.required'))
  return {
    member: refuse,
    project: refuse,
    directory: refuse,
    device: async (request) => {
      const known = await identify(db, request.raw.socket)
      if (!known) throw new Refusal('auth.required', 'A certificate of a device of this control plane is needed')
      if (known.state !== 'active') throw new Refusal('device.not_active', `This device is ${known.state}`)
      return known.actor
    },
  }
}
