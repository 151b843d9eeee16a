import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

/** What people write about documents, and what drawing programs and editors put into them. */
const typed = [
  ...[
    "O'Brien",
    'Maya & Co',
    'a < b',
    '5" x 3"',
    'see <!DOCTYPE html>',
    '<!ENTITY x SYSTEM "file:///etc/passwd">',
    '&xxe;',
  ],
  ...['<?xml version="1.0"?>', '<!-- note -->', '<b>bold</b>', ']]>', '%', '100%', '&nbsp;', 'SYSTEM', '[x]', "it's"],
  ...['file:///home/maya', 'https://example.com/a.dtd', '日本語', '🙂', '\n', '\t', '+ADw-', 'xi:include'],
] as const
const text = fc.array(fc.constantFrom(...typed), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(' '))

const escaped = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Documents of apps, with a place for a value that is escaped. */
const documents = [
  '<order><note>{}</note></order>',
  '<?xml version="1.0"?><!DOCTYPE html><html><body title="{}">{}</body></html>',
  '<!DOCTYPE r [<!ENTITY co "Maya Ltd"><!ENTITY legal SYSTEM "legal.xml">]><r>&co; {} &legal;</r>',
  '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg><text>{}</text></svg>',
] as const

const judge = (document: string, value: string) =>
  detect(
    { kind: 'xml', document },
    [
      { source: 'body', path: 'note', value },
      { source: 'headers', path: 'accept', value: 'text/html,application/xml;q=0.9,*/*;q=0.8' },
      { source: 'body', path: 'body', value: document },
    ].slice(0, document.includes('legal') ? 2 : 3),
  )

describe('what people type raises nothing where it is escaped', () => {
  it.each(documents)('%s', (document) => {
    fc.assert(
      fc.property(text, (value) => {
        expect(
          judge(
            document.replaceAll('{}', () => escaped(value)),
            value,
          ),
        ).toBeNull()
      }),
      { numRuns: 2_000, seed: 73 },
    )
  })

  it('nor in CDATA', () => {
    fc.assert(
      fc.property(text, (value) => {
        const safe = value.replaceAll(']]>', ']]]]><![CDATA[>')
        expect(judge(`<!DOCTYPE r><r><![CDATA[${safe}]]></r>`, value)).toBeNull()
      }),
      { numRuns: 2_000, seed: 79 },
    )
  })
})
