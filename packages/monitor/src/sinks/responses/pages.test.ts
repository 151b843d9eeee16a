import type { Operation } from '@riposte/contract/wire'
import { protections, type Protection } from '@riposte/protections/catalog'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlockedError } from '../../core/blocked-error.ts'
import type { Context } from '../../core/context.ts'
import type { Engine } from '../../core/engine.ts'
import { KnownPages } from '../../core/known-pages.ts'
import { pages } from './pages.ts'

const judges: readonly Protection[] = protections.filter(({ spec }) => spec.id === 'CrossSiteScripting')

/** Whether an answer of these parts is stopped, and how many of them had left by then. @param known pages that left before */
function judge(
  parts: readonly string[],
  value: string,
  headers: Readonly<Record<string, string>>,
  known = new KnownPages(),
): number | null {
  const inputs = [{ source: 'query', path: 'q', value }]
  const engine = {
    judge: (operation: Operation) =>
      judges.some((protection) => protection.detect(operation, inputs, {})) ? new BlockedError('x', 'y') : null,
    mayPass: (page: string) => known.newIn('/', page) === null,
    mayBegin: (beginning: string) => known.beginsAs('/', beginning),
  } as unknown as Engine
  const context = { inputs: () => ({ inputs }) } as unknown as Context
  const watch = pages.body?.({ status: 200, header: (name) => headers[name] ?? null }, engine, context)
  if (!watch) return null
  for (const [index, part] of parts.entries()) if (watch.part(part, index === parts.length - 1)) return index
  return null
}

const html = { 'content-type': 'text/html; charset=utf-8' }

function split(text: string, cuts: readonly number[]): string[] {
  const sorted = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((one, other) => one - other)
  return [0, ...sorted].map((start, index) => text.slice(start, sorted[index] ?? text.length))
}

const start = '<!DOCTYPE html><html><head><title>Shop</title></head><body class="page"><!-- menu --><p>Hi<br>there</p>'
const end = '<script>var x = "a"; start(x)</script><textarea>t</textarea><b>x</b></body></html>'
const slots = [
  '<p>{}</p>',
  '<input value="{}">',
  '<input value={} name=q>',
  '<title>{}</title>',
  '<!-- {} -->',
  '<script>var y = "{}";</script>',
  '<b onclick="go(\'{}\')">x</b>',
  '<a href="{}">x</a>',
  '<svg><style>{}</style></svg>',
]
const values = [
  ...[
    '<b>hi</b>',
    '<br>',
    '<p>',
    '<img src=x onerror=f()>',
    'x" onfocus="f()',
    'x onfocus=f()',
    '</title><b>x</b>',
    '--><b>x</b>',
  ],
  ...[
    '";f();"',
    "');f();('",
    'javascript:f()',
    '</script><b>x</b>',
    'hello world',
    'a < b',
    '5" > 3',
    'https://x.com/',
    '&lt;b&gt;',
  ],
]

describe('a page in parts', () => {
  it('is judged as the whole page is, wherever it is cut', () => {
    let found = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...slots),
        fc.constantFrom(...values),
        fc.nat(3_000),
        fc.array(fc.nat(), { maxLength: 8 }),
        (slot, value, padding, cuts) => {
          const page = start + '<i>pad</i>'.repeat(padding % 300) + slot.replace('{}', () => value) + end
          const whole = judge([page], value, html) !== null
          if (whole) found += 1
          expect(judge(split(page, cuts), value, html) !== null).toBe(whole)
        },
      ),
      { numRuns: 3_000, seed: 29 },
    )
    expect(found).toBeGreaterThan(500)
  })

  it('is judged so when a page with the same markup is known', () => {
    let found = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...slots),
        fc.constantFrom(...values),
        fc.constantFrom('', 'word', 'two words'),
        fc.array(fc.nat(), { maxLength: 8 }),
        (slot, value, word, cuts) => {
          const pageWith = (text: string): string => start + slot.replace('{}', () => text) + end
          const known = new KnownPages()
          known.add('/', pageWith(word))
          const page = pageWith(value)
          const whole = judge([page], value, html) !== null
          if (whole) found += 1
          expect(judge(split(page, cuts), value, html, known) !== null).toBe(whole)
          expect(judge(Array.from(page), value, html, known) !== null).toBe(whole)
        },
      ),
      { numRuns: 1_000, seed: 31 },
    )
    expect(found).toBeGreaterThan(200)
  })

  it('is judged so in parts of one character, too', () => {
    for (const slot of slots)
      for (const value of values) {
        const page = start + slot.replace('{}', () => value) + end
        expect(judge(Array.from(page), value, html) !== null).toBe(judge([page], value, html) !== null)
      }
  })

  it('is judged far behind what is kept of it', () => {
    const long = `${'<p class="a">text</p>'.repeat(20_000)}<textarea>`
    const attack = '<img src=x onerror=f()>'
    const parts = (page: string): string[] => page.match(/[^]{1,7000}/g) ?? []
    expect(judge(parts(`${long}${attack}</textarea>`), attack, html)).toBeNull()
    expect(judge(parts(`${long}</textarea>${attack}`), attack, html)).not.toBeNull()
  })

  it('is stopped before the part leaves that does harm', () => {
    expect(judge(['<p>', 'a<img src=x ', 'onerror=f()>', '</p>'], '<img src=x onerror=f()>', html)).toBeLessThan(3)
  })
})

describe('what a browser reads as markup', () => {
  const attack = '<img src=x onerror=f()>'
  const page = `<!DOCTYPE html><p>${attack}</p>`
  it.each([
    ['text/html', true],
    ['TEXT/HTML;charset=utf-8', true],
    ['application/xhtml+xml', true],
    ['image/svg+xml', true],
    ['text/xml', true],
    ['application/rss+xml', true],
    ['text/plain', false],
    ['application/json', false],
    ['text/javascript', false],
    ['application/octet-stream', false],
  ])('%s: %s', (type, isJudged) => {
    expect(judge([page], attack, { 'content-type': type }) !== null).toBe(isJudged)
  })

  it.each([
    [page, {}, true],
    [` \n<p >${attack}`, {}, true],
    [`<b>x</b>${attack}`, {}, true],
    [`hello ${attack}`, {}, false],
    [`{"a":"${attack}"}`, {}, false],
    [page, { 'x-content-type-options': 'nosniff' }, false],
    [`{"a":"${attack}"}`, html, true],
  ])('without a type or with one that lies: %j', (body, headers, isJudged) => {
    expect(judge([body], attack, headers) !== null).toBe(isJudged)
    expect(judge(Array.from(body), attack, headers) !== null).toBe(isJudged)
  })
})
