import fc from 'fast-check'
import initSqlJs, { type Database, type Statement } from 'sql.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { detect } from './detect.ts'
import { fill, payload, templates } from './payloads.ts'

let database: Database

/** The names of the operations that the engine would run for the first statement; null when it refuses it. */
function program(text: string): string | null {
  let statement: Statement | undefined
  try {
    statement = database.prepare(`explain ${text}`)
    const names: string[] = []
    while (statement.step()) names.push(String(statement.get()[1]))
    return names.join(' ')
  } catch {
    return null
  } finally {
    statement?.free()
  }
}

const judge = (text: string, value: string) =>
  detect({ kind: 'sql', dialect: 'sqlite', text }, [{ source: 'query', path: 'q', value }])

describe('held against SQLite', () => {
  beforeAll(async () => {
    const sqlite = await initSqlJs()
    database = new sqlite.Database()
    database.exec(
      'create table t (id, name, a, b, x); create table u (a, b); create table x (id, x); create table s (x)',
    )
  })

  it('every value that makes the engine run another program is found', () => {
    let changed = 0
    const missed: string[] = []
    const meant = new Map(
      templates.map((template) => [
        template,
        new Set(
          ['1', '-1', '+1', 'x', "'s'", "''", "x''", '$$', 'null', 'true', 't.a', "1, 'a'", 'a desc'].map((value) =>
            program(fill(template, value)),
          ),
        ),
      ]),
    )
    fc.assert(
      fc.property(fc.constantFrom(...templates), payload, (template, value) => {
        const text = fill(template, value)
        const runs = program(text)
        if (runs === null || meant.get(template)?.has(runs)) return
        changed += 1
        if (!judge(text, value)) missed.push(text)
      }),
      { numRuns: 20_000, seed: 11 },
    )
    expect(changed).toBeGreaterThan(500)
    expect(missed).toEqual([])
  })

  it('no value is found in a literal that was escaped as it should be', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...templates.filter((template) => template.includes("'{}'"))),
        payload,
        (template, value) => {
          expect(judge(fill(template, value.replaceAll("'", "''")), value)).toBeNull()
        },
      ),
      { numRuns: 10_000, seed: 13 },
    )
  })
})
