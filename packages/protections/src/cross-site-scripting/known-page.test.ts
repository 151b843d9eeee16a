import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMarkup } from '../html/read-markup.ts'
import { attacks, bodyOf } from './cases.ts'
import { detect } from './detect.ts'
import { KnownPage } from './known-page.ts'

const known = [
  '<!doctype html><html><head><title>Orders of Ann</title><meta name="csrf" content="a1b2"><meta http-equiv="refresh" content="5"><!-- made in 12 ms -->',
  '<script nonce="n1">start("shop")</script><script type="application/json">{"user":"Ann"}</script><style>p{color:red}</style>',
  '</head><body class="wide"><p></p><p>17 orders, Ann</p><input name="q" value=""><a href="/orders/17?from=list">17</a>',
  '<img src="/a.png" alt="a" onerror="hide()"><iframe srcdoc="<p>x</p>"></iframe><a href=#>top</a></body></html>',
].join('\n')

/** Both ways in which pages leave must tell the same. */
function isAlikeTo(page: string, next: string): boolean {
  const one = new KnownPage(page)
  const isAlike = one.differenceIn(next) === null
  expect(one.differenceIn(Buffer.from(next)) === null).toBe(isAlike)
  return isAlike
}

const isAlike = (from: string, to: string): boolean => {
  expect(known).toContain(from)
  return isAlikeTo(known, known.replace(from, to))
}

describe('a page is alike where only what is read differs', () => {
  it.each([
    ['Orders of Ann', "Orders of O'Brien & Sons"],
    ['a1b2', '0.8312-x y'],
    ['made in 12 ms', 'made in 3 ms'],
    ['n1', 'n2'],
    ['{"user":"Ann"}', '{"user":"Bob (2)"}'],
    ['17 orders, Ann', '3 orders, "Bob" &lt;b@example.org&gt;'],
    ['17 orders, Ann', ''],
    ['<p></p>', '<p>Saved.</p>'],
    ['value=""', 'value="<b>"'],
    ['/orders/17?from=list', '/orders/18?from=search'],
    ['/orders/17?from=list', 'https://example.org/'],
    ['alt="a"', 'alt="a lamp"'],
    ['wide', ''],
  ])('%s -> %s', (from, to) => {
    expect(isAlike(from, to)).toBe(true)
  })
})

describe('a page is not alike where markup, or what runs, differs', () => {
  it.each([
    ['Orders of Ann', 'Orders of <b>Ann</b>'],
    ['a1b2', 'a"b'],
    ['content="5"', 'content="6"'],
    ['made in 12 ms', 'made in --> 12 ms'],
    [' made in 12 ms', '> made in 12 ms'],
    ['start("shop")', 'start("shop2")'],
    ['n1', 'n2">start("other")'],
    ['{"user":"Ann"}', '{"user":"</script>"}'],
    ['wide', 'wide">Welcome'],
    ['application/json', 'text/javascript'],
    ['color:red', 'color:blue'],
    ['17 orders, Ann', '17 <i>orders</i>'],
    ['<p></p>', '<b></b>'],
    ['<p></p>', '<p><b>Saved.</b></p>'],
    ['value=""', 'value="" autofocus'],
    ['/orders/17?from=list', 'javascript:go()'],
    ['/orders/17?from=list', '&#106;avascript:go()'],
    ['/orders/17?from=list', 'java\tscript:go()'],
    ['hide()', 'show()'],
    ['<p>x</p>', '<p>y</p>'],
    ['href=#', 'href=#top'],
    ['alt="a"', 'alt="a" title="b"'],
    ['</body></html>', '</body></html><p>more</p>'],
    ['</body></html>', '</body>'],
  ])('%s -> %s', (from, to) => {
    expect(isAlike(from, to)).toBe(false)
  })

  it('what scripts are loaded by, and what a page is decoded by', () => {
    const map = (to: string): string => `<script type="importmap">{"imports":{"a":"${to}"}}</script>`
    expect(isAlikeTo(map('/a.js'), map('/b.js'))).toBe(false)
    expect(isAlikeTo('<meta charset="utf-8">', '<meta charset="iso-2022-jp">')).toBe(false)
  })

  it('a text in which a sign of markup stands already', () => {
    expect(isAlikeTo('<p>a < b</p>', '<p>a <b</p>')).toBe(false)
    expect(isAlikeTo('<p>a </ b</p>', '<p>a </b</p>')).toBe(false)
  })

  it('the text of a script or a style in a picture, and a value that nobody closes', () => {
    expect(isAlikeTo('<svg><script>a</script></svg>', '<svg><script>b</script></svg>')).toBe(false)
    expect(isAlikeTo('<svg><style>a</style></svg>', '<svg><style>b</style></svg>')).toBe(false)
    expect(isAlikeTo('<p title="a', '<p title="b')).toBe(false)
  })
})

it('no attack makes a page that is alike to the same page with a word in its place', () => {
  for (const attack of attacks) {
    const page = bodyOf(attack)
    for (const word of ['word', '', 'some words', '/path', 'x=1']) {
      const other = bodyOf({ ...attack, value: word })
      if (
        other !== page &&
        detect({ kind: 'html', body: other }, [{ source: 'query', path: 'q', value: word }]) === null
      )
        expect(isAlikeTo(other, page), attack.says).toBe(false)
    }
  }
})

it('what differs lies between the beginning and the end that are told', () => {
  const rows = (count: number): string => `<ul>${'<li>x</li>'.repeat(count)}</ul>`
  const page = `<title>Ann</title>${rows(3)}<p>é</p>`
  const next = `<title>Bob</title>${rows(2)}<li><b>new</b></li>${rows(3)}<p>é</p>`
  const one = new KnownPage(page)
  for (const body of [next, Buffer.from(next)]) {
    const difference = one.differenceIn(body)
    if (!difference) throw new Error('They are not alike.')
    const end = one.endOf(difference, body)
    expect(body.toString().slice(difference.start, end)).toContain('<li><b>new</b></li>')
    expect(difference.start).toBeGreaterThan('<title>Bob</title><ul>'.length)
    expect(end).toBeLessThan(next.length - '<p>é</p>'.length)
  }
})

const piece = fc.oneof(
  fc.constantFrom(
    '<b>',
    '</b>',
    '<p title="',
    '"',
    '>',
    '<',
    '</',
    '<!--',
    '-->',
    '--',
    '<script>',
    '</script>',
    "'",
    '=',
  ),
  fc.constantFrom(
    '<a href="',
    '<title>',
    '</title>',
    '<input value=',
    ' a',
    'x',
    ' ',
    'javascript:',
    '<style>',
    '/',
    '!',
    '-',
  ),
)
const texts = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''))
const changed = fc.tuple(texts, texts, texts, texts)

it('pages that are alike have the same markup', () => {
  let alike = 0
  fc.assert(
    fc.property(changed, ([before, one, other, after]) => {
      const page = before + one + after
      const next = before + other + after
      if (!isAlikeTo(page, next)) return
      alike += 1
      expect(shapeOf(next)).toEqual(shapeOf(page))
    }),
    { numRuns: 40_000, seed: 17 },
  )
  expect(alike).toBeGreaterThan(1_000)
})

it('a page in which a value is found is not alike to one with a word in its place', () => {
  let found = 0
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom('', 'x', 'two words', '/path', '0'),
      texts,
      texts,
      (before, one, other, after) => {
        const page = before + one + after
        const next = before + other + after
        const finding = detect({ kind: 'html', body: next }, [{ source: 'query', path: 'q', value: other }])
        // What it resembles elsewhere in these heaps of signs is not what came in.
        const { start, end } = finding?.operationSpan ?? { start: 0, end: 0 }
        if (page === next || start >= before.length + other.length || end <= before.length) return
        found += 1
        expect(isAlikeTo(page, next)).toBe(false)
      },
    ),
    { numRuns: 40_000, seed: 19 },
  )
  expect(found).toBeGreaterThan(1_000)
})

/** The kinds of the pieces in their order, but for texts that may be empty. */
function shapeOf(page: string): number[] {
  const { segments } = readMarkup(page)
  return Array.from({ length: segments.length }, (_, index) => segments.kindAt(index)).filter(
    (of) => ![0, 1, 3, 4, 7].includes(of),
  )
}
