import fc from 'fast-check'
import { expect, it } from 'vitest'
import { detect } from './detect.ts'

/** What people type and links carry. */
const typed = [
  ...[
    'shoes',
    "O'Brien",
    'maya@example.org',
    'https://example.com/a?b=c',
    'example.com',
    '50%',
    'a/b',
    '#1',
    '日本語',
    '🙂',
  ],
  ...[
    'evil.com',
    '//',
    'en-GB',
    '2024-01-01',
    '12345678',
    '/account',
    '../up',
    'a:b',
    '10.0.0.1',
    'C:\\dir',
    'www.x.com',
    '&',
    '?',
  ],
] as const
const text = fc
  .array(fc.tuple(fc.constantFrom(...typed), fc.constantFrom(' ', '')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map(([part, space]) => part + space).join(''))

/** Locations of apps that put a value where it belongs. */
const locations: readonly ((value: string) => string)[] = [
  (value) => `/search?q=${encodeURIComponent(value)}`,
  (value) => `/tags/${encodeURIComponent(value)}/`,
  (value) => `https://shop.example/welcome#${encodeURIComponent(value)}`,
  (value) => `https://id.partner.example/login?back=${encodeURIComponent(value)}&state=1`,
  (value) => `/search?${new URLSearchParams({ q: value, page: '2' }).toString()}`,
  (value) => new URL(`/a?b=${value}`, 'https://shop.example').href,
  () => 'https://id.partner.example/login',
  () => '/',
]

it('a value in its place raises nothing, whatever it is', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(...locations), (value, locationOf) => {
      const location = locationOf(value)
      const inputs = [{ source: 'query', path: 'query.q', value }]
      expect(detect({ kind: 'redirect', location, host: 'shop.example' }, inputs), location).toBeNull()
    }),
    { numRuns: 10_000, seed: 9 },
  )
})
