import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspect } from '../inspect.ts'
import { attacks, benign, operationOf } from './cases.ts'
import { detect } from './detect.ts'

const inputs = (values: readonly string[]) =>
  values.map((value, index) => ({ source: 'query', path: `q[${index}]`, value }))

describe('a value that changes a filter or a name is found', () => {
  it.each(attacks)('$says', (it) => {
    expect(detect(operationOf(it), inputs([it.value]))).not.toBeNull()
  })
})

describe('a value that stays one is not', () => {
  it.each(benign)('$says', (it) => {
    expect(detect(operationOf(it), inputs([it.value]))).toBeNull()
  })
})

describe('what says nothing of the filter', () => {
  const filter = '(&(mail=*)(uid=maya))'

  it.each([
    ['a header that takes anything', { source: 'headers', path: 'headers.accept-language', value: '*' }],
    ['a list of fields', { source: 'query', path: 'query.fields', value: '*' }],
    ['a list of fields, as a list', { source: 'query', path: 'query.attributes[0]', value: '*' }],
  ])('%s', (_, input) => {
    expect(detect({ kind: 'ldap', filter }, [input])).toBeNull()
    expect(detect({ kind: 'ldap', filter }, [{ ...input, source: 'body', path: 'body.name' }])).not.toBeNull()
  })

  it('a cookie that says what two values say', () => {
    const cookie = { source: 'headers', path: 'headers.cookie', value: 'uid=maya' }
    const value = { source: 'cookies', path: 'cookies.uid', value: 'maya' }
    expect(detect({ kind: 'ldap', filter }, [cookie, value])).toBeNull()
    expect(detect({ kind: 'ldap', filter }, [cookie])).not.toBeNull()
  })
})

it('two values that each open what the other closes are found', () => {
  const filter = '(&(uid=*)(|(uid=*)(cn=x))(cn=y))'
  expect(detect({ kind: 'ldap', filter }, inputs(['*)(|(uid=*', 'x))(cn=y']))).not.toBeNull()
})

it('nothing that can be sent or asked for makes it throw', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(fc.constantFrom(...Array.from('()&|!=*\\<>~:,;+"# \0\ud800ab01'), 'uid', '\\2a'), { maxLength: 30 })
      .map((signs) => signs.join('')),
  )
  fc.assert(
    fc.property(text, text, text, (before, value, after) => {
      const whole = before + value + after
      detect({ kind: 'ldap', filter: whole, dn: whole }, inputs([value, before, after]))
    }),
    { numRuns: 10_000, seed: 41 },
  )
})

describe('a finding', () => {
  it('marks the part of the filter and of the value', () => {
    const value = 'x)(uid=*'
    const filter = `(&(objectClass=person)(cn=${value}))`
    const finding = detect({ kind: 'ldap', filter }, inputs(['safe', value]))
    expect(finding).toMatchObject({ input: { path: 'q[1]', value }, inputSpan: { start: 0, end: value.length } })
    expect(filter.slice(finding?.operationSpan?.start, finding?.operationSpan?.end)).toBe(value)
  })

  it('marks the part of the name, which stands behind the filter', () => {
    const operation = { kind: 'ldap', filter: '(cn=x)', dn: 'uid=a,ou=b,dc=c' } as const
    const { start, end } = detect(operation, inputs(['a,ou=b']))?.operationSpan ?? { start: 0, end: 0 }
    expect(`${operation.filter} ${operation.dn}`.slice(start, end)).toBe('a,ou=b')
  })

  it('says nothing of the value', () => {
    expect(detect({ kind: 'ldap', filter: '(uid=topsecret*)' }, inputs(['topsecret*']))?.reason).not.toContain('secret')
  })

  it('is what inspect answers with', () => {
    const operation = { kind: 'ldap', filter: '(uid=*)' }
    expect(inspect({ id: 1, input: { body: { uid: '*' } }, operation })).toMatchObject({
      id: 1,
      flagged: true,
      protection: 'LdapInjection',
    })
    expect(inspect({ input: 'maya', operation: { ...operation, filter: '(uid=maya)' } })).toMatchObject({
      flagged: false,
    })
  })
})
