import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

/** What people type, what browsers send, and words of which services are named. */
const typed = [
  ...[
    'maya',
    "O'Brien",
    'a@b.com',
    'bob@corp.example',
    '2024-01-01',
    '1.0.2',
    '10.0',
    '5',
    '8080',
    '3000',
    '127',
    '0',
    '1',
  ],
  ...[
    'users',
    'orders',
    'search',
    'api',
    'internal',
    'local',
    'service',
    'payments',
    'web',
    'admin',
    'redis',
    'v1',
    'host',
  ],
  ...[
    'https://example.com/a.png',
    'https://x.com/a/b?c=d#e',
    '//cdn.x.com/a.js',
    'www.example.com',
    'example.com:8443',
    '8.8.8.8',
  ],
  ...[
    '日本語',
    'naïve',
    '🙂',
    '%20',
    '&amp;',
    '{"a":"b"}',
    'aGVsbG8gd29ybGQ=',
    'text/html;q=0.9',
    'Mozilla/5.0',
    '.',
    ':',
    '@',
    '/',
  ],
  ...['http', 'https', 'http:', 'see the docs at https://example.com/x.', 'localhos', 'loopback', 'file', 'C:\\dir'],
] as const
const text = fc
  .array(fc.tuple(fc.constantFrom(...typed), fc.constantFrom('', ' ', '-')), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.map(([part, space]) => part + space).join(''))

const calls: readonly (readonly [string, (value: string) => string])[] = [
  ['in the query of an internal service', (value) => `http://orders-service:8080/items?q=${encodeURIComponent(value)}`],
  ['in the path of one', (value) => `http://10.20.30.40/items/${encodeURIComponent(value)}`],
  ['in the path of the machine itself', (value) => `http://localhost:9200/a/${encodeURIComponent(value)}/_search`],
  ['in a user name', (value) => `http://${encodeURIComponent(value)}:x@orders.internal/`],
  ['not at all, at an internal service', () => 'http://orders.internal:8080/health'],
  ['not at all, at a service of one word', () => 'http://users:3000/list'],
  ['not at all, at a metadata service', () => 'http://169.254.169.254/latest/meta-data/'],
  ['not at all, at a public host', () => 'https://api.example.com/v1'],
  ['as a tenant', (value) => `https://${value.replace(/[^a-z0-9]/gi, '') || 'x'}.tenants.corp.example/`],
]

describe('what people type raises nothing', () => {
  it.each(calls)('%s', (_, put) => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (values) => {
        const inputs = [
          ...values.map((value, index) => ({ source: 'body', path: `items[${index}].name`, value })),
          { source: 'headers', path: 'host', value: 'localhost:3000' },
          { source: 'headers', path: 'origin', value: 'http://localhost:3000' },
          { source: 'headers', path: 'referer', value: 'http://localhost:9200/a' },
          { source: 'headers', path: 'x-forwarded-for', value: '10.20.30.40, 127.0.0.1' },
        ]
        expect(detect({ kind: 'request', url: put(values[0] as string) }, inputs)).toBeNull()
      }),
      { numRuns: 1_500, seed: 5 },
    )
  })
})
