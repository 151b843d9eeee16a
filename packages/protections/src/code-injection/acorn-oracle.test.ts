import { parse, type Node } from 'acorn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'
import { fill, payload, templates } from './payloads.ts'

/** The script's structure as a real parser reads it, without names and values; null when it refuses the script. */
function shape(text: string): string | null {
  try {
    return shapeOf(parse(text, { ecmaVersion: 'latest', allowReturnOutsideFunction: true }))
  } catch {
    return null
  }
}

function shapeOf(node: Node): string {
  const parts = Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    if (key === 'operator' || key === 'computed' || key === 'kind') return [String(value)]
    if (Array.isArray(value)) return [`[${value.map((item) => (isNode(item) ? shapeOf(item) : '')).join()}]`]
    return isNode(value) ? [shapeOf(value)] : []
  })
  return `${node.type === 'Identifier' || node.type === 'Literal' ? 'One' : node.type}(${parts.join()})`
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** What an app may have meant to get: one word or literal, a path of names, data. */
const meant = [
  'x',
  '1',
  '-1',
  '+1',
  "'s'",
  'true',
  'this',
  'a.b',
  'a.b.c',
  'a[0]',
  "a['b']",
  '`t`',
  'a?.b',
  'a.b?.c',
  'a.b[0]',
  'a[0]?.b',
  '',
]

/** Sums of numbers, lists of literals, objects and lists of those. */
const isData = (value: string): boolean => {
  if (/^[\s\d.()*/%+-]*$/.test(value)) return true
  const json = value
    .replaceAll(/'[^'\\]*'/g, '1')
    .replaceAll(/(?<![\w"])(\w+)\s*:/g, '"$1":')
    .replaceAll(/[()]/g, '')
    .replaceAll(/\+(?=\d)/g, '')
  return [json, `[${json}]`].some((text) => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  })
}

const isPath = (value: string): boolean => /^\s*\w+(?:\??\.(?!constructor)\w+|\[\d\])*\s*$/.test(value)

/** Names and data, side by side: each of them could have come alone. */
const isList = (value: string): boolean => value.split(',').every((part) => isPath(part) || isData(part))

/** Of these alone nobody can tell whether they are the value or the app's own. */
const isBare = (value: string): boolean => /^[\s'"`,();{}[\]]*$/.test(value)

const judge = (text: string, value: string) => detect({ kind: 'code', text }, [{ source: 'query', path: 'q', value }])

describe('held against a real parser', () => {
  it('every value that gives the script another structure is found', () => {
    const shapes = new Map(
      templates.map((template) => [template, new Set(meant.map((value) => shape(fill(template, value))))]),
    )
    const missed = new Set<string>()
    let changed = 0
    fc.assert(
      fc.property(fc.constantFrom(...templates), payload, (template, value) => {
        const text = fill(template, value)
        const has = shape(text)
        if (
          has === null ||
          isData(value) ||
          isPath(value) ||
          isList(value) ||
          isBare(value) ||
          shapes.get(template)?.has(has)
        )
          return
        changed += 1
        if (!judge(text, value)) missed.add(text)
      }),
      { numRuns: 40_000, seed: 17 },
    )
    expect([...missed]).toEqual([])
    expect(changed).toBeGreaterThan(500)
  })

  it('no value is found that stands in a string as JSON writes it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...templates.filter((template) => template.includes('"{}"'))),
        fc.oneof(payload, fc.string({ unit: 'binary', maxLength: 40 })),
        (template, value) => {
          expect(
            judge(
              template.replace('"{}"', () => JSON.stringify(value)),
              value,
            ),
          ).toBeNull()
        },
      ),
      { numRuns: 10_000, seed: 19 },
    )
  })

  it('no JSON is found where the app meant to get JSON', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4 }),
        fc.constantFrom('({})', 'x = {}', 'load({}, 1)', '{}'),
        (value, template) => {
          if (value.includes('__proto__')) return
          expect(judge(template === '({})' ? `(${value})` : template.replace('{}', () => value), value)).toBeNull()
        },
      ),
      { numRuns: 5_000, seed: 23 },
    )
  })
})
