import fc from 'fast-check'
import { expect, it } from 'vitest'
import { defaultSettings } from '../define.ts'
import { detect } from './detect.ts'
import { spec } from './spec.ts'

const settings = defaultSettings(spec.settings)
const words = [
  "O'Brien",
  "it's",
  'C:\\dir\\',
  '"quoted"',
  '日本語',
  '🙂',
  'a@b.com',
  '(555) 123-4567',
  '+49 30 901820',
  '2024-01-01',
  '12:30',
  '$1',
  '100%',
  'password',
  'secret',
  'key: value',
  'https://x.com/a?b=c&d=e',
  'card',
  '4711',
  '0',
  '-5',
  'lorem ipsum',
  '<b>bold</b>',
  '{',
  '}',
  'null',
  '\n',
  'order 1234567890123',
]
const text = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(' '))
const names = fc.constantFrom(
  'title',
  'text',
  'comment',
  'name',
  'id',
  'uuid',
  'tags',
  'url',
  'createdAt',
  'hash',
  'body',
  'user_name',
  'phone',
  'total',
)
const value = fc.oneof(
  text,
  fc.uuid(),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.webUrl(),
  fc.emailAddress(),
  fc.ipV4(),
  fc.lorem(),
)

it('what people write, and what apps keep of it, raises nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(names, fc.oneof(value, fc.array(value, { maxLength: 3 }))), { maxLength: 5 }),
      (records) => {
        const body = JSON.stringify({ records })
        expect(detect({ kind: 'response', contentType: 'application/json', body }, [], settings)).toBeNull()
      },
    ),
    { numRuns: 2_000, seed: 71 },
  )
})

it('prose and pages raise nothing', () => {
  fc.assert(
    fc.property(text, fc.constantFrom('text/html', 'text/plain', 'application/xml'), (body, contentType) => {
      expect(detect({ kind: 'response', contentType, body: `<p>${body}</p>` }, [], settings)).toBeNull()
    }),
    { numRuns: 2_000, seed: 73 },
  )
})

it('anything at all is judged without an error', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('application/json', 'text/html', ''),
      (body, contentType) => {
        detect({ kind: 'response', contentType, body }, [], settings)
      },
    ),
    { numRuns: 2_000, seed: 79 },
  )
})
