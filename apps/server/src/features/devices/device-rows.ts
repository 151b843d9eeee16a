import type { Capability, Device, DeviceSummary, HostFacts } from '@riposte/contract'
import type { z } from 'zod'
import type { Row } from '../../platform/db/database.ts'
import { isOnline } from '../channel/index.ts'

export interface SummaryRow extends Row {
  id: string
  name: string
  state: 'active' | 'held' | 'retired'
  role: 'workstation' | 'server' | 'domain_controller'
  online: boolean
  last_seen_at: Date | null
  groups: string[]
  tags: string[]
  agent_version: string | null
  facts: HostFacts | null
  containments: { responseId: string; type: string; state: string }[]
  open_responses: number
}

export interface DeviceRow extends SummaryRow {
  enrolled_at: Date
  enrolled_by: string
  capabilities: Capability[]
  clock_skew_ms: number | null
  certificate_fingerprint: string
  certificate_not_after: Date
  held_at: Date | null
  held_why: string | null
  note: string
  connected_at: Date | null
  connected_by: 'websocket' | 'long_poll' | null
}

/** Columns of a summary, of a device `d`. */
export const summaryColumns = `d.id, d.name, d.state, d.role, (d.state = 'active' and ${isOnline}) as online, d.last_seen_at, d.groups, d.tags, d.agent_version, d.facts,
  coalesce((select jsonb_agg(jsonb_build_object('responseId', r.id, 'type', r.type, 'state', r.containment) order by r.id)
    from response r where r.device_id = d.id and r.containment in ('in_force', 'drifted')), '[]') as containments,
  (select count(*)::int from response r where r.device_id = d.id and r.status in ('pending_approval', 'queued', 'executing')) as open_responses`

export const deviceColumns = `${summaryColumns}, d.enrolled_at, d.enrolled_by, d.capabilities, d.clock_skew_ms, d.certificate_fingerprint, d.certificate_not_after,
  d.held_at, d.held_why, d.note, d.connected_at, d.connected_by`

export const toSummary = (row: SummaryRow, newest: string): z.input<typeof DeviceSummary> => ({
  id: row.id,
  name: row.name,
  state: row.state,
  role: row.role,
  online: row.online,
  lastSeenAt: row.last_seen_at?.toISOString() ?? null,
  groups: row.groups,
  tags: row.tags,
  agentVersion: row.agent_version,
  agentUpToDate: row.agent_version === null || !isOlder(row.agent_version, newest),
  os: row.facts?.os.name ?? '',
  address: row.facts?.addresses[0] ?? null,
  containments: row.containments,
  openResponses: row.open_responses,
})

export const toDevice = (row: DeviceRow, newest: string): z.input<typeof Device> => ({
  ...toSummary(row, newest),
  enrolledAt: row.enrolled_at.toISOString(),
  enrolledBy: row.enrolled_by,
  facts: row.facts,
  capabilities: row.capabilities,
  clockSkewMs: row.clock_skew_ms,
  certificate: { fingerprint: row.certificate_fingerprint, notAfter: row.certificate_not_after.toISOString() },
  held: row.held_at === null ? null : { at: row.held_at.toISOString(), why: row.held_why ?? '' },
  note: row.note,
  connectedSince: row.online ? (row.connected_at?.toISOString() ?? null) : null,
  connectedBy: row.online ? row.connected_by : null,
})

/** By the three numbers of a version; what has none is nobody's elder. */
export function isOlder(version: string, than: string): boolean {
  const [own, other] = [version, than].map((text) =>
    /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})/.exec(text)?.slice(1).map(Number),
  )
  if (!own || !other) return false
  for (const [at, number] of own.entries()) if (number !== other[at]) return number < (other[at] ?? 0)
  return false
}
