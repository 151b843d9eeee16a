import { parse, tokenizer, tokTypes } from 'acorn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMarkup } from '../html/read-markup.ts'
import { attacks, bodyOf } from './cases.ts'
import { detect } from './detect.ts'
import { KnownPage } from './known-page.ts'

const known = [
  '<!doctype html><html><head><title>Orders of Ann</title><meta name="csrf" content="a1b2"><meta http-equiv="refresh" content="5"><!-- made in 12 ms -->',
  '<script nonce="n1">start("shop"); count("orders", 17); theme=\'\'; x(`t`, /re/) // of Ann</script><script type="application/json">{"user":"Ann"}</script><style>p{color:red}</style>',
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
    ['start("shop")', 'start("Shop of Ann, 2nd")'],
    ['start("shop")', 'start("")'],
    ['start("shop")', 'start("/orders/17")'],
    ['start("shop")', 'start("dGhlIHNob3A/+w==")'],
    [', 17)', ', 1712.5)'],
    [', 17)', ', 8)'],
    ["''", "'dark'"],
    ["''", "'it is'"],
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
    ['start("shop")', 'start2("shop")'],
    ['start("shop")', 'start("shop"+x)'],
    ['start("shop")', "start('shop')"],
    ['start("shop")', 'start("sh\\op")'],
    ['start("shop")', 'start("<shop")'],
    ['start("shop")', 'start("javascript:shop")'],
    ['start("shop")', 'start("//shop.example")'],
    ['start("shop")', 'start("sh\nop")'],
    ['start("shop")', 'start()'],
    [', 17)', ', 17+x)'],
    [', 17)', ', 17.toFixed())'],
    [', 17)', ', x)'],
    [', 17)', ', )'],
    [', 17)', ', 17, 18)'],
    ['`t`', '`u`'],
    ['/re/', '/ru/'],
    ['// of Ann', '// of Bob'],
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

  it('strings in scripts that no engine reads, that markup is in, or that are another language', () => {
    for (const [before, after] of [
      ['<script>f("', '"); g("</script>'],
      ['<script>f("', '"); /* </script>'],
      ['<script><!-- <script> f("', '") --></script>'],
      ['<script type="text/x-template">f("', '")</script>'],
      ['<script type="importmap">{"imports":{"a":"', '"}}</script>'],
      ['<svg><script>f("', '")</script></svg>'],
      ['<p onclick="f(\'', '\')">x</p>'],
    ] as const)
      expect(isAlikeTo(`${before}a${after}`, `${before}b${after}`), before).toBe(false)
    expect(isAlikeTo('<script type="module">f("a")</script>', '<script type="module">f("b")</script>')).toBe(true)
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

it('a page that is alike is so from its beginning on, wherever a part of it ends', () => {
  const next = known
    .replace('Orders of Ann', "Orders of O'Brien")
    .replace('made in 12', 'made in 3')
    .replace('"shop"', '"a new shop"')
    .replace(', 17)', ', 1800.5)')
    .replace('17 orders, Ann', '3 orders, Bob')
    .replace('/orders/17', 'https://example.org/orders')
  expect(isAlikeTo(known, next)).toBe(true)
  const one = new KnownPage(known)
  const others = Array.from(next, (_, at) => next.slice(0, at)).filter((part) => !one.beginsAs(part))
  // What may be the end of a comment, and what is no number yet.
  expect(others.map((part) => part.slice(-5))).toEqual(['ms --', '1800.'])
  expect(one.beginsAs('<!doctype html><html><head><title>Orders of <b>')).toBe(false)
  expect(one.beginsAs('<!doctype html><html><body>')).toBe(false)
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

const markup = fc.constantFrom(
  ...['<b>', '</b>', '<p title="', '"', '>', '<', '</', '<!--', '-->', '--', '<script>', '</script>', "'", '='],
)
const words = fc.constantFrom(
  ...['<a href="', '<title>', '</title>', '<input value=', ' a', 'x', ' ', 'javascript:', '<style>', '/', '!', '-'],
)
const code = fc.constantFrom(
  ...['<script>f("', '")</script>', '<script>', '</script>', '"', "'", '`', '1', '.5', '\\', '//', '/*', '*/', '\n'],
  ...['(', ')', ';', 'f', ' + ', '${', '}', ' ', '<!--', '-->', '<', 'ab'],
)
const textsOf = (piece: fc.Arbitrary<string>, maxLength = 14): fc.Arbitrary<string> =>
  fc.array(piece, { maxLength }).map((parts) => parts.join(''))
const inMarkup = textsOf(fc.oneof(markup, words))
const inScript = textsOf(code)
/** What stands before, two that may stand there, and what stands behind. */
const changed = fc.oneof(
  fc.tuple(inMarkup, inMarkup, inMarkup, inMarkup),
  fc.tuple(
    inScript.map((text) => `<script>${text}`),
    inScript,
    inScript,
    inScript.map((text) => `${text}</script>`),
  ),
)

const aWord = fc.constantFrom('', 'x', 'two words', '/path', '0')

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

it('a page that begins alike has the same markup so far', () => {
  let alike = 0
  fc.assert(
    fc.property(changed, fc.nat(60), ([before, one, other, after], cut) => {
      const page = before + one + after
      const beginning = (before + other + after).slice(0, cut)
      if (!new KnownPage(page).beginsAs(beginning)) return
      if (!page.startsWith(beginning)) alike += 1
      // What is cut may go on to be something else.
      const shape = shapeOf(beginning).slice(0, -1)
      expect(shapeOf(page).slice(0, shape.length)).toEqual(shape)
    }),
    { numRuns: 40_000, seed: 29 },
  )
  expect(alike).toBeGreaterThan(1_000)
})

it('scripts that are alike have the same tokens for an engine, but for what strings and numbers say', () => {
  const said = textsOf(
    fc.constantFrom(
      ...['a', 'b c', ' ', '1', '.5', '0', '"', "'", '`', '\\', '//', '/', '*/', ')', ';', '${', '}', '=', ':'],
    ),
    4,
  )
  const statement = fc.constantFrom(
    ...[
      'f("?");',
      "f('?');",
      'x = {a: "?", b: [?]};',
      '// ?\n',
      '/* ? */',
      '`?`;',
      '`${"?"}`;',
      '/?/.test(s);',
      'n = ?;',
    ],
    ...['if (a / 2 > ?) g("/");', 'y = a\n/"?"/1;', 'x => "?"\n', '"use ?";\n', '?;', 'z.a?.b;'],
  )
  const script = fc.array(statement, { minLength: 1, maxLength: 5 }).map((lines) => lines.join(''))
  let alike = 0
  fc.assert(
    fc.property(script, said, said, (lines, one, other) => {
      const [page, next] = [lines.replaceAll('?', one), lines.replaceAll('?', other)]
      if (page === next || !isAlikeTo(`<script>${page}</script>`, `<script>${next}</script>`)) return
      const known = tokensOf(page)
      if (known) alike += 1
      expect(tokensOf(next)).toEqual(known)
    }),
    { numRuns: 40_000, seed: 23 },
  )
  expect(alike).toBeGreaterThan(1_000)
})

it('a page in which a value is found is not alike to one with a word in its place', () => {
  let found = 0
  fc.assert(
    fc.property(changed, aWord, ([before, , other, after], word) => {
      const page = before + word + after
      const next = before + other + after
      const finding = detect({ kind: 'html', body: next }, [{ source: 'query', path: 'q', value: other }])
      // What it resembles elsewhere in these heaps of signs is not what came in.
      const { start, end } = finding?.operationSpan ?? { start: 0, end: 0 }
      if (page === next || start >= before.length + other.length || end <= before.length) return
      found += 1
      expect(isAlikeTo(page, next)).toBe(false)
    }),
    { numRuns: 40_000, seed: 19 },
  )
  expect(found).toBeGreaterThan(1_000)
})

/** As an engine reads a script; null where it does not. */
function tokensOf(script: string): string[] | null {
  try {
    parse(script, { ecmaVersion: 'latest' })
    return Array.from(tokenizer(script, { ecmaVersion: 'latest' }), ({ type, start, end }) =>
      type === tokTypes.string || type === tokTypes.num ? type.label : script.slice(start, end),
    )
  } catch {
    return null
  }
}

/** The kinds of the pieces in their order, but for texts that may be empty. */
function shapeOf(page: string): number[] {
  const { segments } = readMarkup(page)
  return Array.from({ length: segments.length }, (_, index) => segments.kindAt(index)).filter(
    (of) => ![0, 1, 3, 4, 7].includes(of),
  )
}
