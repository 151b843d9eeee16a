import type { PersonSummary } from '@riposte/contract'
import { csvColumns, type CsvColumn } from './read-people-csv.ts'

type Exported = Pick<PersonSummary, 'name' | 'email' | 'userName' | 'department' | 'manager' | 'active'> & {
  readonly externalId: string | null
}

const cells: { readonly [Column in CsvColumn]: (person: Exported) => string } = {
  name: ({ name }) => name,
  email: ({ email }) => email,
  user_name: ({ userName }) => userName ?? '',
  department: ({ department }) => department ?? '',
  manager: ({ manager }) => manager ?? '',
  external_id: ({ externalId }) => externalId ?? '',
  active: ({ active }) => String(active),
}

/** RFC 4180, as the import reads it. A cell that a spreadsheet would take for a formula gets a quote in front. */
export const writePeopleCsv = (people: readonly Exported[]): string =>
  [
    csvColumns.join(','),
    ...people.map((person) => csvColumns.map((column) => cell(cells[column](person))).join(',')),
    '',
  ].join('\r\n')

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",;\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
