import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

const typed = [
  "O'Brien",
  'Ferrari is the constructor with most titles; Prototype: v2',
  'In JavaScript, obj.__proto__ points at constructor.prototype, see [[Prototype]].',
  'Object.prototype.hasOwnProperty.call(a, "__proto__")',
  '{"__proto__": {"isAdmin": true}} is how you would test for it',
  'a.b.c, x[0], path/to/file, C:\\constructor\\prototype\\x',
  '__proto__.polluted',
  'maya@example.com https://example.com/?constructor=1&prototype=2#__proto__',
  'line one\n  __proto__:\n    x: 1\n',
  '42',
]
const fields = [
  'name',
  'constructor',
  'prototype',
  'note',
  'proto',
  'valueOf',
  '__typename',
  'a.b',
  'team[constructor]',
]

describe('what people type into forms is merged as it is', () => {
  it.each(fields)('into a field %s', (field) => {
    for (const text of typed) {
      const inputs = [
        { source: 'body', path: `${field} (name)`, value: field },
        { source: 'body', path: field, value: text },
        { source: 'body', path: 'profile.constructor (name)', value: 'constructor' },
        { source: 'body', path: 'profile.prototype (name)', value: 'prototype' },
      ]
      for (const value of [
        { [field]: text },
        { profile: { [field]: text, constructor: text, prototype: text } },
        [text],
      ])
        expect(detect({ kind: 'merge', value: Array.isArray(value) ? { list: value } : value }, inputs)).toBeNull()
      expect(detect({ kind: 'merge', value: text, path: ['profile', field] }, inputs)).toBeNull()
      expect(detect({ kind: 'merge', value: text, path: `profile.${field}` }, inputs)).toBeNull()
    }
  })
})
