import type { deviceApi } from '@riposte/contract'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db/database.ts'
import type { LiveDevices } from '../../platform/device-link.ts'
import type { HandlersOf } from '../../platform/http/handler.ts'
import { Refusal } from '../../platform/http/refusal.ts'
import { createReleaseCode, releaseHold, retireDevice, updateDevice, type EndWork } from './change-devices.ts'
import { byMember } from '../audit/index.ts'
import { createToken, listTokens, revokeToken } from './enrolment-tokens.ts'
import { listDevices, listLabels, readDevice } from './read-devices.ts'
import type { ReleaseSecrets } from './release-secrets.ts'

export interface DeviceParts {
  readonly db: Database
  readonly clock: Clock
  readonly live: LiveDevices
  readonly secrets: ReleaseSecrets
  /** Of the authority: tokens carry it. */
  readonly pin: string
  readonly addresses: () => readonly { host: string; port: number }[]
  /** The newest agent that this server knows. */
  readonly newest: string
  readonly endWork: EndWork
}

export const deviceRoutes = (parts: DeviceParts): HandlersOf<typeof deviceApi> => {
  const { db, newest } = parts
  return {
    listDevices: ({ actor, query }) => listDevices(db, actor.organisationId, query, newest),
    listDeviceLabels: ({ actor }) => listLabels(db, actor.organisationId),
    getDevice: ({ actor, params }) => readDevice(db, actor.organisationId, params.deviceId, newest),
    updateDevice: async ({ actor, params, body }) => {
      await updateDevice(db, { actor, deviceId: params.deviceId }, body)
      return readDevice(db, actor.organisationId, params.deviceId, newest)
    },
    retireDevice: async ({ actor, params, body }) => {
      await retireDevice(parts, { actor, deviceId: params.deviceId }, body.reason)
      return readDevice(db, actor.organisationId, params.deviceId, newest)
    },
    releaseHold: async ({ actor, params, body }) => {
      await releaseHold(db, { actor, deviceId: params.deviceId }, body.reason)
      return readDevice(db, actor.organisationId, params.deviceId, newest)
    },
    createReleaseCode: ({ actor, params, body }) =>
      createReleaseCode(parts, { actor, deviceId: params.deviceId }, body),
    readLive: async ({ actor, params }) => {
      const device = await readDevice(db, actor.organisationId, params.deviceId, newest)
      if (device.state !== 'active') throw new Refusal('device.not_active', `This device is ${device.state}`)
      const { at, rows } = await parts.live.ask(params.deviceId, params.query)
      return { at: at.toISOString(), rows: [...rows] }
    },
    listEnrolmentTokens: ({ actor }) => listTokens(db, actor.organisationId),
    createEnrolmentToken: ({ actor, body }) => createToken(parts, byMember(actor), body),
    revokeEnrolmentToken: ({ actor, params }) => revokeToken(parts, actor, params.tokenId),
  }
}
