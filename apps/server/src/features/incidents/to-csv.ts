const columns = [
  'id',
  'at',
  'count',
  'severity',
  'protection',
  'confidence',
  'environment',
  'actions',
  'method',
  'route',
  'path',
  'ip',
  'state',
] as const
type Column = (typeof columns)[number]

/** RFC 4180. A cell that a spreadsheet would take for a formula gets a quote in front. */
export function toCsv(rows: readonly Record<Column, unknown>[]): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','))
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`
}

function cell(value: unknown): string {
  const text =
    value === null || value === undefined ? '' : Array.isArray(value) ? value.join(' ') : `${value as string | number}`
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
