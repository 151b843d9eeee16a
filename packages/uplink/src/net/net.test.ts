import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs, retryAfterMs } from './backoff.ts'
import { eventParser } from './event-parser.ts'

describe('backoff', () => {
  const timings = { backoffFirstMs: 500, backoffMostMs: 30_000 }

  it.each([
    [1, 250, 500],
    [2, 500, 1_000],
    [6, 8_000, 16_000],
    [7, 15_000, 30_000],
    [8, 15_000, 30_000],
    [1_000_000, 15_000, 30_000],
  ])('after failure %d waits from %d to %d ms', (failures, least, most) => {
    expect(backoffMs(failures, () => 0, timings)).toBe(least)
    expect(backoffMs(failures, () => 1, timings)).toBe(most)
  })

  it.each([
    [undefined, null],
    ['', null],
    ['soon', null],
    ['0', 0],
    ['120', 120_000],
    ['600', 600_000],
    ['601', 600_000],
    ['Thu, 01 Jan 1970 00:01:40 GMT', 100_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('reads Retry-After %j as %j ms', (header, wait) => {
    expect(retryAfterMs(header, 0)).toBe(wait)
  })
})

describe('event stream', () => {
  const text =
    ': hello\n\nevent: config\ndata: {"revision":3}\n\nid: 7\nretry: 10\ndata: one\ndata:two\r\n\r\nevent: empty\n\ndata\n\n'
  const events = [
    { name: 'config', data: '{"revision":3}' },
    { name: 'message', data: 'one\ntwo' },
    { name: 'message', data: '' },
  ]

  it('is read the same however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 20 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        const parse = eventParser()
        const read = places.slice(1).flatMap((end, index) => parse(text.slice(places[index], end)))
        expect(read).toEqual(events)
      }),
    )
  })

  it('without an end is refused rather than kept for ever', () => {
    const parse = eventParser()
    expect(parse('data: ' + 'x'.repeat(999_994))).toEqual([])
    expect(() => parse('y')).toThrow(RangeError)
  })
})
