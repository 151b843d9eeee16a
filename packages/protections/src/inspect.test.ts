import { describe, expect, it } from 'vitest'
import { inspect } from './inspect.ts'

const attack = { kind: 'sql', dialect: 'postgresql', text: "select * from t where a = 'x' or 1=1 --'" }
const value = "x' or 1=1 --"

describe('inspect', () => {
  it.each([
    ['one text', value],
    ['several texts', ['safe', value]],
    ['inputs with their places', [{ source: 'body', path: 'a.b', value }]],
    ['a request, walked to its leaves', { body: { filter: [{ name: value }] } }],
    ['a name in a request', { query: { [value]: '1' } }],
  ])('takes %s', (_, input) => {
    expect(inspect({ id: 'a', input, operation: attack })).toMatchObject({
      id: 'a',
      flagged: true,
      protection: 'SqlInjection',
    })
  })

  it('says which protection it asked when nothing was found', () => {
    expect(inspect({ protection: 'sqlinjection', input: 'x', operation: attack })).toEqual({
      flagged: false,
      protection: 'SqlInjection',
      reason: null,
      confidence: 0,
    })
  })

  it('names no protection when it asked several and nothing was found', () => {
    expect(inspect({ input: 'maya', operation: { kind: 'ldap', filter: '(cn=maya)' } })).toEqual({
      flagged: false,
      protection: null,
      reason: null,
      confidence: 0,
    })
  })

  it.each([
    {
      protection: 'CodeInjection',
      attack: { input: '1; f()', operation: { kind: 'code', text: 'x = 1; f()' } },
      benign: { input: '1', operation: { kind: 'code', text: 'x = 1' } },
    },
    {
      protection: 'LdapInjection',
      attack: { input: '*)(uid=*', operation: { kind: 'ldap', filter: '(&(cn=*)(uid=*)(sn=x))' } },
      benign: { input: '*)(uid=*', operation: { kind: 'ldap', filter: '(cn=\\2a\\29\\28uid=\\2a)' } },
    },
    {
      protection: 'LdapInjection',
      attack: { input: 'x,ou=a', operation: { kind: 'ldap', filter: '', dn: 'uid=x,ou=a,dc=b' } },
      benign: { input: 'x,ou=a', operation: { kind: 'ldap', filter: '', dn: 'x,ou=a' } },
    },
    {
      protection: 'OpenRedirect',
      attack: { input: '//evil.com', operation: { kind: 'redirect', location: '//evil.com', host: 'shop.example' } },
      benign: { input: '/account', operation: { kind: 'redirect', location: '/account', host: 'shop.example' } },
    },
  ])('judges what $protection watches, from one line', ({ protection, attack, benign }) => {
    expect(inspect(attack)).toMatchObject({ flagged: true, protection })
    expect(inspect({ ...attack, protection })).toMatchObject({ flagged: true, protection })
    expect(inspect(benign)).toMatchObject({ flagged: false })
  })

  it.each([
    ['no request', null, 'request.invalid', ''],
    ['no operation', { input: 'x' }, 'request.invalid', 'operation'],
    ['a kind that nobody knows', { input: 'x', operation: { kind: 'telepathy' } }, 'request.invalid', 'operation.kind'],
    [
      'a dialect that nobody knows',
      { input: 'x', operation: { kind: 'sql', dialect: 'db2', text: '' } },
      'request.invalid',
      'operation.dialect',
    ],
    ['an input of another shape', { input: 5, operation: attack }, 'request.invalid', 'input'],
    [
      'an unknown protection',
      { protection: 'Nope', input: 'x', operation: attack },
      'protection.unknown',
      'protection',
    ],
    [
      'a protection of a later version',
      { protection: 'BotDetection', input: 'x', operation: attack },
      'protection.not_in_this_version',
      'protection',
    ],
  ])('names what is wrong with %s', (_, request, code, path) => {
    expect(inspect(request)).toMatchObject({ error: { code, path } })
  })

  it('says what was given and what would be right', () => {
    const answer = inspect({ id: 3, input: 'x', operation: { kind: 'sql', dialect: 'db2', text: '' } })
    expect(answer).toMatchObject({
      id: 3,
      error: { message: expect.stringMatching(/postgresql.*given.*db2/s) as string },
    })
  })
})
