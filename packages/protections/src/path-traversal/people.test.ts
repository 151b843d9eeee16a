import fc from 'fast-check'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

/** What people type and what browsers send, paths among it. */
const typed = [
  ...[
    'report.pdf',
    "O'Brien 2024.txt",
    'naïve café.png',
    '日本語.txt',
    '.env',
    'a.tar.gz',
    'notes..txt',
    'v1..v2',
    '...',
  ],
  ...[
    'wait...',
    'etc.',
    'a/b/c.txt',
    'images/logo.png',
    '/index.html',
    '/',
    '/images/logo.png',
    '/api/users/1',
    'C:',
    '~',
  ],
  ...[
    '1.0.2',
    '2024-01-01',
    'a@b.com',
    'https://x.com/a/b?c=d#e',
    '//cdn.x.com/a.js',
    '100%',
    '50%25',
    'a+b',
    'a&b',
    'x=y',
  ],
  ...[
    'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
    'Mozilla/5.0 (X11; Linux x86_64)',
    'gzip, deflate, br',
    'en-US,en;q=0.5',
  ],
  ...[
    'W/"5d-abc"',
    'Bearer eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.abc',
    'aGVsbG8gd29ybGQ=',
    'deadbeefdeadbeef',
    '{"a":"b/c"}',
    '["x"]',
  ],
  ...[
    'AC\\DC',
    'a\\nb',
    '<b>x</b>',
    "it's",
    '"',
    "'",
    '🙂',
    ' ',
    '\n',
    '-',
    '_',
    '.',
    'srv',
    'files',
    'public',
    'views',
    'app',
  ],
] as const
const text = fc
  .array(fc.tuple(fc.constantFrom(...typed), fc.constantFrom('', '', ' ', '-')), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(([part, space]) => part + space).join(''))

const folder = '/srv/app/files'
const ways: readonly (readonly [string, (value: string) => string])[] = [
  ['below a folder', (value) => `${folder}/${value}`],
  ['joined', (value) => path.join(folder, value)],
  ['joined below another', (value) => path.join(folder, 'a', value, 'index.html')],
  ['its last part', (value) => path.join(folder, path.basename(value))],
  ['not at all', () => '/srv/app/views/../public/index.html'],
  ['not at all, and no base', () => '/srv/app/public/index.html'],
  ['made a name', (value) => `${folder}/${encodeURIComponent(value)}.json`],
  ['made a hash', (value) => `${folder}/${Buffer.from(value).toString('hex')}`],
  ['in a file URL', (value) => `file:///srv/app/files/${encodeURIComponent(value)}`],
]

describe('what people type raises nothing', () => {
  it.each(ways)('%s', (_, put) => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), fc.boolean(), (values, known) => {
        const file = put(values[0] as string)
        // Three dots and a slash may meet by chance, and two dots alone as well.
        if (values.some((value) => /(?:^|[/\\])\.\.?(?:[/\\]|$)/.test(value))) return
        const operation = {
          kind: 'file',
          path: file,
          ...(known && file.startsWith(folder) ? { base: folder } : {}),
        } as const
        const inputs = values.map((value, index) => ({ source: 'body', path: `q[${index}]`, value }))
        expect(detect(operation, inputs)).toBeNull()
      }),
      { numRuns: 1_500, seed: 5 },
    )
  })
})
