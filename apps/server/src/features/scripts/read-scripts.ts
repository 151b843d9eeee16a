import type { Script, ScriptId, ScriptInterpreter, ScriptSummary, ScriptVersion } from '@riposte/contract'
import type { Queryable, Row } from '../../platform/db/database.ts'

export interface VersionRow extends Row {
  version: number
  state: ScriptVersion['state']
  interpreter: ScriptInterpreter
  content: string
  sha256: string
  post_check: string | null
  destructive: boolean
  note: string
  author_id: string
  author_name: string
  authored_at: Date
  author_signature: unknown
  approver_id: string | null
  approver_name: string | null
  approved_at: Date | null
  approver_signature: unknown
}

interface SummaryRow extends Row {
  id: ScriptId
  name: string
  description: string
  retired_at: Date | null
  updated_at: Date
  version: number
  state: ScriptVersion['state']
  interpreter: ScriptInterpreter
  destructive: boolean
  runnable: number | null
  runs: string
}

const summaryQuery = `
  select s.id, s.name, s.description, s.retired_at, s.updated_at, v.version, v.state, v.interpreter, v.destructive,
         case when s.retired_at is null then (select max(version) from script_version where script_id = s.id and state = 'approved') end as runnable,
         (select count(*) from response where organisation_id = s.organisation_id and type = 'run_script' and parameters->>'scriptId' = s.id::text) as runs
  from script s join lateral (select * from script_version where script_id = s.id order by version desc limit 1) v on true
  where s.organisation_id = $1`

export async function readScripts(
  db: Queryable,
  organisationId: string,
  query: { text?: string | undefined; retired?: boolean | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: ScriptSummary[]; nextCursor: string | null }> {
  const rows = await db.query<SummaryRow>(
    `${summaryQuery} and ($2::text is null or s.name ilike $2 or s.description ilike $2) and (s.retired_at is not null) = $3
       and ($4::text is null or (lower(s.name), s.id::text) > (split_part($4, chr(10), 1), split_part($4, chr(10), 2)))
     order by lower(s.name), s.id limit $5`,
    [
      organisationId,
      query.text === undefined ? null : `%${query.text.replace(/[\\%_]/g, '\\$&')}%`,
      query.retired ?? false,
      query.cursor === undefined ? null : Buffer.from(query.cursor, 'base64url').toString('utf8').replaceAll('\0', ''),
      query.limit + 1,
    ],
  )
  const items = rows.slice(0, query.limit).map(toSummary)
  const last = items.at(-1)
  return {
    items,
    nextCursor:
      rows.length > query.limit && last
        ? Buffer.from(`${last.name.toLowerCase()}\n${last.id}`).toString('base64url')
        : null,
  }
}

/** @returns null when there is none in that organisation */
export async function readScript(db: Queryable, organisationId: string, scriptId: string): Promise<Script | null> {
  const [row] = await db.query<SummaryRow>(`${summaryQuery} and s.id = $2`, [organisationId, scriptId])
  if (!row) return null
  const versions = await db.query<VersionRow>(
    'select * from script_version where script_id = $1 order by version desc limit 500',
    [scriptId],
  )
  return { ...toSummary(row), versions: versions.map(toVersion) }
}

const toSummary = (row: SummaryRow): ScriptSummary => ({
  id: row.id,
  name: row.name,
  description: row.description,
  retired: row.retired_at !== null,
  latest: { version: row.version, state: row.state, interpreter: row.interpreter, destructive: row.destructive },
  runnable: row.runnable,
  updatedAt: row.updated_at.toISOString(),
  runs: Number(row.runs),
})

const toVersion = (row: VersionRow): ScriptVersion => ({
  version: row.version,
  state: row.state,
  interpreter: row.interpreter,
  content: row.content,
  sha256: row.sha256,
  postCheck: row.post_check,
  destructive: row.destructive,
  note: row.note,
  author: { id: row.author_id, name: row.author_name, at: row.authored_at.toISOString() },
  approver:
    row.approver_id === null
      ? null
      : { id: row.approver_id, name: row.approver_name ?? '', at: row.approved_at?.toISOString() ?? '' },
})
