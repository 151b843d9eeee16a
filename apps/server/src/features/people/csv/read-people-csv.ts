import { maxPeopleCsvRows, PersonEmail, type CsvError } from '@riposte/contract'
import { parse } from 'csv-parse/sync'
import { isUtf8 } from 'node:buffer'

export const csvColumns = ['name', 'email', 'user_name', 'department', 'manager', 'external_id', 'active'] as const
export type CsvColumn = (typeof csvColumns)[number]

/** One good line. A column that the file lacks is undefined: the person keeps what is there. */
export interface CsvPerson {
  readonly line: number
  readonly name: string
  readonly email: string
  readonly user_name?: string | null
  readonly department?: string | null
  readonly manager?: string | null
  readonly external_id?: string | null
  readonly active?: boolean
}

export interface CsvContent {
  readonly people: readonly CsvPerson[]
  /** Lines after the header, with those that have errors. */
  readonly rows: number
  readonly errors: readonly CsvError[]
}

const spellings: Readonly<Record<string, CsvColumn>> = {
  display_name: 'name',
  full_name: 'name',
  e_mail: 'email',
  mail: 'email',
  email_address: 'email',
  username: 'user_name',
  login: 'user_name',
  externalid: 'external_id',
}
const longestValue = 200
const longestRecord = 20_000
const mostColumns = 50

interface CsvRecord {
  readonly record: string[]
  readonly info: { readonly lines: number }
}

/** People in the bytes of a CSV file (RFC 4180; comma, semicolon or tab), and all that is wrong with it. Linear in its size. */
export function readPeopleCsv(bytes: Buffer): CsvContent {
  const whole = (code: CsvError['code'], message: string, allowed: string): CsvContent => ({
    people: [],
    rows: 0,
    errors: [{ line: 1, column: null, code, message, allowed }],
  })
  if (!isUtf8(bytes)) return whole('not_utf8', 'The file is not UTF-8', 'a CSV file saved as UTF-8')
  const errors: CsvError[] = []
  const records = parseRecords(bytes, errors)
  const header = records.shift()
  const columns = readHeader(header?.record ?? [], errors)
  if (!columns) return { people: [], rows: records.length, errors }
  if (records.length > maxPeopleCsvRows)
    return whole(
      'malformed',
      `The file has more than ${maxPeopleCsvRows} lines`,
      `at most ${maxPeopleCsvRows} people in one file`,
    )
  const people: CsvPerson[] = []
  const seen = {
    email: new Map<string, number>(),
    user_name: new Map<string, number>(),
    external_id: new Map<string, number>(),
  }
  for (const { record, info } of records) {
    const found: CsvError[] = []
    const person = readLine(record, columns, info.lines, found)
    if (person) refuseDoubles(person, seen, found)
    if (found.length > 0) errors.push(...found)
    else if (person) people.push(person)
  }
  errors.sort((a, b) => a.line - b.line)
  return { people, rows: records.length, errors }
}

function parseRecords(bytes: Buffer, errors: CsvError[]): CsvRecord[] {
  const firstLine =
    bytes
      .subarray(0, 2_000)
      .toString('utf8')
      .split(/[\r\n]/, 1)[0] ?? ''
  const delimiter = [',', ';', '\t'].find((sign) => firstLine.includes(sign)) ?? ','
  let begun = 0
  const malformed = (line: number, why: string): void => {
    errors.push({
      line,
      column: null,
      code: 'malformed',
      message: why,
      allowed: 'quotes around a value that holds separators or line breaks, doubled inside of it',
    })
  }
  try {
    const records = parse(bytes, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: longestRecord,
      to: maxPeopleCsvRows + 2,
      on_skip: (error) => {
        const line = (error as { lines?: number } | undefined)?.lines ?? begun + 1
        if (errors.length < 1_000) malformed(line, sentenceOf(error))
      },
    }) as unknown as CsvRecord[]
    // The parser tells the line on which a record ends; people look for the one on which it begins.
    return records.map((entry) => {
      const breaks = entry.record.reduce((sum, value) => sum + (value.match(/\r\n|\r|\n/g)?.length ?? 0), 0)
      begun = entry.info.lines - breaks
      return { record: entry.record, info: { lines: begun } }
    })
  } catch (error) {
    malformed((error as { lines?: number }).lines ?? 1, sentenceOf(error))
    return []
  }
}

const sentenceOf = (error: unknown): string => {
  const { code } = error as { code?: string }
  if (code === 'CSV_MAX_RECORD_SIZE') return `A line is longer than ${longestRecord} characters: a quote is not closed?`
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'A quote is not closed'
  return 'A quote stands where none may be'
}

function readHeader(names: readonly string[], errors: CsvError[]): readonly CsvColumn[] | null {
  const wrong = (code: CsvError['code'], column: string | null, message: string): void => {
    errors.push({ line: 1, column, code, message, allowed: `the columns ${csvColumns.join(', ')}` })
  }
  const before = errors.length
  const columns: CsvColumn[] = []
  for (const given of names.slice(0, mostColumns)) {
    const spelled = given
      .trim()
      .toLowerCase()
      .replace(/[ .-]+/g, '_')
    const column =
      csvColumns.find((known) => known === spelled) ??
      (Object.hasOwn(spellings, spelled) ? spellings[spelled] : undefined)
    if (column === undefined)
      wrong('header_unknown', given.slice(0, 100), `There is no column "${given.slice(0, 100)}"`)
    else if (columns.includes(column)) wrong('header_twice', column, `The column ${column} is there twice`)
    else columns.push(column)
  }
  for (const needed of ['name', 'email'] as const) {
    if (!columns.includes(needed)) wrong('header_missing', needed, `The first line does not name the column ${needed}`)
  }
  return errors.length === before && names.length <= mostColumns ? columns : null
}

function readLine(
  record: readonly string[],
  columns: readonly CsvColumn[],
  line: number,
  errors: CsvError[],
): CsvPerson | null {
  if (record.length !== columns.length) {
    errors.push({
      line,
      column: null,
      code: 'columns_wrong',
      message: `The line has ${record.length} values`,
      allowed: `${columns.length} values, as the first line has`,
    })
    return null
  }
  const values: { -readonly [Key in CsvColumn]?: string | null } = {}
  columns.forEach((column, index) => {
    const value = readValue(record[index] ?? '')
    const wrong = (code: CsvError['code'], message: string, allowed: string): void => {
      errors.push({ line, column, code, message, allowed })
    }
    if (value.includes('\0') || /[\p{Cc}]/u.test(value))
      wrong('value_invalid', `${column} holds control characters`, 'text on one line')
    else if (value.length > (column === 'email' ? 254 : longestValue))
      wrong(
        'value_too_long',
        `${column} has ${value.length} characters`,
        `at most ${column === 'email' ? 254 : longestValue}`,
      )
    else if (value === '' && (column === 'name' || column === 'email'))
      wrong('value_missing', `${column} is empty`, column === 'name' ? 'a name' : 'an e-mail address')
    else values[column] = value === '' ? null : value
  })
  const email = PersonEmail.safeParse(values.email)
  if (typeof values.email === 'string' && !email.success)
    errors.push({
      line,
      column: 'email',
      code: 'value_invalid',
      message: `"${values.email}" is no e-mail address`,
      allowed: 'an address such as maya@example.org',
    })
  const active = readActive(values.active)
  if (active === 'wrong')
    errors.push({
      line,
      column: 'active',
      code: 'value_invalid',
      message: `"${values.active ?? ''}" is neither yes nor no`,
      allowed: 'true, false, yes, no, 1, 0 or nothing',
    })
  if (errors.length > 0 || !email.success || typeof values.name !== 'string' || active === 'wrong') return null
  const { name, email: _email, active: _active, ...rest } = values
  return { line, name, email: email.data, ...rest, ...(active === undefined ? {} : { active }) }
}

/** Without the sign that our own export puts before what a spreadsheet would run. */
const readValue = (text: string): string => text.replace(/^'(?=[=+\-@\t\r])/, '').trim()

const readActive = (text: string | null | undefined): boolean | undefined | 'wrong' => {
  if (text === undefined || text === null) return undefined
  const word = text.toLowerCase()
  if (['true', 'yes', '1', 'active'].includes(word)) return true
  return ['false', 'no', '0', 'inactive'].includes(word) ? false : 'wrong'
}

type Seen = Readonly<Record<'email' | 'user_name' | 'external_id', Map<string, number>>>
function refuseDoubles(person: CsvPerson, seen: Seen, errors: CsvError[]): void {
  for (const column of ['email', 'user_name', 'external_id'] as const) {
    const value = person[column]
    if (value === undefined || value === null) continue
    const key = column === 'user_name' ? value.toLowerCase() : value
    const first = seen[column].get(key)
    if (first === undefined) seen[column].set(key, person.line)
    else
      errors.push({
        line: person.line,
        column,
        code: 'doubled',
        message: `${value} stands on line ${first} too`,
        allowed: 'each person once',
      })
  }
}
