import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'
import { asTheSdkSees } from './sdk-inputs.ts'

const settings = { allowedOperators: [] }
const judge = (filter: unknown, request: object) => detect({ kind: 'nosql', filter }, asTheSdkSees(request), settings)
const attack = { body: { password: { $ne: null } } }

class ObjectId {
  readonly _bsontype = 'ObjectId'
  toHexString(): string {
    return '0'.repeat(24)
  }
}

class ObjectOf {
  readonly tenant = 1
}

describe('whatever the driver is given is read', () => {
  const cyclic: Record<string, unknown> = { password: { $ne: null } }
  cyclic['self'] = cyclic
  const throwing = Object.defineProperty({ password: { $ne: null } }, 'a', {
    enumerable: true,
    get: () => {
      throw new Error('no')
    },
  })
  const refusing: unknown = new Proxy({}, { ownKeys: () => refuse() })
  let deep: unknown = { $ne: null }
  for (let level = 0; level < 50; level += 1) deep = { $and: [deep] }

  it.each([
    ['a circle', () => cyclic],
    ['a getter that throws', () => throwing],
    ['a proxy beside it', () => ({ password: { $ne: null }, other: new Proxy({}, { ownKeys: () => refuse() }) })],
    ['a Map', () => new Map<string, unknown>([['password', new Map([['$ne', null]])]])],
    ['no prototype', () => Object.assign(Object.create(null) as object, { password: { $ne: null } })],
    ['an instance of a class', () => Object.assign(new ObjectOf(), { password: { $ne: null } })],
    [
      'types of the driver beside it',
      () => ({ _id: new ObjectId(), at: new Date(), b: Buffer.from('x'), password: { $ne: null } }),
    ],
    ['numbers of any size beside it', () => ({ n: 10n ** 30n, password: { $ne: null } })],
    ['deep nesting', () => deep],
  ])('%s', (_, make) => {
    expect(judge(make(), attack)).not.toBeNull()
  })

  it.each([undefined, null, 5, 'text', [], {}, () => 1, Symbol('a'), 10n, NaN])('and raises nothing: %s', (filter) => {
    expect(judge(filter, attack)).toBeNull()
  })

  it('and a proxy that refuses raises nothing', () => {
    expect(judge(refusing, attack)).toBeNull()
  })

  it('is not read forever', () => {
    let bottomless: object = {}
    for (let level = 0; level < 50_000; level += 1) bottomless = { a: bottomless }
    expect(judge(bottomless, attack)).toBeNull()
    expect(judge({ a: Array.from({ length: 300_000 }, () => ({ $gt: 1 })) }, attack)).toBeNull()
  })
})

describe('whatever the client sent is read', () => {
  it.each([
    ['names that objects have', { body: { __proto__: { $ne: null }, constructor: { $ne: 1 }, toString: 'x' } }],
    ['brackets that nobody closes', { query: { 'a[[[[$ne': 'x', ']]][': 'y', '[$]': 'z', $: '1', '.$.': '2' } }],
    ['JSON that ends early', { query: { a: '{"$ne":', b: '[{"$', c: '{$ne', d: '"$ne":' } }],
    ['lone surrogates', { query: { a: '{"$ne":"\ud800"}', '\udfff[$x]': '\ud800' } }],
    [
      'thousands of names',
      { query: Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`a[$x${at}]`, '1'])) },
    ],
  ])('%s', (_, request) => {
    expect(judge({ name: 'maya', age: { $gte: 18 } }, request)).toBeNull()
  })
})

it('nothing that can be sent or asked makes it throw', () => {
  const key = fc.oneof(
    fc.constantFrom('$ne', '$set', '$where', '$regex', 'a', 'a.$ne', '_bsontype', '__proto__', '$'),
    fc.string(),
  )
  const anything = fc.anything({
    key,
    maxDepth: 4,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
  })
  const text = fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('{"$ne":', 'a[$ne]=1', 'x", "$or": [{}], "y": "'),
  )
  fc.assert(
    fc.property(anything, anything, text, (filter, body, value) => {
      judge(filter, { body, query: { q: value, [value]: '1' } })
    }),
    { numRuns: 3_000, seed: 61 },
  )
})

describe('operators that an app allows its clients', () => {
  it('raise nothing, and others do', () => {
    const request = { query: { 'price[$gte]': '10', 'name[$ne]': 'x' } }
    const inputs = asTheSdkSees(request)
    const allowing = { allowedOperators: ['$gte'] }
    expect(detect({ kind: 'nosql', filter: { price: { $gte: '10' } } }, inputs, settings)).not.toBeNull()
    expect(detect({ kind: 'nosql', filter: { price: { $gte: '10' } } }, inputs, allowing)).toBeNull()
    expect(detect({ kind: 'nosql', filter: { name: { $ne: 'x' } } }, inputs, allowing)).not.toBeNull()
  })
})

describe('a finding', () => {
  it('names the operator and the place, and nothing of what it compares with', () => {
    const finding = judge({ password: { $ne: 'topsecret' } }, { body: { password: { $ne: 'topsecret' } } })
    expect(finding).toMatchObject({ input: { source: 'body' }, reason: expect.stringContaining('$ne') as string })
    expect(finding?.reason).not.toContain('topsecret')
  })
})

function refuse(): never {
  throw new Error('no')
}
