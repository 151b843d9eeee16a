import { describe, expect, it } from 'vitest'
import type { SqlDialect } from '@riposte/contract'
import { attacks, benign, caseText } from './cases.ts'
import { detect } from './detect.ts'

const judged = (text: string, values: readonly string[], dialect: SqlDialect = 'postgresql') =>
  detect(
    { kind: 'sql', dialect, text },
    values.map((value, index) => ({ source: 'query', path: `q[${index}]`, value })),
  )

describe('a value that changes the statement is found', () => {
  it.each(attacks)('$says', (it) => {
    expect(judged(caseText(it), [it.value], it.dialect)).not.toBeNull()
  })
})

describe('a value that stays a value is not', () => {
  it.each(benign)('$says', (it) => {
    expect(judged(caseText(it), [it.value], it.dialect)).toBeNull()
  })
})

describe('several values', () => {
  it('are found when they break out together', () => {
    const text = "select * from u where a = '\\' and b = ' or 1=1 -- '"
    expect(judged(text, ['\\', ' or 1=1 -- '], 'mysql')?.input.path).toBe('q[1]')
  })

  it.each([
    [['1 or', '1'], 'select * from t where id = 1 or 1'],
    [['1', 'or 1'], 'select * from t where id = 1,or 1'],
    [["x'", "or 'a'='a"], "select * from t where n = 'x' or 'a'='a'"],
  ])('are found when joined: %j', (values, text) => {
    expect(judged(text, values)).not.toBeNull()
  })

  it('are not joined over text of the app', () => {
    expect(judged('select a, b from t where active = true and name = $1', ['true', 'and name', 'b'])).toBeNull()
  })
})

describe('a finding', () => {
  it('marks the part of the statement and of the value', () => {
    const value = "x' or 1=1 --"
    const text = `select * from t where a = '${value}'`
    const finding = judged(text, ['safe', value])
    expect(finding).toMatchObject({ input: { path: 'q[1]', value }, inputSpan: { start: 0, end: value.length } })
    expect(text.slice(finding?.operationSpan?.start, finding?.operationSpan?.end)).toBe(value)
  })

  it('has no part of the value when the value came changed', () => {
    expect(judged('select * from t where a = 1 or 1=1', ['MSBvciAxPTE='])).toMatchObject({ inputSpan: null })
  })

  it('says nothing of the value', () => {
    expect(judged("select 'topsecret' or 1=1 --'", ["topsecret' or 1=1 --"])?.reason).not.toContain('topsecret')
  })
})
