import { describe, expect, it } from 'vitest'
import { completeTokens, readTokens, type TokenKeys } from './filter-tokens.ts'

const keys: TokenKeys = {
  state: { many: true, choices: ['active', 'held'] },
  online: { form: 'yes_no' },
  group: { many: true },
  '-route': { to: 'notRoute' },
  device: { to: 'deviceId', form: 'uuid' },
  from: { form: 'time' },
}

describe('tokens of a filter', () => {
  it.each([
    ['', {}],
    ['state:held state:active web', { state: ['held', 'active'], text: 'web' }],
    ['group:"front row" -route:/x', { group: ['front row'], notRoute: '/x' }],
    ['online:yes', { online: 'yes' }],
    ['from:2026-01-31', { from: '2026-01-31T00:00:00.000Z' }],
    ['constructor:x', { text: 'constructor:x' }],
    ['http://host state:', { text: 'http://host' }],
  ])('reads %j', (typed, filter) => {
    expect(readTokens(typed, keys)).toEqual({ filter, mistakes: [] })
  })

  it.each([
    ['state:gone', 'state is one of active, held; given gone'],
    ['online:true', 'online is one of yes, no; given true'],
    ['from:soon', 'from is a date such as 2026-01-31; given soon'],
    ['device:web-3', 'device is an id, 36 characters; given web-3'],
  ])('says of %j what would be right', (typed, mistake) => {
    expect(readTokens(typed, keys)).toEqual({ filter: {}, mistakes: [mistake] })
  })

  it.each([
    ['sta', ['state:']],
    ['web sta', ['web state:']],
    ['state:h', ['state:held ']],
    ['online:', ['online:yes ', 'online:no ']],
    ['group:fr', ['group:"front row" ', 'group:friends ']],
    ['group:"front r', ['group:"front row" ']],
    ['nothing:x', []],
    ['', []],
  ])('completes %j', (typed, texts) => {
    expect(completeTokens(typed, keys, { group: ['front row', 'friends'] })).toEqual(texts)
  })
})
