import type { Capability, HostFacts } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'
import type { ResponseParts } from './parts.ts'
import type { Objection, Target } from './target-policy.ts'

interface DeviceRow extends Row {
  id: string
  name: string
  state: 'active' | 'held' | 'retired'
  facts: HostFacts | null
  capabilities: Capability[]
}

export interface Found {
  readonly targets: readonly Target[]
  readonly missing: readonly (Objection & { readonly targetId: string; readonly name: string })[]
}

/** Reads the targets that were named, each once, in the order of their ids. */
export async function findTargets(
  parts: ResponseParts,
  db: Queryable,
  organisationId: string,
  named: { readonly deviceIds: readonly string[]; readonly personIds: readonly string[] },
): Promise<Found> {
  const deviceIds = [...new Set(named.deviceIds)].sort()
  const personIds = [...new Set(named.personIds)].sort()
  const rows =
    deviceIds.length === 0
      ? []
      : await db.query<DeviceRow>(
          'select id, name, state, facts, capabilities from device where organisation_id = $1 and id = any($2) order by id',
          [organisationId, deviceIds],
        )
  const people =
    personIds.length === 0 ? new Map<string, string>() : await parts.findPeople?.(organisationId, personIds)
  const known = new Set(rows.map(({ id }) => id))
  return {
    targets: [
      ...rows.map((row) => ({ kind: 'device' as const, ...row })),
      ...personIds.flatMap((id) => {
        const name = people?.get(id)
        return name === undefined ? [] : [{ kind: 'person' as const, id, name }]
      }),
    ],
    missing: [
      ...deviceIds
        .filter((id) => !known.has(id))
        .map((id) => ({ targetId: id, name: id, code: 'device.not_found', message: `There is no device ${id}` })),
      ...personIds
        .filter((id) => people?.get(id) === undefined)
        .map((id) => ({ targetId: id, name: id, code: 'person.not_found', message: `There is no person ${id}` })),
    ],
  }
}

/** How targets are written where people consent to them. */
export const targetKey = (target: Pick<Target, 'kind' | 'id'>): string =>
  target.kind === 'device' ? target.id : `person:${target.id}`
