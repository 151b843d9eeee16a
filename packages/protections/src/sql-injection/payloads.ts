import fc from 'fast-check'

/** Pieces out of which values are put together that may or may not break out; made from the grammar, for tests. */
const beginnings = [
  "'",
  "x'",
  "1'",
  "')",
  "%'",
  '"',
  '1',
  '-1',
  'x',
  'null',
  "'a'",
  '1)',
  '))',
  '*/',
  '\n',
  '$$',
  "\\'",
  '',
] as const
const middles = [
  ...[
    ' or 1=1',
    ' or true',
    ' or 1',
    ' and 1=0',
    ' or a=a',
    ' or (select 1)=1',
    ' or exists(select 1)',
    " or name like 'a'",
  ],
  ...[
    ' union select 1',
    ' union all select null,null',
    ' except select 1',
    '; drop table t',
    '; select 1',
    "||'a'",
    '||f(5)',
  ],
  ...[
    ', (select a from u)',
    ' limit 1',
    ' order by 1',
    ' is null',
    ' between 1 and 2',
    '+1',
    '*2',
    '::text',
    ' in (1,2)',
    ' for update',
  ],
  ...[
    '/**/or/**/1=1',
    '\tor\n1=1',
    " or 'a'='a",
    "||'",
    "'='",
    "' or '",
    "'-'",
    "'||(select 1)||'",
    " or x='",
    " union select '",
  ],
] as const
const endings = [
  '',
  '',
  '',
  '--',
  ' -- x',
  '/*',
  ';',
  " or '",
  "'",
  ' or "x"="x',
  '$$',
  " and '1'='1",
  ' and (1=1',
  " or ('a'='a",
] as const

export const payload = fc
  .tuple(
    fc.constantFrom(...beginnings),
    fc.array(fc.constantFrom(...middles), { maxLength: 2 }),
    fc.constantFrom(...endings),
  )
  .map(([beginning, middle, ending]) => `${beginning}${middle.join('')}${ending}`)
  .filter((value) => value.trim() !== '')

/** Places in statements where apps put values; `{}` is the value's. */
export const templates = [
  "select * from t where name = '{}' and a = 5",
  "select a, b from t where x like '%{}%' order by a",
  "select * from t where name in ('a', '{}', 'b')",
  'select * from t where id = {} and a = 5',
  'select * from t where (id = {}) order by name limit 5',
  'select * from t where id in ({})',
  'select * from t where x between {} and 10',
  'select * from t order by {}',
  'select * from t order by {} desc limit 10',
  'select * from t where a = 1 limit {}',
  'select * from t limit 10 offset {}',
  "insert into t (a, b) values ('{}', 2)",
  'insert into t (a, b) values ({}, 2)',
  "update t set a = '{}' where id = 3",
  'update t set a = {} where id = 3',
  'delete from t where id = {}',
  "select coalesce('{}', 1) from t",
  'select max({}, 1) from t',
  'select {} from t where x = 1',
  'select * from {} where x = 1',
  'select "{}" from t where x = 1',
  'select a from t /* {} */ where x = 1',
  'select a from t -- {}\nwhere x = 1',
  "select case when x = '{}' then 1 else 2 end from t",
  'select * from (select * from t where id = {}) s where s.x = 1',
  'select a from t where x = {} group by a having count(*) > 1',
] as const
export const postgresqlTemplates = [
  'select $${}$$ , b from t',
  "select E'{}', b from t",
  'select a from t where x > {}::int',
] as const

export const fill = (template: string, value: string): string => template.replace('{}', () => value)
