import fc from 'fast-check'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attacks, benign, operationOf } from '../../packages/protections/src/ldap-injection/cases.ts'
import { detect } from '../../packages/protections/src/ldap-injection/detect.ts'
import { adminDn, adminPassword, baseDn, startSlapd, type Slapd } from '../ldap/support/start-slapd.ts'
import { homes, install, type Home } from './support/install.ts'

interface Node {
  readonly type?: string
  readonly attribute?: string
  readonly filters?: readonly Node[]
  readonly clauses?: readonly Node[]
  readonly filter?: Node
  readonly any?: readonly string[]
  readonly initial?: string
  readonly final?: string
  readonly rule?: string
  readonly dnAttributes?: boolean
}
interface Library {
  parseFilter(text: string): Node
}
interface Ldapts {
  readonly Client: new (options: { url: string }) => {
    bind(dn: string, password: string): Promise<void>
    search(base: string, options: object): Promise<{ searchEntries: readonly { dn: string }[] }>
    unbind(): Promise<void>
  }
}

beforeAll(() => {
  for (const home of homes) install(home)
}, 60_000)

const load = (home: Home, name: string): unknown =>
  createRequire(new URL(`${home}/package.json`, import.meta.url))(name)

/** What a filter asks, without the values; null where the library refuses it. */
function shapeOf(library: Library, text: string): string | null {
  const shape = (node: Node): unknown => {
    const inner = node.clauses ?? node.filters ?? (node.filter ? [node.filter] : [])
    const stars = node.initial === undefined ? null : [node.initial !== '', node.any?.length, node.final !== '']
    const name = Object.getPrototypeOf(node) as { constructor: { name: string } }
    // The name of an attribute that the client chose counts by its being one.
    return [name.constructor.name, node.attribute?.toLowerCase(), node.rule, node.dnAttributes, stars, inner.map(shape)]
  }
  try {
    return JSON.stringify(shape(library.parseFilter(text)))
  } catch {
    return null
  }
}

const pieces = [
  ...[
    'maya',
    'x',
    'uid',
    'cn',
    'admin',
    ' ',
    '*',
    ')',
    '(',
    ')(',
    '=',
    '>=',
    '~=',
    ':=',
    ':dn:',
    '&',
    '|',
    '!',
    '(|',
    '(&',
    '(!',
  ],
  ...[
    '))',
    '((',
    'uid=x',
    '(uid=*)',
    '(cn=x)',
    '\\2a',
    '\\28',
    '\\',
    '@',
    ',',
    "O'Brien",
    'é',
    '5',
    '<',
    '#',
    '%2a',
    '/',
  ],
] as const
const payload = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
const templates = [
  '(uid={})',
  '(&(objectClass=person)(uid={}))',
  '(&(uid={})(userPassword=secret))',
  '(|(cn={})(mail={}))',
  '(|(cn=*{}*)(sn={}*))',
  '(&(!(uid={}))(age>={}))',
  'uid={}',
] as const
const judge = (filter: string, value: string) =>
  detect({ kind: 'ldap', filter }, [{ source: 'body', path: 'body.q', value }])
const escape = (text: string): string =>
  text.replace(/[\\*()\0]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)

describe.each(homes)('held against the parser of ldapjs, %s', (home) => {
  test('every value that changes what a filter asks is found', () => {
    const library = load(home, 'ldapjs') as Library
    let changed = 0
    const missed: string[] = []
    fc.assert(
      fc.property(payload, fc.constantFrom(...templates), (value, template) => {
        const filter = template.replaceAll('{}', () => value)
        const shape = shapeOf(library, filter)
        if (shape === null || shape === shapeOf(library, template.replaceAll('{}', 'plain'))) return
        // It takes `a:=b` behind a comparison for an extensible match of an attribute that cannot be.
        if (value.includes(':=') && !/[()*]/.test(value)) return
        changed += 1
        if (!judge(filter, value)) missed.push(filter)
      }),
      { numRuns: 8_000, seed: 11 },
    )
    expect(changed).toBeGreaterThan(200)
    expect(missed.slice(0, 10)).toEqual([])
  })

  test('what stays one value is not, and neither is what is escaped', () => {
    const library = load(home, 'ldapjs') as Library
    const raised: string[] = []
    let kept = 0
    fc.assert(
      fc.property(payload, fc.constantFrom(...templates), (value, template) => {
        const plain = shapeOf(library, template.replaceAll('{}', 'plain'))
        const escaped = template.replaceAll('{}', () => escape(value))
        if (!value.includes(':=')) expect(shapeOf(library, escaped)).toBe(plain)
        // Digits behind an escaped backslash may look like an escape of the value's own.
        if (!/\\2/.test(value) && judge(escaped, value)) raised.push(escaped)
        const filter = template.replaceAll('{}', () => value)
        if (shapeOf(library, filter) !== plain || /\\2[89a]|[()*]|\\$/.test(value)) return
        kept += 1
        if (judge(filter, value)) raised.push(filter)
      }),
      { numRuns: 8_000, seed: 12 },
    )
    expect(kept).toBeGreaterThan(500)
    expect(raised.slice(0, 10)).toEqual([])
  })
})

describe('held against OpenLDAP', () => {
  let slapd: Slapd
  let client: InstanceType<Ldapts['Client']>
  const people = `ou=people,${baseDn}`
  beforeAll(async () => {
    slapd = await startSlapd()
    for (const uid of ['maya', 'admin', 'clover', 'x', 'y', 'm*y', '*'])
      slapd.ldif(
        `dn: uid=${uid},${people}\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${uid}\nsn: x\nmail: ${uid === '*' ? 'star' : uid.replace('*', '')}@example.org\n`,
      )
    const { Client } = load('current', 'ldapts') as Ldapts
    client = new Client({ url: `ldap://127.0.0.1:${slapd.port}` })
    await client.bind(adminDn, adminPassword)
  }, 60_000)
  afterAll(async () => {
    await client.unbind()
    await slapd.stop()
  })

  /** The entries that it finds; null where the filter is refused. */
  const found = async (filter: string): Promise<string | null> => {
    try {
      const { searchEntries } = await client.search(people, { filter, scope: 'sub' })
      return searchEntries
        .map(({ dn }) => dn)
        .sort()
        .join(' ')
    } catch {
      return null
    }
  }

  test('which entries a value finds decides', async () => {
    const base = ['(uid={})', '(&(objectClass=inetOrgPerson)(cn={}))', '(|(cn={})(mail={}))', '(&(uid={})(sn=secret))']
    const values = fc.sample(payload, { numRuns: 150, seed: 13 })
    let harmed = 0
    for (const [index, value] of [...attacks.map(({ value }) => value), ...values].entries()) {
      const template = base[index % base.length] as string
      const raw = template.replaceAll('{}', () => value)
      const meant = template.replaceAll('{}', () => escape(value))
      const [asRaw, asMeant] = [await found(raw), await found(meant)]
      expect(judge(meant, value), meant).toBeNull()
      // More than the escaped value finds, or other than it.
      if (asRaw === null || asRaw === asMeant) continue
      harmed += 1
      expect(judge(raw, value), raw).not.toBeNull()
    }
    expect(harmed).toBeGreaterThan(10)
  })

  test.each(benign.filter(({ filter }) => filter !== undefined))('answers: $says', async (one) => {
    const { filter } = operationOf(one)
    // These ldapts alone refuses.
    if (['a domain and a user', 'an attribute with an option'].includes(one.says))
      expect(await found(filter)).toBeNull()
    else expect(await found(filter)).not.toBeNull()
  })
})
