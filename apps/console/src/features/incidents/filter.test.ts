import { describe, expect, it } from 'vitest'
import { readFilter } from './filter.ts'

describe('the incident filter', () => {
  it.each([
    ['', {}],
    ['severity:critical', { severity: ['critical'] }],
    ['severity:critical severity:high', { severity: ['critical', 'high'] }],
    ['protection:SqlInjection -route:/health', { protection: ['SqlInjection'], notRoute: '/health' }],
    ['state:new union select', { state: ['new'], text: 'union select' }],
    ['route:"/a b" x', { route: '/a b', text: 'x' }],
    ['http://host', { text: 'http://host' }],
    ['severity:', {}],
    ['from:2026-01-31', { from: '2026-01-31T00:00:00.000Z' }],
  ])('reads %j', (typed, filter) => {
    expect(readFilter(typed)).toEqual({ filter, mistakes: [] })
  })

  it('names what is allowed where a value is not', () => {
    const { filter, mistakes } = readFilter('severity:awful')
    expect(filter).toEqual({})
    expect(mistakes).toEqual(['severity is one of critical, high, medium, low, info; given awful'])
  })
})
