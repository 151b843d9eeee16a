import { describe, expect, it } from 'vitest'
import { growth, millisecondsOf } from '@riposte/testkit/growth'
import { defaultSettings } from '../define.ts'
import { detect } from './detect.ts'
import { spec } from './spec.ts'

const settings = defaultSettings(spec.settings)
const judge = (body: string, contentType = 'application/json') =>
  detect({ kind: 'response', contentType, body }, [], settings)

const shapes: readonly (readonly [string, (size: number) => string, string?])[] = [
  ['braces', (size) => '{"a":'.repeat(size)],
  ['brackets', (size) => '['.repeat(size * 4)],
  ['quotes', (size) => '"'.repeat(size * 4)],
  ['escapes', (size) => `{"a":"${'\\\\'.repeat(size)}"}`],
  ['beginnings of tokens', (size) => `{"a":"${'eyJaaaaaaaaa-'.repeat(size / 4)}"}`],
  ['beginnings of keys', (size) => `{"a":"${'-----BEGIN PRIVATE KEY-----'.repeat(size / 8)}"}`],
  ['tokens of one letter', (size) => `{"a":"${'sk-proj-'.repeat(size / 2)}"}`, 'text/plain'],
  ['addresses', (size) => `{"a":"${'a://b:'.repeat(size / 2)}"}`],
  ['digits', (size) => '4'.repeat(size * 4), 'text/plain'],
  ['groups of digits', (size) => '4111 '.repeat(size), 'text/plain'],
  ['beginnings of IBANs', (size) => 'GB29 '.repeat(size), 'text/plain'],
  ['assignments', (size) => `password=a ${'\n'.repeat(size)}`, 'text/plain'],
  ['white space', (size) => ' '.repeat(size * 4), 'text/plain'],
  ['elements', (size) => '<a>bbbb'.repeat(size), 'application/xml'],
  [
    'JSON in texts',
    (size) => JSON.stringify({ a: JSON.stringify({ a: JSON.stringify({ a: '"'.repeat(size / 4) }) }) }),
  ],
]

describe('the time grows with the body and not faster', () => {
  for (const [name, make, type] of shapes)
    it(name, () => {
      const small = make(8_000)
      const large = make(32_000)
      const ratio = growth(
        () => judge(small, type),
        () => judge(large, type),
        10,
      )
      expect(ratio).toBeLessThan(12)
    })

  it('two megabytes of anything', () => {
    for (const [, make, type] of shapes) expect(millisecondsOf(() => judge(make(400_000), type))).toBeLessThan(8_000)
  })
})
