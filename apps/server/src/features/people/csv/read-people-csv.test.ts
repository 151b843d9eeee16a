import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPeopleCsv } from './read-people-csv.ts'
import { writePeopleCsv } from './write-people-csv.ts'

const read = (text: string | Buffer) => readPeopleCsv(Buffer.from(text))
const rowsOf = (text: string): string[][] => parse(text)
const codes = (text: string | Buffer): string[] => read(text).errors.map(({ line, code }) => `${line} ${code}`)

test.each([
  ['a byte order mark', '\uFEFFname,email\nA,a@example.org\n'],
  ['line ends of Windows', 'name,email\r\nA,a@example.org\r\n'],
  ['semicolons', 'name;email\nA;a@example.org\n'],
  ['tabs', 'name\temail\nA\ta@example.org\n'],
  ['quotes', '"name","email"\n"A","a@example.org"\n'],
  ['other spellings and blank lines', 'Display Name,E-Mail\n\nA , A@Example.org\n\n'],
  ['no line end at the end', 'name,email\nA,a@example.org'],
])('a file with %s is read', (_name, text) => {
  expect(read(text)).toMatchObject({ errors: [], people: [{ name: 'A', email: 'a@example.org' }] })
})

test.each([
  ['nothing', '', ['1 header_missing', '1 header_missing']],
  ['no e-mail column', 'name\nA\n', ['1 header_missing']],
  ['a column that there is not', 'name,email,shoe\nA,a@example.org,9\n', ['1 header_unknown']],
  ['a column of Object.prototype', 'name,email,constructor\nA,a@example.org,9\n', ['1 header_unknown']],
  ['a column twice', 'name,email,mail\nA,a@example.org,b\n', ['1 header_twice']],
  ['a value too many', 'name,email\nA,a@example.org,x\nB,b@example.org\n', ['2 columns_wrong']],
  ['no name', 'name,email\n,a@example.org\n', ['2 value_missing']],
  ['a bad flag', 'name,email,active\nA,a@example.org,perhaps\n', ['2 value_invalid']],
  ['a line break in a value', 'name,email\n"A\nB",a@example.org\nC,c\n', ['2 value_invalid', '4 value_invalid']],
  ['too long a name', `name,email\n${'x'.repeat(201)},a@example.org\n`, ['2 value_too_long']],
  ['a person twice', 'name,email\nA,a@example.org\nB,A@example.org\n', ['3 doubled']],
  ['Latin-1', Buffer.from('name,email\nJ\xf6rg,j@example.org\n', 'latin1'), ['1 not_utf8']],
])('a file with %s is told of by line', (_name, text, expected) => {
  expect(codes(text)).toEqual(expected)
})

test('a quote that is not closed is an error, not a person', () => {
  const { people, errors } = read(`name,email\n"A,a@example.org\nB,b@example.org\n`)
  expect(people).toEqual([])
  expect(errors).toMatchObject([{ code: 'malformed' }])
})

test('50,000 lines are read and one more is too many', () => {
  const lines = (count: number): string =>
    `name,email\n${Array.from({ length: count }, (_, n) => `n${n},n${n}@example.org`).join('\n')}\n`
  expect(read(lines(50_000))).toMatchObject({ rows: 50_000, errors: [] })
  expect(codes(lines(50_001))).toEqual(['1 malformed'])
  expect(codes(lines(100_000))).toEqual(['1 malformed'])
})

test('any bytes make errors, never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      read(Buffer.from(bytes))
    }),
    { numRuns: 300 },
  )
})

test('what is written is read again as it was, and no cell begins a formula', () => {
  const value = fc
    .string({ minLength: 1, maxLength: 30 })
    .map((text) => text.replace(/\p{Cc}/gu, '').trim())
    .filter((text) => text !== '' && !text.startsWith("'"))
  fc.assert(
    fc.property(value, value, (name, department) => {
      const written = writePeopleCsv([
        { name, email: 'a@example.org', userName: null, department, manager: null, externalId: null, active: true },
      ])
      expect(read(written)).toMatchObject({ errors: [], people: [{ name, department, active: true }] })
      for (const cell of rowsOf(written)[1] ?? []) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    }),
    { numRuns: 200 },
  )
})
