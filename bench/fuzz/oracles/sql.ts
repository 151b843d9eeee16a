import type { SqlDialect } from '@riposte/contract'
import { loadModule, parseSync } from 'libpg-query'
import initSqlJs, { type Statement } from 'sql.js'
import type { Chance } from '../chance.ts'
import { inputOf, type Oracle, type Question } from '../subject.ts'
import { changes } from '../texts.ts'

export const pieces = [
  ...[
    "'",
    "''",
    '"',
    '`',
    '--',
    '-- ',
    '#',
    '/*',
    '*/',
    '/**/',
    ';',
    '(',
    ')',
    ',',
    '=',
    '||',
    '\\',
    '$$',
    '$a$',
    "E'",
    "'x'",
  ],
  ...[
    ' or ',
    ' and ',
    ' union all select ',
    ' union select ',
    ' order by ',
    ' limit ',
    ' like ',
    ' is null',
    ' in (',
    ' between 1 and ',
  ],
  ...[
    '1',
    '0',
    'null',
    'true',
    'a',
    't.a',
    '1=1',
    '(select 1)',
    'pg_sleep(1)',
    'case when 1 then 2 end',
    'exists(select 1)',
    'count(*)',
  ],
  ...[
    '\t',
    '\n',
    ' ',
    '\v',
    ' not ',
    '<>',
    '::int',
    ' as b',
    ' collate nocase',
    ' escape ',
    '0x1F',
    '1e5',
    '.5',
    '-1',
    '~1',
    '@a',
    ':a',
    '?',
  ],
]

/** Places for a value, by what holds it; `{}` is the value's. */
const slots = {
  text: ["'{}'", "'%{}%'", "lower('{}')", "'a{}'", "coalesce('{}', 'b')"],
  number: ['{}', '({})', '1 + {}', 'abs({})'],
} as const
const around = [
  'select * from t where a = {}',
  'select a, b from t where {} = b and x > 5 order by a limit 3',
  'select a from t where x in (1, {}, 3)',
  'update t set a = {} where id = 7',
  "insert into t (a, b) values ({}, 'x')",
  'delete from t where a = {} or b = 2',
  'select * from (select a from t where b = {}) s',
  'select case when a = {} then 1 else 2 end from t',
  'select a from t where x between {} and 100 group by a',
]
const bare = [
  'select a from t order by {}',
  'select * from t limit {}',
  'select "{}" from t',
  'select {} from t',
  'select * from {}',
]

interface Template {
  readonly text: string
  readonly isText: boolean
}

function anyTemplate(chance: Chance): Template {
  if (chance.is(0.15)) return { text: chance.pick(bare), isText: false }
  const isText = chance.is(0.6)
  const slot = chance.pick(isText ? slots.text : slots.number)
  return { text: chance.pick(around).replace('{}', () => slot), isText }
}

/** Mostly what closes a literal, goes on, and ends so that the rest fits. */
function anyValue(chance: Chance, isText: boolean): string {
  const start = chance.pick(isText ? ["'", "x'", "1'", "')", "',", 'x'] : ['1', '1)', 'a', 'null', "'a'", ''])
  const middle = chance.several(1, 4, () => chance.pick(pieces)).join(chance.pick(['', ' ', ' ', '/**/']))
  const end = chance.pick(
    isText ? ["'", '--', '-- ', " or 'a'='b", "||'", '/*', ''] : ['', '', '--', ' or 1', ')', ';'],
  )
  const value = start + middle + end
  return chance.is(0.2) ? value.toUpperCase() : value
}

const fill = (template: string, value: string): string => template.replace('{}', () => value)

/** What an app may have meant in such a place. */
const harmless = [
  '1',
  '-1',
  '+1',
  '1.5',
  'x',
  "'s'",
  "''",
  "x''",
  'null',
  'true',
  'false',
  't.a',
  'a desc',
  'a asc',
  'a, b',
  "1, 'a'",
  'a as b',
  't b',
  'a b',
  "'a' b",
]

/** @param read what the engine would do; null when it refuses the text */
function oracle(name: string, dialect: SqlDialect, read: (text: string) => string | null): Oracle {
  const known = new Map<string, ReadonlySet<string | null>>()
  const meant = (template: string): ReadonlySet<string | null> => {
    const before = known.get(template)
    if (before) return before
    const all = new Set(harmless.map((value) => read(fill(template, value))))
    known.set(template, all)
    return all
  }
  const ask = (chance: Chance): Question | null => {
    const { text: template, isText } = anyTemplate(chance)
    const value = anyValue(chance, isText)
    const change = chance.is(0.6) ? changes[0] : chance.pick(changes)
    if (!change || value.trim() === '') return null
    if (isText && chance.is(0.25)) {
      const text = fill(template, value.replaceAll("'", "''"))
      if (read(text) === null) return null
      return { ...question(text, change.send(value)), expects: 'nothing', engine: `${change.name}, escaped` }
    }
    const text = fill(template, value)
    const does = read(text)
    if (does === null || meant(template).has(does)) return null
    return { ...question(text, change.send(value)), expects: 'finding', engine: `${change.name}: another structure` }
  }
  const question = (text: string, value: string): Pick<Question, 'operation' | 'inputs'> => ({
    operation: { kind: 'sql', dialect, text },
    inputs: [inputOf(value)],
  })
  return { name, batch: 50, ask: (chances) => chances.map(ask) }
}

export async function postgresql(): Promise<Oracle> {
  await loadModule()
  return oracle('PostgreSQL’s parser', 'postgresql', (text) => {
    try {
      const { stmts } = parseSync(text) as { readonly stmts?: readonly unknown[] }
      return stmts && stmts.length > 0 ? JSON.stringify(withoutValues(stmts)) : null
    } catch {
      return null
    }
  })
}

const isPlace = (key: string): boolean => /location$|_start$|_end$|^stmt_len$/.test(key)
const isValue = (key: string): boolean => ['sval', 'relname', 'name', 'sortby_dir', 'sortby_nulls'].includes(key)

function withoutValues(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutValues)
  if (typeof node !== 'object' || node === null) return node
  if ('A_Const' in node) return 'constant'
  if ('String' in node) return 'text'
  const kept = Object.entries(node).filter(([key]) => !isPlace(key) && !isValue(key))
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutValues(child)]))
}

export async function sqlite(): Promise<Oracle> {
  const engine = await initSqlJs()
  const database = new engine.Database()
  database.exec('create table t (id, a, b, x); create table u (a, b)')
  return oracle('SQLite', 'sqlite', (text) => {
    let statement: Statement | undefined
    try {
      statement = database.prepare(`explain ${text}`)
      const names: string[] = []
      while (statement.step()) names.push(String(statement.get()[1]))
      // A text that holds no statement does nothing.
      return names.length > 0 ? names.join(' ') : null
    } catch {
      return null
    } finally {
      statement?.free()
    }
  })
}
