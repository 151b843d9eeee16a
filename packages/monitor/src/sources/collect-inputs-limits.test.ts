import { millisecondsOf } from '@riposte/testkit/growth'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Limits } from '../core/limits.ts'
import { collect, form, multipart, part, typed, valuesOf, type Sent } from '../testing/send-to-collector.ts'

describe('what cannot be read is said', () => {
  const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])
  test.each([
    { name: 'a picture', sent: typed('image/png', picture) },
    {
      name: 'a picture in a form',
      sent: multipart(part('content-disposition: form-data; name="f"; filename="a"', picture.toString('latin1'))),
    },
    { name: 'an unknown encoding', sent: typed('text/plain', 'x', ['content-encoding', 'rot13']) },
    { name: 'a broken encoding', sent: typed('text/plain', 'x', ['content-encoding', 'gzip']) },
    { name: 'a form without its boundary', sent: typed('multipart/form-data', 'x') },
  ])('$name', ({ sent }) => {
    expect(collect(sent).unread).toMatch(/\w/)
  })

  test('and nothing is said of what was read', () => {
    expect(collect(typed('text/plain', 'x')).unread).toBeNull()
  })
})

describe('the limits', () => {
  const limits: Limits = { bodyBytes: 1_000, values: 10, valueLength: 20, depth: 4 }
  const flood = Array.from({ length: 50 }, (_, index) => `p${index}=v${index}`).join('&')

  test('the last value that fits is kept, the next is cut', () => {
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`k${index}`, `v${index}`]))
    expect(collect({ parsed: ten }, limits).cuts).toEqual([])
    expect(collect({ parsed: { ...ten, more: 'x' } }, limits).cuts).toEqual([{ limit: 'values', source: 'body' }])
  })

  test('a flood in one part leaves the others their room', () => {
    const values = valuesOf(
      {
        url: `/?${flood}`,
        headers: [
          ['x-name', 'header'],
          ['cookie', 'a=cookie'],
        ],
        parsed: { a: 'body' },
        params: { a: 'param' },
      },
      limits,
    )
    expect(values).toEqual(expect.arrayContaining(['header', 'cookie', 'body', 'param', 'v9']))
    expect(values).not.toContain('v10')
  })

  test.each<{ name: string; sent: Sent; cut: string }>([
    { name: 'a query', sent: { url: `/?${flood}` }, cut: 'values of query' },
    {
      name: 'headers',
      sent: { headers: Array.from({ length: 20 }, (_, index) => [`h${index}`, `v${index}`] as const) },
      cut: 'values of headers',
    },
    { name: 'cookies', sent: { headers: [['cookie', flood.replaceAll('&', ';')]] }, cut: 'values of cookies' },
    { name: 'a form', sent: typed('application/x-www-form-urlencoded', flood), cut: 'values of body' },
    { name: 'lines', sent: typed('application/x-ndjson', flood.replaceAll('&', '\n')), cut: 'values of body' },
    { name: 'a long value', sent: { parsed: { a: 'x'.repeat(21) } }, cut: 'valueLength of body' },
    { name: 'a deep value', sent: { parsed: [[[[['x']]]]] }, cut: 'depth of body' },
    { name: 'a long body', sent: typed('text/plain', 'x'.repeat(1_001)), cut: 'bodyBytes of body' },
    {
      name: 'a body that swells',
      sent: typed('text/plain', gzipSync('x'.repeat(50_000)), ['content-encoding', 'gzip']),
      cut: 'bodyBytes of body',
    },
    { name: 'a list of nothing', sent: { parsed: { a: new Array<null>(1_000).fill(null) } }, cut: 'values of body' },
  ])('$name is cut, and it is said where', ({ sent, cut }) => {
    expect(collect(sent, limits).cuts.map(({ limit, source }) => `${limit} of ${source}`)).toContain(cut)
  })

  test('a value after a long one is kept', () => {
    expect(valuesOf({ parsed: ['x'.repeat(30), 'after'] }, limits)).toContain('after')
  })

  test('the beginning of what swells is read', () => {
    const body = gzipSync(`{"a":"x"}${' '.repeat(500_000)}`)
    const values = valuesOf(typed('text/plain', body, ['content-encoding', 'gzip']))
    expect(values).toContain('x')
  })

  test('a getter that throws is nobody’s input', () => {
    const body = { a: 'x' }
    Object.defineProperty(body, 'b', {
      enumerable: true,
      get: () => {
        throw new Error('no')
      },
    })
    expect(valuesOf({ parsed: body })).toEqual(['x'])
  })
})

describe('time', () => {
  const long = 200_000
  test.each<{ name: string; sent: Sent }>([
    { name: 'quotes in a GraphQL document', sent: { parsed: { query: `{${'"\\'.repeat(long)}` } } },
    { name: 'three quotes in a GraphQL document', sent: { parsed: { query: `{${'"""a'.repeat(long / 2)}"` } } },
    { name: 'tags that are never closed', sent: typed('text/xml', '<a "'.repeat(long)) },
    { name: 'comments that are never closed', sent: typed('text/xml', '<!--'.repeat(long)) },
    { name: 'CDATA that is never closed', sent: typed('text/xml', '<![CDATA['.repeat(long / 2)) },
    { name: 'entities', sent: typed('text/xml', `<a>${'&#x'.repeat(long)}`) },
    { name: 'boundaries', sent: typed(form, '\r\n--edge'.repeat(long / 2)) },
    {
      name: 'headers of parts',
      sent: typed(form, `--edge\r\ncontent-disposition: form-data${'; name="'.repeat(long / 4)}\r\n\r\n`),
    },
    {
      name: 'folded headers of parts',
      sent: typed(form, `--edge\r\n${'content-disposition:\r\n '.repeat(long / 8)}\r\n\r\n`),
    },
    { name: 'ampersands', sent: typed('application/x-www-form-urlencoded', '&'.repeat(long * 4)) },
    { name: 'brackets', sent: typed('application/x-www-form-urlencoded', '['.repeat(long * 4)) },
    { name: 'percent signs', sent: typed('application/x-www-form-urlencoded', `a=${'%'.repeat(long)}%27`) },
    { name: 'empty lines', sent: typed('application/x-ndjson', '\n'.repeat(long * 4)) },
    { name: 'nested lists', sent: typed('application/json', `${'['.repeat(5_000)}${']'.repeat(5_000)}`) },
    { name: 'slashes', sent: { url: '/'.repeat(16_000) } },
  ])('$name are read in a moment', ({ sent }) => {
    // Far from both: what is linear takes milliseconds, a square takes minutes. The quickest of some counts, since the machine is shared.
    let quickest = Infinity
    for (let attempt = 0; attempt < 8 && quickest > 1_000; attempt += 1)
      quickest = Math.min(
        quickest,
        millisecondsOf(() => collect(sent)),
      )
    expect(quickest).toBeLessThan(1_000)
  })
})
