import { describe, expect, it } from 'vitest'
import { growth } from '@riposte/testkit/growth'
import { detect } from './detect.ts'
import { KnownPage } from './known-page.ts'
import { mayFind } from './may-find.ts'

const inputs = (values: readonly string[]) =>
  values.map((value, index) => ({ source: 'body', path: `[${index}]`, value }))

/** The best of three, in milliseconds: what the machine does beside it only adds. */
function bestOf(work: () => void, rounds = 3): number {
  let best = Infinity
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now()
    work()
    best = Math.min(best, performance.now() - started)
  }
  return best
}

const timeOf = (body: string, values: readonly string[], rounds = 3): number =>
  bestOf(() => void detect({ kind: 'html', body }, inputs(values)), rounds)

/** With a page that is like it in much and unlike it in much, as text and as bytes. */
const timeKnown = (body: string, values: readonly string[]): number => {
  const page = Buffer.from(`${body}<p>end</p>`)
  return bestOf(() => {
    for (const text of [body.replace(/[a-z] /g, 'yy '), body.slice(body.length / 2), `${body.slice(1)}<b>${body}`]) {
      const known = new KnownPage(text)
      for (const other of [page, page.toString()]) {
        const difference = known.differenceIn(other)
        if (difference) mayFind(String(other).slice(difference.start, known.endOf(difference, other)), inputs(values))
      }
    }
  })
}

const shapes: readonly (readonly [string, (size: number) => { body: string; values: string[] }])[] = [
  ['signs that open nothing', (size) => ({ body: '<'.repeat(size), values: ['<<', '<'.repeat(size / 2)] })],
  ['tags', (size) => ({ body: '<b>'.repeat(size), values: ['<b>', '<b><b>'] })],
  ['tags that are not closed', (size) => ({ body: '<b '.repeat(size), values: ['<b <b', 'b <'] })],
  ['attributes', (size) => ({ body: `<p ${'a=1 '.repeat(size)}>x</p>`, values: ['a=1 a=1', 'a=1'] })],
  ['quoted attributes', (size) => ({ body: `<p ${'a="1" '.repeat(size)}>x</p>`, values: ['"1" a', '1" a="1'] })],
  ['a name', (size) => ({ body: `<${'a'.repeat(size)}`, values: ['<aaa', 'a'.repeat(size / 2)] })],
  ['comments', (size) => ({ body: '<!-- x -->'.repeat(size), values: ['x --', '--><!--'] })],
  ['a comment that nobody closes', (size) => ({ body: `<!--${'--x'.repeat(size)}`, values: ['--x--', 'x<!--'] })],
  ['ends of comments', (size) => ({ body: `<!-- ${'--!'.repeat(size)}`, values: ['--!--'] })],
  ['ends of a title that are none', (size) => ({ body: `<title>${'</titl'.repeat(size)}`, values: ['</titl</titl'] })],
  ['comments in a script', (size) => ({ body: `<script>${'<!--<script>'.repeat(size)}`, values: ['<!--<script'] })],
  ['scripts', (size) => ({ body: '<script>x="a"</script>'.repeat(size), values: ['x="a', '"a"'] })],
  ['strings of a script', (size) => ({ body: `<script>${'f("a b ", 1);'.repeat(size)}</script>`, values: ['"a b'] })],
  ['handlers', (size) => ({ body: '<b onclick="f(\'a b\')">'.repeat(size), values: ["a b')", 'a b'] })],
  ['images of SVG in each other', (size) => ({ body: '<svg><title>'.repeat(size), values: ['<svg><title>'] })],
  ['entities', (size) => ({ body: '&lt;'.repeat(size), values: ['<<', '&lt;&lt;', '<'.repeat(size / 4)] })],
  ['ampersands', (size) => ({ body: `ab(c${'&'.repeat(size)}`, values: [`ab(c${'<'.repeat(size / 2)}`] })],
  ['backslashes', (size) => ({ body: `ab(c${'\\'.repeat(size)}`, values: [`ab(c${'"'.repeat(size / 2)}`] })],
  [
    'a value that is nearly everywhere',
    (size) => ({ body: 'a(b <'.repeat(size), values: [`${'a(b <'.repeat(size / 2)}!`] }),
  ],
  ['a value that stands everywhere', (size) => ({ body: '<p>a &lt;b</p>'.repeat(size), values: ['a <b', 'a &lt;b'] })],
  ['addresses', (size) => ({ body: `<a href="${'javascript:'.repeat(size)}">`, values: ['javascript:javascript:'] })],
  [
    'pages in pages',
    (size) => ({ body: '<iframe srcdoc="&lt;b a(b&gt;"></iframe>'.repeat(size), values: ['<b a(b>'] }),
  ],
  ['styles', (size) => ({ body: '<p style="color:red;x:y">'.repeat(size), values: ['red;x:y', 'x:y'] })],
  ['a style', (size) => ({ body: `<style>${'p{color:"a;b"}'.repeat(size)}</style>`, values: ['"a;b"}', 'a;b'] })],
]

describe('the time grows with the page and not faster', () => {
  it.each(shapes)('%s', (_, make) => {
    const small = make(4_000)
    const large = make(32_000)
    const ratio = growth(
      () => timeOf(small.body, small.values),
      () => timeOf(large.body, large.values),
      28,
    )
    // Eight times the page; sixty-four times the time would be a square.
    expect(ratio).toBeLessThan(28)
  })

  it.each(shapes)('compared with a known one: %s', (_, make) => {
    const small = make(4_000)
    const large = make(32_000)
    const ratio = growth(
      () => timeKnown(small.body, small.values),
      () => timeKnown(large.body, large.values),
      28,
    )
    expect(ratio).toBeLessThan(28)
  })

  it('a page of five megabytes with a thousand values, none of which it holds and all of which it holds', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => `value number ${index}: <it's> "fine" & (well)`)
    const row = '<tr><td class="a">Some text, (more) of it</td><td>&lt;b&gt; 1 &amp; 2</td></tr>\n'
    expect(timeOf(row.repeat(65_000), values, 1)).toBeLessThan(4_000)
    const escaped = values.map((value) => `<p>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`).join('')
    expect(timeOf(escaped.repeat(60), values, 1)).toBeLessThan(4_000)
  })
})
