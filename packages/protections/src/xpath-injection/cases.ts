/** One expression as an app builds it, with `{}` where it puts the value. */
export interface Case {
  readonly says: string
  readonly expression: string
  readonly value: string
  /** What the app puts into the expression; absent: the value as it came. */
  readonly used?: string
}

const single = "//user[name='{}']"
const double = '//user[name="{}"]'
const login = "//user[name='{}' and password='tea']"
const number = '//item[price < {}]'
const name = '//user/{}'
const whole = '{}'

/** The value becomes a part of the expression. */
export const attacks: readonly Case[] = [
  { says: 'a condition that always holds', expression: single, value: "x' or '1'='1" },
  { says: 'the same without white space', expression: single, value: "'or'1'='1" },
  { says: 'the same in double quotes', expression: double, value: 'x" or "1"="1' },
  { says: 'numbers, and a quote for the rest', expression: single, value: "x' or 1=1 or 'a'='b" },
  { says: 'the password left out', expression: login, value: "maya' or '1'='2" },
  { says: 'a function', expression: single, value: "x' or true() or 'a'='" },
  { says: 'letters of a secret', expression: login, value: "maya' and starts-with(password,'s') or 'a'='b" },
  { says: 'how long a secret is', expression: single, value: "maya' and string-length(password)=3 and ''='" },
  { says: 'another branch', expression: single, value: "x'] | //password | //a['" },
  { says: 'another branch, signs and one word', expression: single, value: "']|//secret|//a['" },
  { says: 'signs only', expression: single, value: "']|//*|*['" },
  { says: 'up and down again', expression: single, value: "x']/../../secret['" },
  { says: 'an axis', expression: single, value: "x']/following-sibling::*['" },
  { says: 'a comparison of literals', expression: single, value: "maya'!='@a" },
  { says: 'a comparison of nothing', expression: single, value: "' or ''='" },
  { says: 'a quote that breaks the expression', expression: single, value: "O'Brien" },
  { says: 'a lone quote', expression: single, value: "'" },
  { says: 'a number and more', expression: number, value: '0 or 1=1' },
  { says: 'a number and another branch', expression: number, value: '0] | //secret[1' },
  { says: 'a function for a number', expression: number, value: 'last()' },
  { says: 'a node for a number', expression: number, value: '//secret' },
  { says: 'an attribute for a number', expression: number, value: '@max' },
  { says: 'a comparison for a position', expression: '//item[{}]', value: 'position()>0' },
  { says: 'a path for a name', expression: name, value: 'profile/password' },
  { says: 'all below for a name', expression: name, value: '..//password' },
  { says: 'a condition for a name', expression: name, value: 'name[1]' },
  { says: 'all nodes for a name', expression: name, value: 'node()' },
  { says: 'an axis for a name', expression: name, value: 'ancestor::*' },
  { says: 'another branch for a name', expression: name, value: 'name|//secret' },
  { says: 'the whole expression', expression: whole, value: '//password' },
  { says: 'the whole expression, from the root', expression: whole, value: '/users/user[1]/password' },
  { says: 'the whole expression, a function', expression: whole, value: 'count(//user)' },
  { says: 'an argument', expression: "//user[contains(name, '{}')]", value: "') or contains('a', 'a" },
  { says: 'the other document', expression: single, value: "x'] | document('file:///etc/passwd')//*['" },
  { says: 'a variable of the app', expression: single, value: "x' or name=$admin or 'a'='" },
  { says: 'twice in one expression', expression: "//a[b='{}' and c={}]", value: '1 or 1=1' },
  { says: 'decoded from a URL', expression: single, value: 'x%27%20or%20%271%27=%271', used: "x' or '1'='1" },
  { says: 'decoded from base64', expression: single, value: 'eCcgb3IgJzEnPScx', used: "x' or '1'='1" },
  { says: 'decoded from a page', expression: single, value: 'x&#39; or &apos;1&#x27;=&apos;1', used: "x' or '1'='1" },
  { says: 'taken out of JSON', expression: single, value: '{"name":"x\' or \'1\'=\'1"}', used: "x' or '1'='1" },
  {
    says: 'with quotes that became others',
    expression: single,
    value: 'x\u2019 or \u20191\u2019=\u20191',
    used: "x' or '1'='1",
  },
  { says: 'in small letters', expression: single, value: "X' OR 'Abc'='Abc", used: "x' or 'abc'='abc" },
  { says: 'trimmed', expression: single, value: "  x' or '1'='1  ", used: "x' or '1'='1" },
  {
    says: 'white space collapsed',
    expression: single,
    value: "x'  or\n\n starts-with(name,  'a') or 'a'='",
    used: "x' or starts-with(name, 'a') or 'a'='",
  },
  {
    says: 'cut off',
    expression: single,
    value: "x' or starts-with(name, 'a') or 'a'='b",
    used: "x' or starts-with(name, 'a') or ",
  },
  { says: 'quotes taken away', expression: number, value: "0 or name='maya'", used: '0 or name=maya' },
]

const concat = (value: string): string => `concat('${value.split("'").join(`', "'", '`)}')`

/** The value stays what it was. */
export const benign: readonly Case[] = [
  { says: 'a word', expression: single, value: 'maya' },
  { says: 'words', expression: single, value: 'Maya or Max and 1=1' },
  { says: 'an apostrophe in double quotes', expression: double, value: "O'Brien" },
  { says: 'an attack in the other quotes', expression: double, value: "x' or '1'='1" },
  { says: 'an apostrophe joined', expression: '//user[name={}]', value: "O'Brien", used: concat("O'Brien") },
  { says: 'an attack joined', expression: '//user[name={}]', value: "x' or '1'='1", used: concat("x' or '1'='1") },
  {
    says: 'an attack that looks joined',
    expression: '//user[name={}]',
    value: `a', "'", 'b`,
    used: concat(`a', "'", 'b`),
  },
  { says: 'an apostrophe doubled', expression: single, value: "O'Brien", used: "O''Brien" },
  { says: 'an attack doubled', expression: single, value: "x' or '1'='1", used: "x'' or ''1''=''1" },
  { says: 'an apostrophe as an entity', expression: single, value: "O'Brien", used: 'O&apos;Brien' },
  { says: 'an apostrophe taken away', expression: single, value: "O'Brien", used: 'OBrien' },
  { says: 'signs', expression: single, value: 'a[b] | //c @d (e) "f" = $g' },
  { says: 'an address', expression: single, value: 'https://example.com/a?b=c&d=e' },
  { says: 'a mail address', expression: single, value: 'maya@example.com' },
  { says: 'several lines', expression: single, value: 'one\ntwo or three\n' },
  { says: 'a number', expression: number, value: '42' },
  { says: 'a fraction', expression: number, value: '1.5' },
  { says: 'a negative number', expression: number, value: '-1' },
  { says: 'a sum', expression: number, value: '1 + 2' },
  { says: 'a date as a number', expression: number, value: '2024-01-31' },
  { says: 'a position', expression: '//item[{}]', value: '3' },
  { says: 'a name', expression: name, value: 'first-name' },
  { says: 'a name with a prefix', expression: name, value: 'x:name' },
  { says: 'a word of the language', expression: single, value: 'or' },
  { says: 'a word of the expression', expression: single, value: 'name' },
  { says: 'a literal with its quotes', expression: '//user[name={}]', value: "'maya'" },
  { says: 'literals in a list', expression: "//user[concat({}, 'x') = name]", value: "'a', 'b'" },
  { says: 'a variable', expression: '//user[name=$name]', value: "x' or '1'='1" },
  { says: 'a quote, handed in beside', expression: "//user[name='maya']", value: "'" },
  { says: 'what clients accept', expression: '//*/*[name()="a"]', value: '*/*' },
  { says: 'signs that every expression has', expression: "//user[name='maya']", value: "']" },
  { says: 'nothing', expression: single, value: '' },
  { says: 'the same text as data and as a part', expression: '//a[b/c]/d[e="{}"]', value: 'b/c' },
]

export const expressionOf = ({ expression, value, used }: Case): string =>
  expression.replaceAll('{}', () => used ?? value)
