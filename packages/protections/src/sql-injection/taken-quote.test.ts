import { describe, expect, it } from 'vitest'
import { detect } from './detect.ts'

const judge = (text: string, ...values: string[]) =>
  detect(
    { kind: 'sql', dialect: 'mariadb', text },
    values.map((value) => ({ source: 'query', path: 'q', value })),
  )

describe('two values, of which the first takes the quote that should have closed its literal', () => {
  it.each([
    ["select a from t where name = 'x'' and pass = ' or 1=1 -- '", "x'", ' or 1=1 -- '],
    ["select a from t where name = '1'' and a = '' union select 1'", "1'", "' union select 1"],
    ["select a from t where name = 'x'' and id = ' limit 1", "x'", "' limit 1"],
    ['select a from t where name = "1"" or x = "" or (a=a"', '1"', '" or (a=a'],
    ["insert into t (a, b) values ('x'', ', f())')", "x'", ', f())'],
    ["select a from t where name = '\\' and a = '' in (1,2)'", '\\', "' in (1,2)"],
    ["select a from t where name = '1'' and a = '%''", "1'", "%'"],
  ])('are found: %s', (text, one, other) => {
    expect(judge(text, one, other)).toMatchObject({ confidence: expect.any(Number) as number })
  })

  it.each([
    ["select a from t where name = 'O''' and a = ''''", "O'", "'"],
    ["select a from t where name = 'rock ''n''' and a = '''til'", "rock 'n'", "'til"],
    ["insert into t (a, b) values ('O''', ')')", "O'", ')'],
    ["insert into t (a) values ('O'' says ''x')", "O'", "'x"],
    [`insert into t (a) values ('{"a":"O''","b":"''x"}')`, "O'", "'x"],
    ["insert into t (a) values ('O'' and name = x')", "O'", 'x'],
  ])('raise nothing when they were escaped: %s', (text, one, other) => {
    expect(judge(text, one, other)).toBeNull()
  })
})
