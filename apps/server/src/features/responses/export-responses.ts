import type { ResponseFilter, ResponseSummary } from '@riposte/contract'
import { Readable } from 'node:stream'
import type { Database } from '../../platform/db/database.ts'
import { readHistory, toSummary } from './read-responses.ts'

const rowsAtOnce = 1_000

const columns: readonly (readonly [string, (row: ResponseSummary) => string | null | undefined])[] = [
  ['id', (row) => row.id],
  ['request', (row) => row.requestId],
  ['type', (row) => row.type],
  ['action', (row) => row.sentence],
  ['target_kind', (row) => row.target.kind],
  ['target_id', (row) => row.target.id],
  ['target', (row) => row.target.name],
  ['status', (row) => row.status],
  ['reason', (row) => row.reason],
  ['detail', (row) => row.detail],
  ['submitted_by', (row) => row.submittedBy.name],
  ['submitted_at', (row) => row.submittedAt],
  ['approved_by', (row) => row.approvedBy.map(({ name }) => name).join('; ')],
  ['approved_at', (row) => row.approvedAt],
  ['queued_at', (row) => row.queuedAt],
  ['started_at', (row) => row.startedAt],
  ['finished_at', (row) => row.finishedAt],
  ['verification', (row) => row.verification?.state],
  ['verified_at', (row) => row.verification?.at],
  ['containment', (row) => row.containment?.state],
  ['trigger_kind', (row) => row.trigger?.kind],
  ['trigger', (row) => row.trigger?.title],
  ['emergency', (row) => (row.emergency ? 'yes' : 'no')],
  ['undo_of', (row) => row.undoOf],
  ['undone_by', (row) => row.undoneBy],
]

interface Wish {
  readonly organisationId: string
  readonly filter: ResponseFilter
  readonly format: 'csv' | 'json'
}

/** All of it, however much that is: read and written page by page. */
export const exportResponses = (db: Database, wish: Wish): Readable => Readable.from(write(db, wish))

async function* write(db: Database, wish: Wish): AsyncGenerator<string> {
  yield wish.format === 'csv' ? `${columns.map(([name]) => name).join(',')}\r\n` : '[\n'
  let cursor: string | undefined
  let first = true
  do {
    const page = await readHistory(db, { ...wish, cursor, limit: rowsAtOnce })
    for (const row of page.rows.map(toSummary)) {
      if (wish.format === 'csv') yield `${columns.map(([, read]) => cell(read(row))).join(',')}\r\n`
      else yield `${first ? '' : ',\n'}${JSON.stringify(row)}`
      first = false
    }
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  if (wish.format === 'json') yield '\n]\n'
}

/** RFC 4180. A cell that a spreadsheet would take for a formula gets a quote in front. */
function cell(value: string | null | undefined): string {
  const text = value ?? ''
  const safe = /^[\s]*[=+\-@]/.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
