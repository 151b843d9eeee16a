/** A filter or a name with `{}` where the app puts a value, the value as it came, and what the app made of it where it changed it. */
export interface Case {
  readonly says: string
  readonly filter?: string
  readonly dn?: string
  readonly value: string
  readonly used?: string
}

const login = '(&(uid={})(userPassword=secret))'
const user = '(uid={})'
const both = '(|(cn={})(mail={}))'
const people = '(&(objectClass=inetOrgPerson)(cn={}))'
const name = 'uid={},ou=people,dc=example,dc=org'

/** The value changes which entries are found, or what is asked for at all. */
export const attacks: readonly Case[] = [
  { says: 'a star alone', filter: user, value: '*' },
  { says: 'a star alone, several times', filter: user, value: '***' },
  { says: 'a star behind a letter', filter: user, value: 'a*' },
  { says: 'a star before a letter', filter: user, value: '*a' },
  { says: 'stars around', filter: user, value: '*a*' },
  { says: 'a star in a name', filter: user, value: 'ma*a' },
  { says: 'a star where the app has one', filter: '(cn={}*)', value: 'm*y' },
  { says: 'one more condition', filter: user, value: '*)(objectClass=*' },
  { says: 'one more condition without a star', filter: people, value: 'maya)(uid=maya' },
  { says: 'conditions in two places', filter: both, value: 'x)(uid=*' },
  { says: 'a condition that always holds', filter: login, value: 'maya)(&)' },
  { says: 'the password left out', filter: login, value: 'maya)(&))' },
  { says: 'an or', filter: login, value: 'maya)(|(uid=*' },
  { says: 'an or that takes the rest', filter: login, value: 'x)(|(uid=*))(&(uid=x' },
  { says: 'a not', filter: people, value: 'x)(!(cn=y)' },
  { says: 'a whole filter that drops the rest', filter: login, value: '*))(|(uid=*' },
  { says: 'closed twice', filter: login, value: 'maya))' },
  { says: 'closed, and NUL', filter: login, value: 'maya))\0' },
  { says: 'a NUL', filter: user, value: 'maya\0' },
  { says: 'an escaped NUL', filter: user, value: 'maya\\00' },
  { says: 'an escaped star', filter: user, value: '\\2a' },
  { says: 'escaped parentheses', filter: user, value: 'x\\29\\28uid=y' },
  { says: 'a comparison of another attribute', filter: people, value: 'x)(userPassword>=a' },
  { says: 'an extensible match', filter: people, value: 'x)(cn:caseExactMatch:=maya' },
  { says: 'a match of the names above', filter: people, value: 'x)(ou:dn:=people' },
  { says: 'a rule behind an attribute', filter: '({}=people)', value: 'ou:dn:' },
  { says: 'an operator behind an attribute', filter: '({}=5)', value: 'age>' },
  { says: 'an attribute and its value', filter: '(&(objectClass=person)({}))', value: 'uid=admin' },
  { says: 'a presence test', filter: '(&(objectClass=person)({}))', value: 'uid=*' },
  { says: 'a component', filter: '(&(objectClass=person){})', value: '(uid=admin)' },
  { says: 'components', filter: '(|(uid=x){})', value: '(uid=admin)(uid=maya)' },
  { says: 'all of the filter', filter: '{}', value: '(|(uid=admin)(uid=*))' },
  { says: 'without the outer parentheses', filter: 'uid={}', value: 'x)(uid=*' },
  { says: 'white space', filter: login, value: ' * ) ( uid = * ' },
  { says: 'line breaks', filter: people, value: '*)\n(|\n(uid=*)' },
  { says: 'a parenthesis too many', filter: user, value: 'maya)' },
  { says: 'a parenthesis that nobody closes', filter: user, value: '(maya' },
  { says: 'one parenthesis alone', filter: user, value: ')' },
  { says: 'signs alone', filter: login, value: '*))%00', used: '*))\0' },
  { says: 'signs that make an empty value', filter: '(&(uid={})(cn=x))', value: ')(|' },
  { says: 'decoded from a URL', filter: user, value: '%2A%29%28uid%3D%2A', used: '*)(uid=*' },
  { says: 'decoded from a URL twice', filter: user, value: '%252A%2529%2528uid%253D%252A', used: '*)(uid=*' },
  { says: 'decoded from base64', filter: user, value: 'KikodWlkPSo=', used: '*)(uid=*' },
  { says: 'taken out of JSON', filter: user, value: '{"name":"*)(uid=*"}', used: '*)(uid=*' },
  { says: 'decoded entities', filter: user, value: '&#42;&#41;&#40;uid=&#42;', used: '*)(uid=*' },
  { says: 'full-width signs made plain', filter: user, value: '＊）（uid=＊', used: '*)(uid=*' },
  { says: 'in small letters', filter: people, value: 'X)(UID=ADMIN', used: 'x)(uid=admin' },
  { says: 'trimmed', filter: user, value: '  *)(uid=* ', used: '*)(uid=*' },
  { says: 'cut off', filter: user, value: 'maya)(|(uid=admin)(mail=someone))', used: 'maya)(|(uid=admin)(mail' },
  { says: 'stars taken away', filter: people, value: 'm*aya)(ui*d=admin', used: 'maya)(uid=admin' },
  { says: 'white space taken away', filter: people, value: 'x ) ( uid = admin', used: 'x)(uid=admin' },
  { says: 'quotes taken away', filter: people, value: "x')(uid='admin'", used: 'x)(uid=admin' },
  { says: 'an operator taken away', filter: people, value: 'x)|(uid=admin', used: 'x)(uid=admin' },
  { says: 'a name in a value', filter: `(member=${name})`, value: 'x,ou=admins' },
  { says: 'escaped in one place and not in the other', filter: '(|(cn=x\\29\\28uid=\\2a)(sn={}))', value: 'x)(uid=*' },
  { says: 'an entry further down', dn: name, value: 'admin,ou=admins' },
  { says: 'one more attribute', dn: name, value: 'maya+cn=admin' },
  { says: 'a separator of old', dn: name, value: 'admin;ou=admins' },
  { says: "the app's comma escaped", dn: name, value: 'x\\' },
  { says: 'a quote opened', dn: name, value: '"x' },
  { says: 'a NUL in a name', dn: name, value: 'admin,ou=admins,dc=example,dc=org\0' },
  { says: 'an encoded value', dn: name, value: '#04056d61796131' },
  { says: 'a name decoded', dn: name, value: 'admin%2Cou%3Dadmins', used: 'admin,ou=admins' },
]

/** The value stays one value, one attribute or one name. */
export const benign: readonly Case[] = [
  { says: 'a word', filter: login, value: 'maya' },
  { says: 'a name with a space', filter: people, value: 'Maya Jones' },
  { says: 'an apostrophe', filter: people, value: "O'Brien" },
  { says: 'a mail address', filter: '(mail={})', value: 'maya.jones+news@example.org' },
  { says: 'a number', filter: '(uidNumber={})', value: '-42' },
  { says: 'a date', filter: '(createTimestamp>={})', value: '20240101000000Z' },
  { says: 'a telephone number', filter: '(telephoneNumber={})', value: '+1 555 123-4567' },
  { says: 'letters beyond ASCII', filter: people, value: 'Zoë Łukasz 日本語 🙂' },
  { says: 'letters beyond ASCII, escaped', filter: people, value: 'Zoë', used: 'Zo\\c3\\ab' },
  { says: 'a URL', filter: '(labeledURI={})', value: 'https://example.org/a?b=c&d=e|f' },
  { says: 'signs that are none here', filter: people, value: 'a & b | c ! d = e > f < g ~ h : i' },
  { says: 'a domain and a user', filter: '(sAMAccountName={})', value: 'CORP\\maya' },
  { says: 'the same, escaped', filter: '(sAMAccountName={})', value: 'CORP\\maya', used: 'CORP\\5cmaya' },
  { says: 'a star, escaped', filter: user, value: '*', used: '\\2a' },
  { says: 'a star, escaped, beside a test of the app', filter: '(&(mail=*)(uid={}))', value: '*', used: '\\2a' },
  { says: 'an attack, escaped', filter: login, value: '*)(uid=*', used: '\\2a\\29\\28uid=\\2a' },
  { says: 'in capital hex', filter: login, value: 'x)(|(uid=*', used: 'x\\29\\28|\\28uid=\\2A' },
  { says: 'everything escaped', filter: user, value: '*)', used: '\\2a\\29' },
  {
    says: 'prose, escaped',
    filter: people,
    value: 'Maya (the tall one) *smiles*',
    used: 'Maya \\28the tall one\\29 \\2asmiles\\2a',
  },
  {
    says: "the app's own condition, escaped",
    filter: '(&(objectClass=person)(description={}))',
    value: '(objectClass=person)',
    used: '\\28objectClass=person\\29',
  },
  { says: 'parentheses taken away', filter: user, value: '(maya)', used: 'maya' },
  { says: 'stars taken away', filter: user, value: '*maya*', used: 'maya' },
  { says: 'an attribute of a list', filter: '({}=maya)', value: 'mail' },
  { says: 'an attribute with an option', filter: '({}=maya)', value: 'cn;lang-en' },
  { says: 'an operator of a list', filter: '({}(uid=maya)(cn=maya))', value: '|' },
  { says: "the app's wildcards", filter: '(cn=*{}*)', value: 'may' },
  { says: 'a name as a value', filter: '(member={})', value: 'uid=maya,ou=people,dc=example,dc=org' },
  { says: 'a word of the filter', filter: '(&(objectClass=person)(uid=maya))', value: 'objectClass' },
  { says: 'a smile, escaped', filter: people, value: 'hi :)', used: 'hi :\\29' },
  { says: 'nothing of it', filter: '(&(objectClass=person)(|(uid=a)(uid=b)))', value: ')(' },
  { says: 'a parenthesis somewhere', filter: '(&(objectClass=person)(uid=maya))', value: ')' },
  { says: 'a word in a name', dn: name, value: 'maya' },
  { says: 'a full name', dn: 'cn={},ou=people,dc=example,dc=org', value: "Maya O'Brien" },
  { says: 'a mail address in a name', dn: name, value: 'maya@example.org' },
  { says: 'a comma, escaped', dn: 'cn={},ou=people', value: 'Jones, Maya', used: 'Jones\\, Maya' },
  { says: 'a comma as hex', dn: 'cn={},ou=people', value: 'x,ou=admins', used: 'x\\2cou\\3dadmins' },
  { says: 'quoted by the app', dn: 'cn="{}",ou=people', value: 'Jones, ou=Maya' },
  { says: 'a whole name', dn: '{}', value: 'uid=maya,ou=people,dc=example,dc=org' },
  { says: 'a relative name', dn: '{},dc=example,dc=org', value: 'uid=maya' },
  { says: 'a base', dn: 'uid=maya,{}', value: 'ou=people,dc=example,dc=org' },
  { says: 'a colour', dn: name, value: '#ffffff' },
  {
    says: 'a name that looks like another',
    dn: 'uid=maya,ou=people,dc=example,dc=org',
    value: 'uid=maya,ou=people,dc=elsewhere',
  },
  {
    says: 'an end that looks like another',
    dn: 'uid=maya,ou=people,dc=example',
    value: 'uid=anya,ou=people,dc=example',
  },
]

export interface Operands {
  readonly kind: 'ldap'
  readonly filter: string
  readonly dn?: string
}

/** The operation of a case. */
export function operationOf({ filter, dn, value, used }: Case): Operands {
  const fill = (template: string): string => template.replaceAll('{}', () => used ?? value)
  return {
    kind: 'ldap',
    filter: filter === undefined ? '' : fill(filter),
    ...(dn === undefined ? {} : { dn: fill(dn) }),
  }
}
