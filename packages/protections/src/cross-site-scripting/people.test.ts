import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

/** What people type: names, prose, code, addresses, and words and signs that pages hold too. */
const typed = [
  ...[
    "O'Brien",
    "it's",
    'rock & roll',
    '5\'10"',
    '(555) 123-4567',
    '2024-01-01',
    'C:\\dir\\',
    '100%',
    '#1',
    '-5',
    '$1',
  ],
  ...[
    'naïve',
    '日本語',
    '🙂',
    'a@b.com',
    'https://x.com/a?b=c&d=e',
    '&amp;',
    '&lt;b&gt;',
    '%27',
    '%3Cb%3E',
    '\\n',
    '\n',
  ],
  ...[
    'a < b',
    'x > y',
    '<3',
    '->',
    '-->',
    '<-',
    '<',
    '>',
    '"',
    "'",
    '`',
    '=',
    '/',
    '&',
    ';',
    '{{x}}',
    '<%= x %>',
    '</',
  ],
  ...[
    '<b>bold</b>',
    '<br>',
    '<p>',
    '</div>',
    '<div class="row">',
    '<script>',
    '<script>alert(1)</script>',
    '<!-- x -->',
  ],
  ...[
    '<img src=x onerror=alert(1)>',
    'javascript:alert(1)',
    'onclick="go()"',
    "');alert(1);//",
    '" onfocus="x',
    'style="x:y"',
  ],
  ...['div', 'class', 'onclick', 'script', 'href', 'title', 'value', 'row', 'Home', 'More', 'a', 'p', 'input type'],
  ...['if (a < b) { return "<p>" }', 'console.log("hi");', 'SELECT * FROM t', 'color: red;', 'p { color: red }'],
] as const
const text = fc
  .array(fc.tuple(fc.constantFrom(...typed), fc.constantFrom(' ', ' ', '')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map(([part, space]) => part + space).join(''))

const escape = (value: string, signs: Readonly<Record<string, string>>): string =>
  value.replace(/[<>&"'`=/]/g, (sign) => signs[sign] ?? sign)

/** As the common engines and frameworks escape: the same five signs, written each in its own way. */
const engines: readonly (readonly [string, (value: string) => string])[] = [
  ['&#34; and &#39;', (value) => escape(value, { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&#34;', "'": '&#39;' })],
  [
    '&quot; and nothing for the other',
    (value) => escape(value, { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' }),
  ],
  [
    '&#x27;, &#x60; and &#x3D;',
    (value) =>
      escape(value, {
        ...{ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' },
        ...{ "'": '&#x27;', '`': '&#x60;', '=': '&#x3D;' },
      }),
  ],
  [
    '&quot; and &#x27;',
    (value) => escape(value, { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&#x27;' }),
  ],
  ['numbers', (value) => value.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`)],
]

const own =
  '<!DOCTYPE html><html><head><title>Shop</title><style>p { color: red }</style><script src="/app.js"></script></head>' +
  '<body class="page"><!-- menu --><div class="row"><a href="/" onclick="menu()">Home</a><br><p>Hi</p></div>{}' +
  '<form><input type="text" name="q"><button>More</button></form><script>var x = 1; start(x)</script></body></html>'

const slots: readonly (readonly [string, string])[] = [
  ['text', '<p>You said: {} at noon</p>'],
  ['a value', '<input type="hidden" value="{}">'],
  ['a title', '<p title="about {} here">x</p>'],
  ['a text area', '<textarea rows="3">{}</textarea>'],
  ['several places', '<h1>{}</h1><p>{}</p><input value="{}">'],
]

const judge = (page: string, value: string) =>
  detect({ kind: 'html', body: page }, [{ source: 'body', path: 'q', value }])

describe('what people type raises nothing where it is escaped', () => {
  it.each(engines)('%s', (_, write) => {
    fc.assert(
      fc.property(text, fc.constantFrom(...slots), (value, [, slot]) => {
        const page = own.replace('{}', () => slot.replaceAll('{}', () => write(value)))
        expect(judge(page, value)).toBeNull()
      }),
      { numRuns: 2_000, seed: 17 },
    )
  })

  it('as data of a script', () => {
    fc.assert(
      fc.property(text, (value) => {
        const json = JSON.stringify({ q: value, n: 1 }).replaceAll('<', '\\u003c')
        expect(
          judge(
            own.replace('{}', () => `<script>window.state = ${json}</script>`),
            value,
          ),
        ).toBeNull()
      }),
      { numRuns: 2_000, seed: 19 },
    )
  })

  it('in an address', () => {
    fc.assert(
      fc.property(text, (value) => {
        fc.pre(!/[\ud800-\udfff]/.test(value) || value.isWellFormed())
        const page = own.replace(
          '{}',
          () => `<a href="/search?q=${encodeURIComponent(value).replaceAll("'", '%27')}">x</a>`,
        )
        expect(judge(page, value)).toBeNull()
      }),
      { numRuns: 2_000, seed: 23 },
    )
  })
})
