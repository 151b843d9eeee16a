import * as z from 'zod'
import { DeviceId } from '../ids.ts'
import { list, member, page, Paging, Time, type RouteDefinition } from '../route.ts'
import { Capability, HostFacts, LiveQuery } from './command.ts'

/** `active`: may work. `held`: two hosts showed one identity; nothing is sent until a person decides. `retired`: its certificate counts no more. */
export const deviceStates = ['active', 'held', 'retired'] as const
export const DeviceState = z.enum(deviceStates)
export type DeviceState = z.infer<typeof DeviceState>

/** What a host is for. Automation leaves the last two alone unless told otherwise. */
export const deviceRoles = ['workstation', 'server', 'domain_controller'] as const
export const DeviceRole = z.enum(deviceRoles)

const Label = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^,\p{Cc}]+$/u, 'no commas or control characters')

export const DeviceSummary = z.object({
  id: DeviceId,
  name: z.string(),
  state: DeviceState,
  role: DeviceRole,
  online: z.boolean(),
  lastSeenAt: Time.nullable(),
  groups: z.array(z.string()),
  tags: z.array(z.string()),
  agentVersion: z.string().nullable(),
  /** False: newer agents are known to this server. */
  agentUpToDate: z.boolean(),
  os: z.string(),
  address: z.string().nullable(),
  /** Containments in force: response type ids. */
  containments: z.array(z.object({ responseId: z.uuid(), type: z.string(), state: z.string() })),
  openResponses: z.int(),
})
export type DeviceSummary = z.infer<typeof DeviceSummary>

export const Device = DeviceSummary.extend({
  enrolledAt: Time,
  enrolledBy: z.string(),
  facts: HostFacts.nullable(),
  capabilities: z.array(Capability),
  /** Milliseconds that its clock is ahead of ours. */
  clockSkewMs: z.number().nullable(),
  certificate: z.object({ fingerprint: z.string(), notAfter: Time }),
  /** Why it is held, and by what it was noticed. */
  held: z.object({ at: Time, why: z.string() }).nullable(),
  note: z.string(),
  connectedSince: Time.nullable(),
  connectedBy: z.enum(['websocket', 'long_poll']).nullable(),
})
export type Device = z.infer<typeof Device>

export const EnrolmentToken = z.object({
  id: z.uuid(),
  prefix: z.string(),
  note: z.string(),
  groups: z.array(z.string()),
  tags: z.array(z.string()),
  createdAt: Time,
  createdBy: z.string(),
  expiresAt: Time,
  usedAt: Time.nullable(),
  usedBy: DeviceId.nullable(),
})
export type EnrolmentToken = z.infer<typeof EnrolmentToken>

export const DeviceFilter = z.object({
  /** Looks in name, host name, addresses, id. */
  text: z.string().max(200).optional(),
  state: list(DeviceState).optional(),
  online: z.stringbool().optional(),
  group: list(z.string().max(64)).optional(),
  tag: list(z.string().max(64)).optional(),
  /** A response type that it must be able to do. */
  capability: z.string().max(64).optional(),
  contained: z.stringbool().optional(),
})
export type DeviceFilter = z.infer<typeof DeviceFilter>

const DeviceParams = z.object({ deviceId: DeviceId })

export const deviceApi = {
  listDevices: {
    method: 'GET',
    path: '/api/v1/devices',
    auth: member('read'),
    summary: 'Devices by name, with what holds them',
    query: DeviceFilter.extend(Paging.shape),
    response: page(DeviceSummary).extend({
      /** Of the whole filter, not of the page. */
      total: z.int(),
      online: z.int(),
      held: z.int(),
    }),
  },
  listDeviceLabels: {
    method: 'GET',
    path: '/api/v1/devices/labels',
    auth: member('read'),
    summary: 'Groups and tags in use, with how many devices have them',
    response: z.object({
      groups: z.array(z.object({ name: z.string(), devices: z.int() })),
      tags: z.array(z.object({ name: z.string(), devices: z.int() })),
      versions: z.array(z.object({ name: z.string(), devices: z.int() })),
    }),
  },
  getDevice: {
    method: 'GET',
    path: '/api/v1/devices/:deviceId',
    auth: member('read'),
    summary: 'One device',
    params: DeviceParams,
    response: Device,
  },
  updateDevice: {
    method: 'PATCH',
    path: '/api/v1/devices/:deviceId',
    auth: member('device.write'),
    summary: 'Name, role, groups, tags, note',
    params: DeviceParams,
    body: z.strictObject({
      name: z.string().trim().min(1).max(100).optional(),
      role: DeviceRole.optional(),
      groups: z.array(Label).max(50).optional(),
      tags: z.array(Label).max(50).optional(),
      note: z.string().max(2_000).optional(),
    }),
    response: Device,
  },
  retireDevice: {
    method: 'POST',
    path: '/api/v1/devices/:deviceId/retire',
    auth: member('device.write'),
    summary: 'End its certificate; what is open for it is cancelled',
    params: DeviceParams,
    body: z.strictObject({ reason: z.string().trim().min(3).max(500) }),
    response: Device,
  },
  releaseHold: {
    method: 'POST',
    path: '/api/v1/devices/:deviceId/release-hold',
    auth: member('device.write'),
    summary: 'The identity is in order again: the host that connects next keeps it',
    params: DeviceParams,
    body: z.strictObject({ reason: z.string().trim().min(3).max(500) }),
    response: Device,
  },
  createReleaseCode: {
    method: 'POST',
    path: '/api/v1/devices/:deviceId/release-code',
    auth: member('response.emergency'),
    summary: 'A code with which somebody at the host ends its isolation without the control plane: one device, one use',
    params: DeviceParams,
    body: z.strictObject({ reason: z.string().trim().min(3).max(500), hours: z.int().min(1).max(72).default(24) }),
    response: z.object({ code: z.string(), notAfter: Time }),
    status: 201,
  },
  readLive: {
    method: 'GET',
    path: '/api/v1/devices/:deviceId/live/:query',
    auth: member('response.submit'),
    summary: 'What the host says right now; 409 when it is offline',
    params: DeviceParams.extend({ query: LiveQuery }),
    response: z.object({ at: Time, rows: z.array(z.record(z.string(), z.unknown())) }),
  },
  listEnrolmentTokens: {
    method: 'GET',
    path: '/api/v1/enrolment-tokens',
    auth: member('device.write'),
    summary: 'Tokens that were made, without their secrets',
    response: z.object({ items: z.array(EnrolmentToken) }),
  },
  createEnrolmentToken: {
    method: 'POST',
    path: '/api/v1/enrolment-tokens',
    auth: member('device.write'),
    summary: 'A token for one device; it is shown once, with the command to type on the host',
    body: z.strictObject({
      note: z.string().max(200).default(''),
      groups: z.array(Label).max(50).default([]),
      tags: z.array(Label).max(50).default([]),
      hours: z.int().min(1).max(720).default(24),
    }),
    response: z.object({ token: z.string(), item: EnrolmentToken, command: z.string() }),
    status: 201,
  },
  revokeEnrolmentToken: {
    method: 'DELETE',
    path: '/api/v1/enrolment-tokens/:tokenId',
    auth: member('device.write'),
    summary: 'End a token that was not used',
    params: z.object({ tokenId: z.uuid() }),
  },
} as const satisfies Record<string, RouteDefinition>
