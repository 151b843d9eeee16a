import * as z from 'zod'
import { describe, expect, it } from 'vitest'
import { placeErrors, readDraft, readFields, startDraft } from './fields.ts'

const schema = z.strictObject({
  address: z.string().min(2).max(64).meta({ title: 'Address or network' }),
  direction: z.enum(['both', 'out', 'in']).default('both'),
  durationMinutes: z.int().min(1).max(43_200).nullable().default(1_440),
  tree: z.boolean().default(false),
  allow: z.array(z.string()).max(2).default([]),
  pids: z.array(z.int()).default([]),
  items: z.array(z.enum(['logs', 'users'])).default([]),
  scriptId: z.uuid().optional(),
  identity: z.strictObject({ bootId: z.string() }).nullable().default(null),
})
const good = { address: '203.0.113.7' }

describe.each(['input', 'output'] as const)('a form drawn from the %s side of a schema', (io) => {
  const fields = readFields(z.toJSONSchema(schema, { io }))

  it('knows the kind of every property, and which are required', () => {
    expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
      ['address', 'text'],
      ['direction', 'choice'],
      ['durationMinutes', 'number'],
      ['tree', 'boolean'],
      ['allow', 'list'],
      ['pids', 'list'],
      ['items', 'list'],
      ['scriptId', 'text'],
      ['identity', 'fixed'],
    ])
    expect(fields.filter(({ required }) => required).map(({ name }) => name)).toEqual(['address'])
    expect(fields.filter(({ nullable }) => nullable).map(({ name }) => name)).toEqual(['durationMinutes', 'identity'])
    expect(fields.map(({ title }) => title).slice(0, 3)).toEqual([
      'Address or network',
      'Direction',
      'Duration minutes',
    ])
  })

  it('starts with the standards, and what it says is what the schema takes', () => {
    const draft = startDraft(fields, { ...good, identity: { bootId: 'b' } })
    const { parameters, mistakes } = readDraft(fields, draft)
    expect(mistakes).toEqual({})
    expect(schema.parse(parameters)).toEqual({
      ...good,
      direction: 'both',
      durationMinutes: 1440,
      tree: false,
      allow: [],
      pids: [],
      items: [],
      identity: { bootId: 'b' },
    })
  })

  it('reads an emptied nullable field as null', () => {
    const draft = { ...startDraft(fields, good), durationMinutes: '' }
    expect(readDraft(fields, draft).parameters['durationMinutes']).toBeNull()
  })

  it.each([
    ['address', '', 'Address or network is missing'],
    ['address', 'x', 'Length 2 to 64; given 1'],
    ['durationMinutes', '0', 'A number, 1 to 43200; given 0'],
    ['durationMinutes', '43201', 'A number, 1 to 43200; given 43201'],
    ['durationMinutes', '1.5', 'A whole number; given 1.5'],
    ['durationMinutes', 'soon', 'A number; given soon'],
    ['direction', 'up', 'One of both, out, in; given up'],
    ['allow', ['a', 'b', 'c'], 'at most 2 of them; given 3'],
    ['pids', ['1', 'x'], 'Numbers; given x'],
    ['items', ['logs', 'cats'], 'Each one of logs, users; given cats'],
    ['scriptId', 'x', 'An id, 36 characters'],
  ])('says at %s that %j is wrong', (name, value, mistake) => {
    expect(readDraft(fields, { ...startDraft(fields, good), [name]: value }).mistakes).toEqual({ [name]: mistake })
  })

  it.each([
    ['durationMinutes', '1', 1],
    ['durationMinutes', '43200', 43_200],
    ['allow', ['a', 'b'], ['a', 'b']],
    ['pids', ['7'], [7]],
  ])('takes at %s the limit %j', (name, value, read) => {
    const { parameters, mistakes } = readDraft(fields, { ...startDraft(fields, good), [name]: value })
    expect([parameters[name], mistakes]).toEqual([read, {}])
  })
})

describe('errors of the server', () => {
  it('stand at their field', () => {
    const errors = [
      { path: 'parameters.address', message: 'not an address', given: 'x', allowed: '203.0.113.7' },
      { path: 'allow[1]', message: 'too long' },
      { path: 'justification', message: 'too short' },
      { path: '', message: 'odd' },
    ]
    expect(placeErrors(errors, ['address', 'allow'])).toEqual({
      at: { address: 'not an address; allowed: 203.0.113.7; given: x', allow: 'too long' },
      rest: ['justification: too short', 'odd'],
    })
    expect(placeErrors(undefined, [])).toEqual({ at: {}, rest: [] })
  })
})
