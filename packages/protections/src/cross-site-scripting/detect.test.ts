import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMarkup } from '../html/read-markup.ts'
import { inspect } from '../inspect.ts'
import { attacks, benign, bodyOf } from './cases.ts'
import { detect } from './detect.ts'

const judged = (body: string, values: readonly string[]) =>
  detect(
    { kind: 'html', body },
    values.map((value, index) => ({ source: 'query', path: `q[${index}]`, value })),
  )

describe('a value that becomes markup or runs is found', () => {
  it.each(attacks)('$says', (it) => {
    expect(judged(bodyOf(it), [it.value])).not.toBeNull()
  })
  // Then values are sieved before they are looked for.
  it.each(attacks)('$says, among many that could be', (it) => {
    const others = Array.from({ length: 12 }, (_, n) => `the <other ${n}> isn't there`)
    expect(judged(bodyOf(it), [...others, it.value])).not.toBeNull()
    expect(judged(bodyOf(it), others)).toBeNull()
  })
})

describe('a value that stays what it was meant to be is not', () => {
  it.each(benign)('$says', (it) => {
    expect(judged(bodyOf(it), [it.value])).toBeNull()
  })
})

it('a part of a page is judged from where it begins', () => {
  const part = 'x" onfocus="steal()">'
  const place = { state: 'attribute value (double-quoted)', element: 'input', attribute: 'value', within: '' }
  const input = [{ source: 'query', path: 'q', value: 'x" onfocus="steal()' }]
  expect(detect({ kind: 'html', body: part, place }, input)).not.toBeNull()
  expect(detect({ kind: 'html', body: part, place: { ...place, state: 'rcdata', element: 'title' } }, input)).toBeNull()
})

const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...Array.from('<>"\'`=/&;-! \n\\()x'),
        '<!--',
        '-->',
        '<b a=',
        '<script>',
        '</script',
        '<svg>',
        '<title>',
      ),
      fc.constantFrom(
        '</title>',
        '<style>',
        '</style>',
        ']]>',
        '<![CDATA[',
        '<a href="',
        'javascript:',
        ' on',
        'x=1',
        '&lt;',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''))

it('nothing that can be sent or written makes it throw', () => {
  fc.assert(
    fc.property(pieces, pieces, pieces, (before, value, after) => {
      judged(before + value + after, [value, before, after])
    }),
    { numRuns: 6_000, seed: 11 },
  )
})

it('the pieces of a page are all of it, and reading on before a `<` gives the same pieces', () => {
  const kindsOf = (text: string, place?: Parameters<typeof readMarkup>[1]): string[] => {
    const { segments } = readMarkup(text, place)
    return Array.from({ length: segments.length }, (_, index) =>
      String(segments.kindAt(index)).repeat(segments.endOf(index) - segments.startOf(index)),
    )
  }
  fc.assert(
    fc.property(pieces, fc.nat(), (page, chosen) => {
      const whole = kindsOf(page).join('')
      const cuts = [...page.matchAll(/</g)].map(({ index }) => index)
      const cut = cuts[chosen % Math.max(1, cuts.length)] ?? 0
      const first = readMarkup(page.slice(0, cut))
      expect(kindsOf(page).join('').length).toBeGreaterThanOrEqual(page.length)
      expect(kindsOf(page.slice(0, cut)).join('') + kindsOf(page.slice(cut), first.after).join('')).toBe(whole)
    }),
    { numRuns: 6_000, seed: 13 },
  )
})

describe('a finding', () => {
  it('marks the part of the page and of the value', () => {
    const value = '<img src=x onerror=steal()>'
    const body = `<p>${value}</p>`
    const finding = judged(body, ['safe', value])
    expect(finding).toMatchObject({ input: { path: 'q[1]', value }, inputSpan: { start: 0, end: value.length } })
    expect(body.slice(finding?.operationSpan?.start, finding?.operationSpan?.end)).toBe(value)
  })

  it('says nothing of the value', () => {
    expect(judged('<p><topsecret a=1 b=2></p>', ['<topsecret a=1 b=2>'])?.reason).not.toContain('topsecret')
  })

  it('is what inspect answers with', () => {
    const body = '<p><b>x</b></p>'
    expect(inspect({ id: 1, input: { query: { q: '<b>x</b>' } }, operation: { kind: 'html', body } })).toMatchObject({
      id: 1,
      flagged: true,
      protection: 'CrossSiteScripting',
    })
    expect(inspect({ input: 'x', operation: { kind: 'html', body } })).toMatchObject({ flagged: false })
  })
})
