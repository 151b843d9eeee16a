import type { ActionId, IncidentFilter, IncidentReport, IncidentState, Severity } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'
import { isIP } from 'node:net'
import { Refusal } from '../../platform/http/refusal.ts'

export interface SummaryRow extends Row {
  id: string
  project_id: string
  instance_id: string
  at: Date
  received_at: Date
  sort_at: Date
  count: number
  protection: string
  severity: Severity
  confidence: number
  environment: IncidentReport['environment']
  actions: ActionId[]
  would_have: ActionId[]
  method: string | null
  route: string | null
  path: string | null
  ip: string | null
  state: IncidentState
}

export const summaryColumns =
  'id, project_id, instance_id, at, received_at, sort_at, count, protection, severity, confidence, environment, actions, would_have, method, route, path, host(ip) as ip, state'

export const toSummary = (row: SummaryRow) => ({
  id: row.id,
  projectId: row.project_id,
  instanceId: row.instance_id,
  at: row.at.toISOString(),
  receivedAt: row.received_at.toISOString(),
  count: row.count,
  protection: row.protection,
  severity: row.severity,
  confidence: row.confidence,
  environment: row.environment,
  actions: row.actions,
  wouldHave: row.would_have,
  method: row.method,
  route: row.route,
  path: row.path,
  ip: row.ip,
  state: row.state,
})

export interface Page {
  readonly projectId: string
  readonly filter?: IncidentFilter
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Newest first, by the app's clock but never ahead of ours. The cursor is the last row's place, so that new rows shift nothing. */
export async function readSummaries(db: Queryable, page: Page) {
  const { where, values } = conditions(page.projectId, page.filter ?? {})
  const after = page.cursor ? decodeCursor(page.cursor) : null
  if (after) {
    values.push(after.at, after.id)
    where.push(`(sort_at, id) < ($${values.length - 1}, $${values.length})`)
  }
  values.push(page.limit + 1)
  // Microseconds would be lost in a Date.
  const rows = await db.query<SummaryRow & { place: string }>(
    `select ${summaryColumns}, to_char(sort_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place
     from incident where ${where.join(' and ')} order by sort_at desc, id desc limit $${values.length}`,
    values,
  )
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  return {
    items: shown.map(toSummary),
    nextCursor: rows.length > page.limit && last ? encodeCursor(last.place, last.id) : null,
  }
}

export function conditions(projectId: string, filter: IncidentFilter): { where: string[]; values: unknown[] } {
  const where = ['project_id = $1']
  const values: unknown[] = [projectId]
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined || value === '') return
    values.push(value)
    where.push(condition(`$${values.length}`))
  }
  add(filter.from, (p) => `sort_at >= ${p}`)
  add(filter.to, (p) => `sort_at < ${p}`)
  add(filter.severity, (p) => `severity = any(${p})`)
  add(filter.protection, (p) => `protection = any(${p})`)
  add(filter.action, (p) => `actions && ${p}::text[]`)
  add(filter.state, (p) => `state = any(${p})`)
  add(filter.address === undefined ? undefined : readNetwork(filter.address), (p) => `ip <<= ${p}::inet`)
  add(filter.route, (p) => `strpos(coalesce(route, path, ''), ${p}) > 0`)
  add(filter.notRoute, (p) => `strpos(coalesce(route, path, ''), ${p}) = 0`)
  add(
    filter.text,
    (p) =>
      `strpos(lower(concat_ws(' ', id::text, path, report->>'reason', report->'input'->>'value', report->'operation'->>'text')), lower(${p})) > 0`,
  )
  return { where, values }
}

function readNetwork(text: string): string {
  const [address = '', bits] = text.split('/')
  const family = isIP(address)
  const size = bits === undefined ? 0 : Number(bits)
  if (family === 0 || !Number.isInteger(size) || size < 0 || size > (family === 4 ? 32 : 128)) {
    throw new Refusal('request.invalid', undefined, {
      errors: [
        {
          path: 'address',
          message: 'not an address or network',
          given: text,
          allowed: '203.0.113.7 or 203.0.113.0/24',
        },
      ],
    })
  }
  return text
}

const encodeCursor = (place: string, id: string): string => Buffer.from(`${place} ${id}`).toString('base64url')

function decodeCursor(cursor: string): { at: string; id: string } {
  const match = /^(\d{4}-[\d:.T-]+Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(
    Buffer.from(cursor, 'base64url').toString(),
  )
  if (!match || Number.isNaN(Date.parse(match[1] as string)))
    throw new Refusal('request.invalid', undefined, {
      errors: [{ path: 'cursor', message: 'not a cursor of this list' }],
    })
  return { at: match[1] as string, id: match[2] as string }
}
