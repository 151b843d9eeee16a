import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growth } from '@riposte/testkit/growth'
import { attacks, benign, locationOf, ownHost } from './cases.ts'
import { detect } from './detect.ts'

const judge = (location: string, values: readonly string[], allowedDomains: readonly string[] = []) =>
  detect(
    { kind: 'redirect', location, host: ownHost },
    values.map((value, index) => ({ source: 'query', path: `query.q[${index}]`, value })),
    { allowedDomains },
  )

/** Where a browser on the site would go, over TLS or not. */
const leaves = (location: string): boolean =>
  ['https:', 'http:'].some((scheme) => {
    try {
      const url = new URL(location, `${scheme}//${ownHost}/`)
      return !['http:', 'https:'].includes(url.protocol) || url.hostname.replace(/^www\.|\.$/g, '') !== ownHost
    } catch {
      return false
    }
  })

describe('a target that the request chose is found', () => {
  it.each(attacks)('$says', (it) => {
    expect(leaves(locationOf(it))).toBe(true)
    expect(judge(locationOf(it), [it.value])).not.toBeNull()
  })
})

describe('a target that the app chose is not', () => {
  it.each(benign)('$says', (it) => {
    expect(judge(locationOf(it), [it.value])).toBeNull()
  })
})

it('of any value that is the whole location it is found exactly when a browser would leave', () => {
  const pieces = fc.constantFrom(
    ...[
      '/',
      '//',
      '\\',
      ':',
      '@',
      '?',
      '#',
      '.',
      'https:',
      'http:',
      'HTTPS://',
      'javascript:',
      '\t',
      ' ',
      '%2f',
      '%40',
    ],
    ...['evil.com', 'evil', ownHost, 'www.', 'a', '[::1]', '1.2.3.4', 'é', '。', 'xn--', ':80', ';', '&', '=', '%'],
  )
  let found = 0
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 6 }), (parts) => {
      const value = parts.join('')
      // One letter chooses nothing that anybody owns.
      if (value.trim().length < 2) return
      if (leaves(value)) found += 1
      expect(judge(value, [value]) !== null, value).toBe(leaves(value))
    }),
    { numRuns: 20_000, seed: 3 },
  )
  expect(found).toBeGreaterThan(1_500)
})

describe('what a link cannot bring', () => {
  it.each(['headers.host', 'headers.referer', 'headers.x-forwarded-host', 'headers.origin'])('%s', (path) => {
    const input = { source: 'headers', path, value: 'https://elsewhere.example/a' }
    const operation = { kind: 'redirect', location: 'https://elsewhere.example/a' } as const
    expect(detect(operation, [input])).toBeNull()
    expect(detect(operation, [{ ...input, source: 'query', path: 'query.next' }])).not.toBeNull()
  })
})

describe('hosts that the settings allow', () => {
  it.each([
    ['partner.example', 'https://partner.example/a', true],
    ['partner.example', 'https://x.partner.example/a', false],
    ['*.partner.example', 'https://x.partner.example/a', true],
    ['*.partner.example', 'https://partner.example/a', false],
    ['*.partner.example', 'https://evilpartner.example/a', false],
    ['partner.example', 'https://partner.example@evil.com/a', false],
    ['partner.example', 'https://partner.example.evil.com/a', false],
    ['partner.example:8443', 'https://partner.example/a', false],
    ['https://partner.example', 'http://partner.example/a', false],
    ['https://partner.example', 'https://PARTNER.example/a', true],
    ['shopapp://', 'shopapp:///a', true],
    ['not a host', 'https://evil.com', false],
  ])('%s and %s: %s', (entry, location, allowed) => {
    expect(judge(location, [location], [entry]) === null).toBe(allowed)
  })
})

it('a host that is put together of several values is found', () => {
  expect(judge('https://evil.example/a', ['evil', 'example'])).not.toBeNull()
  expect(judge('https://evil.example/a', ['evil'])).toBeNull()
})

it('nothing that can be sent or answered makes it throw', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.webUrl(), fc.string({ maxLength: 30 }))
  fc.assert(
    fc.property(text, text, text, (before, value, after) => {
      judge(before + value + after, [value, before, after])
      detect({ kind: 'redirect', location: value, host: after }, [{ source: 'query', path: 'q', value }])
    }),
    { numRuns: 5_000, seed: 8 },
  )
})

it.each([
  ['slashes', '/'],
  ['names', 'a.'],
  ['users', 'a@'],
  ['schemes', 'http:'],
  ['white space', ' \t'],
  ['percent signs', '%25'],
])('the time grows with the location and not faster: %s', (_, piece) => {
  const timeOf = (size: number): number => {
    const started = performance.now()
    for (let round = 0; round < 3; round += 1)
      judge(`//evil.com/${piece.repeat(size)}`, [piece.repeat(size), piece.repeat(400), `//evil.com/${piece}`])
    return performance.now() - started
  }
  expect(
    growth(
      () => timeOf(1_000),
      () => timeOf(8_000),
      28,
    ),
  ).toBeLessThan(28)
})

it('says nothing of the value', () => {
  expect(judge('https://secret.example', ['https://secret.example'])?.reason).not.toContain('secret')
})
