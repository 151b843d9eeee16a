import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import { beforeAll, describe, expect, it } from 'vitest'
import { detect } from './detect.ts'
import { fill, payload, postgresqlTemplates, templates } from './payloads.ts'

/** The parse tree without places, values and names: what the statement does. Null when the engine refuses it. */
function structure(text: string): string | null {
  try {
    return JSON.stringify(bare((parseSync(text) as { stmts?: unknown }).stmts ?? []))
  } catch {
    return null
  }
}

const isPlace = (key: string): boolean => /location$|_start$|_end$|^stmt_len$/.test(key)
const isText = (key: string): boolean => ['sval', 'relname', 'name', 'sortby_dir', 'sortby_nulls'].includes(key)

function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare)
  if (typeof node !== 'object' || node === null) return node
  if ('A_Const' in node) return 'constant'
  if ('String' in node) return 'text'
  const kept = Object.entries(node).filter(([key]) => !isPlace(key) && !isText(key))
  return Object.fromEntries(kept.map(([key, child]) => [key, bare(child)]))
}

const neutralValues = ['1', '-1', 'x', "'s'", 'null', 'true', 'a.b', 'x desc', "1, 'a'"]
const all = [...templates, ...postgresqlTemplates]
/** What the app meant, by any value that it could have meant. */
const meant = new Map<string, ReadonlySet<string | null>>()

const judge = (text: string, value: string) =>
  detect({ kind: 'sql', dialect: 'postgresql', text }, [{ source: 'query', path: 'q', value }])

/** Signs that no value needs where code stands: they are findings though the engine sees no other structure. */
const isNeverMeant = (value: string): boolean => /--|\/\*|;|\$\$|\(|\n|'[^']*'.*'|^\|\||^\*/.test(value)

const isSignedNumber = (value: string): boolean => /^\s*\+\d+$/.test(value)

describe('held against PostgreSQL’s own parser', () => {
  beforeAll(async () => {
    await loadModule()
    for (const template of all)
      meant.set(template, new Set(neutralValues.map((value) => structure(fill(template, value)))))
  })

  it('every value that changes the parse tree is found, and none that does not', () => {
    let changed = 0
    const missed: string[] = []
    const alarms: string[] = []
    fc.assert(
      fc.property(fc.constantFrom(...all), payload, (template, value) => {
        const text = fill(template, value)
        const tree = structure(text)
        if (tree === null || isSignedNumber(value)) return
        const finding = judge(text, value)
        const same = meant.get(template)?.has(tree) === true
        if (!same) changed += 1
        if (!same && !finding) missed.push(text)
        if (same && finding && !isNeverMeant(value)) alarms.push(text)
      }),
      { numRuns: 40_000, seed: 7 },
    )
    expect(changed).toBeGreaterThan(1_000)
    expect(alarms).toEqual([])
    expect(missed).toEqual([])
  })

  it('no value is found in a literal that was escaped as it should be', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...templates.filter((template) => template.includes("'{}'"))),
        payload,
        (template, value) => {
          const text = fill(template, value.replaceAll("'", "''"))
          expect(judge(text, value)).toBeNull()
        },
      ),
      { numRuns: 10_000, seed: 17 },
    )
  })
})
