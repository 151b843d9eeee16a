import type { Person, PersonAccount, PersonFilter, PersonId, PersonSource, PersonSummary } from '@riposte/contract'
import type { Row } from '../../platform/db/database.ts'

export interface PersonRow extends Row {
  id: string
  organisation_id: string
  name: string
  email: string
  user_name: string | null
  department: string | null
  manager: string | null
  external_id: string | null
  source: PersonSource
  connector_id: string | null
  active: boolean
  password_reset_at: Date | null
  password_reset_by: string | null
  password_reset_response: string | null
  password_changed_at: Date | null
  scim: Record<string, unknown>
  version: number
  created_at: Date
  updated_at: Date
}

export interface AccountRow extends Row {
  id: string
  kind: PersonAccount['kind']
  device_id: string | null
  connector_id: string | null
  place: string | null
  name: string
}

export const toSummary = (row: PersonRow): PersonSummary => ({
  id: row.id as PersonId,
  name: row.name,
  email: row.email,
  userName: row.user_name,
  department: row.department,
  manager: row.manager,
  source: row.source,
  active: row.active,
  passwordReset:
    row.password_reset_at === null
      ? null
      : {
          at: row.password_reset_at.toISOString(),
          by: row.password_reset_by ?? '',
          responseId: row.password_reset_response,
        },
  passwordChangedAt: row.password_changed_at?.toISOString() ?? null,
  updatedAt: row.updated_at.toISOString(),
})

export const toAccount = (row: AccountRow): PersonAccount => ({
  id: row.id,
  kind: row.kind,
  deviceId: row.device_id as PersonAccount['deviceId'],
  connectorId: row.connector_id,
  where: row.place ?? '',
  name: row.name,
})

export const toPerson = (row: PersonRow, more: Pick<Person, 'accounts' | 'resets' | 'notifications'>): Person => ({
  ...toSummary(row),
  externalId: row.external_id,
  createdAt: row.created_at.toISOString(),
  ...more,
})

/** A filter as a condition over `person`; values are appended to `values`. */
export function whereOf(organisationId: string, filter: PersonFilter, values: unknown[]): string {
  const bind = (value: unknown): string => `$${values.push(value)}`
  const parts = [`organisation_id = ${bind(organisationId)}`]
  if (filter.text !== undefined && filter.text !== '')
    parts.push(
      `strpos(lower(concat_ws(' ', name, email, user_name, department, external_id)), lower(${bind(filter.text)})) > 0`,
    )
  if (filter.source) parts.push(`source = any(${bind(filter.source)})`)
  if (filter.flagged !== undefined)
    parts.push(filter.flagged ? 'password_reset_at is not null' : 'password_reset_at is null')
  if (filter.active !== undefined) parts.push(`active = ${bind(filter.active)}`)
  return parts.join(' and ')
}
