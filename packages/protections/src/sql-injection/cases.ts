import type { SqlDialect } from '@riposte/contract'

/** One statement as an app builds it, with `{}` where it puts the value. */
export interface Case {
  readonly says: string
  readonly dialect?: SqlDialect
  readonly statement: string
  readonly value: string
  /** What the app puts into the statement; absent: the value as it came. */
  readonly used?: string
}

const byName = "select * from users where name = '{}' and tenant = 5"
const byId = 'select * from users where id = {} and tenant = 5'
const sorted = 'select * from products order by {} limit 10'

/** The value changes what the statement does. */
export const attacks: readonly Case[] = [
  { says: 'a literal is closed and a condition added', statement: byName, value: "' or 1=1 --" },
  { says: 'a literal is closed and the rest commented out', statement: byName, value: "admin'--" },
  { says: 'a quote and a comment alone', statement: byName, value: "'--" },
  { says: 'the last quote is the app’s own', statement: byName, value: "x' or 'a'='a" },
  { says: 'no word at all', dialect: 'mysql', statement: byName, value: "'='" },
  { says: 'an apostrophe that nobody escaped', statement: byName, value: "O'Brien" },
  { says: 'a lone quote that breaks the statement', statement: byName, value: "'" },
  { says: 'a number becomes a condition', statement: byId, value: '1 or 1=1' },
  { says: 'words only', statement: byId, value: '1 or 1' },
  { says: 'a number and a comment', statement: byId, value: '1--' },
  { says: 'a number, a semicolon and a statement', statement: byId, value: '1; drop table users' },
  { says: 'a second query', statement: byId, value: '1 union select 2' },
  { says: 'a condition on a name of the table', statement: byId, value: 'id or id=id' },
  { says: 'a call', statement: byId, value: '(select pg_sleep(5))' },
  { says: 'comments for spaces', statement: byId, value: '1/**/or/**/1=1' },
  { says: 'a call where a column was meant', statement: sorted, value: '(select password from users limit 1)' },
  { says: 'a second column that asks', statement: sorted, value: 'name, (select 1)' },
  { says: 'a condition where a column was meant', statement: sorted, value: 'case when 1=1 then name else price end' },
  {
    says: 'a direction that goes on',
    statement: 'select * from products order by name {}',
    value: 'desc; drop table users',
  },
  { says: 'a list that is closed', statement: 'select * from t where id in ({})', value: '1) or (1=1' },
  { says: 'a pattern that is closed', statement: "select * from t where a like '%{}%'", value: "%' or 1=1 --" },
  { says: 'a table and a condition', statement: 'select * from {} where tenant = 5', value: 'users where 1=1 --' },
  { says: 'a row that is closed', statement: "insert into t (a, b) values ('{}', 2)", value: "x', 3), ('y" },
  { says: 'a comment that is closed', statement: 'select /* {} */ 1 from t', value: '*/ password, /*' },
  { says: 'a line comment that is left', statement: 'select a -- {}\nfrom t', value: 'x\n, password' },
  { says: 'a dollar quote that is closed', statement: 'select $$ {} $$', value: 'x$$, (select 1), $$' },
  {
    says: 'a backslash that takes the quote',
    dialect: 'mysql',
    statement: "select * from t where a='{}' or b='x'",
    value: 'x\\',
  },
  { says: 'the same in an escape string', statement: "select E'{}' from t", value: 'x\\' },
  { says: 'a hash comment', dialect: 'mysql', statement: byName, value: "' or 1=1 #" },
  { says: 'a version comment', dialect: 'mariadb', statement: byId, value: '1/*!50000or*/1=1' },
  { says: 'a comment left open, which the engine takes', dialect: 'sqlite', statement: byId, value: '1 or 1=1 /*' },
  {
    says: 'a bracketed name that is closed',
    dialect: 'mssql',
    statement: 'select [{}] from t',
    value: 'a] , [password',
  },
  { says: 'a stacked statement', dialect: 'mssql', statement: byId, value: '1; exec xp_cmdshell 1' },
  { says: 'decoded from a URL', statement: byName, value: '%27%20or%201%3D1%20--', used: "' or 1=1 --" },
  { says: 'decoded from a URL twice', statement: byName, value: '%2527%20or%201%253D1%20--', used: "' or 1=1 --" },
  { says: 'decoded from base64', statement: byName, value: 'JyBvciAxPTEgLS0=', used: "' or 1=1 --" },
  { says: 'decoded from hex', statement: byName, value: '27206f7220313d31202d2d', used: "' or 1=1 --" },
  { says: 'decoded from HTML', statement: byName, value: '&#39; or 1=1 --', used: "' or 1=1 --" },
  { says: 'taken out of JSON', statement: byName, value: '{"a":[{"q":"\' or 1=1 --"}]}', used: "' or 1=1 --" },
  { says: 'in a JSON string with escapes', statement: byName, value: '\\u0027 or 1=1 --', used: "' or 1=1 --" },
  { says: 'normalised from wide characters', statement: byName, value: '＇ or 1=1 --', used: "' or 1=1 --" },
  { says: 'in another case', statement: byName, value: "X' Or 1=1 Or 'A'='a", used: "x' or 1=1 or 'a'='a" },
  { says: 'trimmed and collapsed', statement: byId, value: '  1   or \n 1=1  ', used: '1 or 1=1' },
  { says: 'freed of spaces', statement: byName, value: "' or ''='", used: "'or''='" },
  { says: 'freed of angle brackets', statement: byName, value: "<b>x' or 1=1 --</b>", used: "bx' or 1=1 --/b" },
  { says: 'its spaces replaced', statement: byId, value: '1 or 1=1 or 2=2', used: '1/**/or/**/1=1/**/or/**/2=2' },
  { says: 'cut off', statement: byName, value: "someone' or 1=1 -- and much more", used: "someone' or 1=1 --" },
  { says: 'a short one cut off', statement: byName, value: "x' or '1'='1' --", used: "x' or '1'='1" },
  { says: 'its first word taken away', statement: byName, value: "x' or 1=1 or 'a'='b", used: "' or 1=1 or 'a'='b" },
  { says: 'one of several', statement: byId, value: 'a,1 or 1=1,b', used: '1 or 1=1' },
  { says: 'quotes taken away where none was needed', statement: byId, value: "1' or 'abc'='abc", used: '1 or abc=abc' },
]

/** The value stays a value. */
export const benign: readonly Case[] = [
  { says: 'a word', statement: byName, value: 'select' },
  { says: 'an escaped apostrophe', statement: byName, value: "O'Brien", used: "O''Brien" },
  { says: 'an escaped attack', statement: byName, value: "' or 1=1 --", used: "'' or 1=1 --" },
  { says: 'an apostrophe at the end', statement: byName, value: "the dogs'", used: "the dogs''" },
  {
    says: 'an apostrophe behind a backslash',
    dialect: 'mysql',
    statement: byName,
    value: "O'Brien",
    used: "O\\'Brien",
  },
  { says: 'a backslash that escapes nothing here', statement: byName, value: 'C:\\dir\\' },
  { says: 'a bound parameter', statement: byName, value: "x' or 'a'='a", used: '$1' },
  {
    says: 'code as data',
    statement: byName,
    value: "if (a == 'b' || c) { return; } -- no",
    used: "if (a == ''b'' || c) { return; } -- no",
  },
  { says: 'a number', statement: byId, value: '42' },
  { says: 'a negative decimal', statement: byId, value: '-4.2e1' },
  { says: 'a literal with its quotes', statement: byId, value: "'abc'" },
  { says: 'a column', statement: sorted, value: 'price' },
  { says: 'a column of a table', statement: sorted, value: 'products.price' },
  { says: 'a column and a direction', statement: sorted, value: 'price DESC NULLS LAST' },
  { says: 'columns', statement: sorted, value: 'price desc, p.name asc, 3' },
  { says: 'a direction', statement: 'select * from products order by name {}', value: 'desc' },
  { says: 'a list of numbers', statement: 'select * from t where id in ({})', value: '1, 2,-3' },
  { says: 'a list of literals', statement: 'select * from t where id in ({})', value: "'a','b'" },
  { says: 'words of the app', statement: byName, value: 'FROM users', used: '$1' },
  { says: 'a clause of the app', statement: sorted, value: 'order by', used: 'name' },
  { says: 'the beginning of the statement', statement: sorted, value: 'SELECT * FROM products', used: 'name' },
  { says: 'a clause of the app with a number', statement: sorted, value: 'limit 10', used: 'name' },
  { says: 'a question about SQL', statement: 'select count(*) from t where a = {}', value: 'count(*)', used: '$1' },
  { says: 'a quote, typed alone', statement: "select 'a' from t where b = {}", value: "'", used: '$1' },
  { says: 'a separator', statement: "select * from t where a in ('x','y') and b = {}", value: "','", used: '$1' },
  {
    says: 'the same text as data and as code',
    statement: "select * from t where price > 10 and a = '{}'",
    value: 'price > 10',
  },
  { says: 'a comment in the app’s comment', statement: 'select 1 /* {} */', value: 'GET /users?id=1 -- x' },
  { says: 'text in a dollar quote', statement: 'select $$ {} $$', value: "it's; -- fine" },
  { says: 'letters beyond ASCII', statement: byName, value: '日本語 naïve 🙂' },
  { says: 'a literal continued on another line', statement: byName, value: "a'\n'b" },
]

/** The statement and the value of a case, as a detector gets them. */
export const caseText = ({ statement, value, used }: Case): string => statement.replaceAll('{}', () => used ?? value)
