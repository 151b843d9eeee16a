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

  it('leaves kinds of operations alone that no protection of this version watches', () => {
    expect(inspect({ input: '*)(uid=*', operation: { kind: 'ldap', filter: '(cn=*)(uid=*)' } })).toEqual({
      flagged: false,
      protection: null,
      reason: null,
      confidence: 0,
    })
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
