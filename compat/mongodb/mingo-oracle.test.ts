import fc from 'fast-check'
import { createRequire } from 'node:module'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { inspect } from '../../packages/protections/src/inspect.ts'
import { detect } from '../../packages/protections/src/nosql-injection/detect.ts'
import { asTheSdkSees } from '../../packages/protections/src/nosql-injection/sdk-inputs.ts'
import { install } from './support/install.ts'

interface Mingo {
  find(rows: readonly object[], filter: object): { all(): object[] }
  aggregate(rows: readonly object[], pipeline: readonly object[]): object[]
}
let mingo: Mingo
beforeAll(() => {
  install('current')
  mingo = createRequire(path.join(import.meta.dirname, 'current/package.json'))('mingo') as Mingo
})

const rows = [
  { _id: 1, name: 'maya', email: 'm@x.com', age: 30, tenant: 1, tags: ['a', 'b'], profile: { city: 'Ulm' } },
  {
    _id: 2,
    name: "O'Brien",
    email: 'o@x.com',
    age: 40,
    tenant: 2,
    tags: ['b'],
    deleted: true,
    profile: { city: 'Bonn' },
  },
  { _id: 3, name: '$ne', email: '', age: 0, tenant: 1, tags: [], profile: {} },
  { _id: 4, name: '{"$ne":null}', age: 7, tenant: 1, deleted: null },
]

type Body = Readonly<Record<string, unknown>>
type Template = readonly [says: string, make: (body: Body) => unknown]

/** How apps make a query of what comes in. */
const templates: readonly Template[] = [
  ['two fields', ({ name, email }) => ({ name, email })],
  ['one field', ({ name }) => ({ name })],
  ['a field of another name', ({ login }) => ({ email: login, deleted: { $ne: true } })],
  ['all of the body', (body) => body],
  ['the body and a field of the app', (body) => ({ ...body, tenant: 1 })],
  ['either of two fields', ({ name }) => ({ $or: [{ name }, { email: name }] })],
  ['beside an operator of the app', ({ name }) => ({ $and: [{ deleted: { $ne: true } }, { name }] })],
  ['inside of a field', ({ name }) => ({ 'profile.city': name })],
  ['negated', ({ name }) => ({ name: { $not: { $eq: name } } })],
  ['a pipeline', ({ name }) => [{ $match: { name } }, { $sort: { age: 1 } }]],
  ['a pipeline with two', ({ name, email }) => [{ $match: { $or: [{ name }, { email }] } }]],
]
/** Ways in which nothing of the client's can become an operator. */
const careful: readonly Template[] = [
  ['made a text', ({ name }) => ({ name: String(name), deleted: { $ne: true }, age: { $gte: 0 } })],
  ['compared as it is', ({ name }) => ({ name: { $eq: name }, deleted: { $ne: null } })],
  ['made a number', ({ name }) => ({ age: { $gte: Number(name) || 0 }, deleted: { $exists: false } })],
  ['a pattern of the app’s', ({ name }) => ({ name: { $regex: `^${String(name).replaceAll(/\W/g, '')}` } })],
  [
    'one of a list',
    ({ name }) => ({ tags: { $in: [String(name)] }, $or: [{ deleted: null }, { deleted: { $ne: true } }] }),
  ],
]

const scalar = fc.oneof(
  fc.constantFrom(
    'maya',
    "O'Brien",
    '$ne',
    '{"$ne":null}',
    '{"$gt":""}',
    'name[$ne]',
    '$where',
    'm@x.com',
    'Ulm',
    '',
    'a.b',
  ),
  fc.constantFrom('{"name":{"$ne":"x"}}', '[{"$match":{}}]', '$', '$$ROOT', '1; return true', "' || 1 || '", '%24ne'),
  fc.string({ maxLength: 12 }),
  fc.integer({ min: -5, max: 50 }),
  fc.boolean(),
)
const operand: fc.Arbitrary<unknown> = fc.oneof(scalar, fc.constant(null), fc.array(scalar, { maxLength: 3 }))
const operator = fc.oneof(
  fc.tuple(fc.constantFrom('$ne', '$gt', '$gte', '$lt', '$lte', '$eq'), operand),
  fc.tuple(fc.constantFrom('$in', '$nin'), fc.array(scalar, { maxLength: 3 })),
  fc.tuple(fc.constant('$exists'), fc.boolean()),
  fc.tuple(fc.constant('$regex'), fc.constantFrom('.*', '^m', 'a', '')),
  fc.tuple(fc.constant('$type'), fc.constantFrom('string', 'int', 'number')),
  fc.tuple(
    fc.constant('$not'),
    fc.tuple(fc.constantFrom('$eq', '$gt'), scalar).map(([key, value]) => ({ [key]: value })),
  ),
)
const condition = fc
  .uniqueArray(operator, { minLength: 1, maxLength: 2, selector: ([key]) => key })
  .map(Object.fromEntries)
const value = fc.oneof({ weight: 2, arbitrary: condition }, { weight: 1, arbitrary: operand })
const clause = fc.record({ name: value, age: value }, { requiredKeys: [] })
const body = fc.record(
  {
    name: value,
    email: value,
    login: value,
    $or: fc.array(clause, { minLength: 1, maxLength: 2 }),
    $nor: fc.array(clause, { minLength: 1, maxLength: 2 }),
    $and: fc.array(clause, { minLength: 1, maxLength: 2 }),
    $expr: fc.constantFrom(true, { $gt: ['$age', 1] }),
  },
  { requiredKeys: ['name'] },
) as fc.Arbitrary<Body>

/** Which rows the query selects; null when the database refuses it. */
function selected(query: unknown): string | null {
  try {
    const found = Array.isArray(query)
      ? mingo.aggregate(rows, query as object[])
      : mingo.find(rows, query as object).all()
    return found.map((row) => (row as { _id: number })._id).join()
  } catch {
    return null
  }
}

/** The same body with every operator's object taken for a text that nobody has. */
function asPlain(given: Body): Body {
  const plain = (item: unknown): unknown =>
    typeof item === 'object' && item !== null && !Array.isArray(item) ? `${JSON.stringify(item)}?` : item
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, item]) => (key.startsWith('$') ? [] : [[key, plain(item)]])),
  )
}

const settings = { allowedOperators: [] }
const inSdk = (request: object, filter: unknown) =>
  detect({ kind: 'nosql', filter }, asTheSdkSees(request), settings) !== null
const inInspect = (request: object, filter: unknown) =>
  (inspect({ input: request, operation: { kind: 'nosql', filter } }) as { flagged: boolean }).flagged

describe('held against MongoDB’s rules, as mingo knows them', () => {
  it('every value that selects other rows than a plain value would is found', () => {
    let changed = 0
    const missed: string[] = []
    fc.assert(
      fc.property(fc.constantFrom(...templates), body, ([says, make], given) => {
        const query = make(given)
        const has = selected(query)
        if (has === null || has === selected(make(asPlain(given)))) return
        changed += 1
        if (!inSdk({ body: given }, query) || !inInspect({ body: given }, query))
          missed.push(`${says}: ${JSON.stringify(given)} -> ${JSON.stringify(query)}`)
      }),
      { numRuns: 6_000, seed: 37 },
    )
    expect(missed.slice(0, 10)).toEqual([])
    expect(changed).toBeGreaterThan(1_000)
  })

  it('the same in a text that the app parses', () => {
    fc.assert(
      fc.property(body, (given) => {
        const query: unknown = JSON.parse(JSON.stringify(given))
        if (selected(query) === null || selected(query) === selected(asPlain(given))) return
        expect(inSdk({ query: { filter: JSON.stringify(given) } }, query)).toBe(true)
      }),
      { numRuns: 2_000, seed: 41 },
    )
  })

  it.each([...templates, ...careful])('no plain value raises anything: %s', (_, make) => {
    fc.assert(
      fc.property(fc.record({ name: scalar, email: scalar, login: scalar }), (given) => {
        // JSON that says no more than an operator of the app's, and stands nowhere: nobody can tell that it was not parsed.
        if (Object.values(given).includes('{"$ne":null}') && !JSON.stringify(make(given)).includes('$ne\\\\":null'))
          return
        expect(inSdk({ body: given }, make(given))).toBe(false)
        expect(inInspect({ body: given }, make(given))).toBe(false)
        expect(inSdk({ query: given }, make(given))).toBe(false)
      }),
      { numRuns: 1_000, seed: 43 },
    )
  })

  it.each(careful.slice(0, 2))('nor does an operator that is made a value: %s', (_, make) => {
    fc.assert(
      fc.property(fc.record({ name: value }), (given) => {
        expect(inSdk({ body: given }, make(given)), JSON.stringify([given, make(given)])).toBe(false)
      }),
      { numRuns: 1_000, seed: 47 },
    )
  })
})
