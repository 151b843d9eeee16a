import { scimRoutes, type RouteDefinition } from '@riposte/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../../platform/crypto/secrets.ts'
import { startApp, type Answer, type TestApp } from '../../../testing/start-app.ts'

let server: TestApp
let token = ''
beforeAll(async () => {
  server = await startApp()
  const { body } = await server.call('POST', '/api/v1/directory-tokens', { body: { name: 'Identity provider' } })
  token = (body as unknown as { token: string }).token
})
afterAll(() => server.stop())

const scim = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  server.call(method, `/scim/v2/${path}`, {
    token,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }), ...headers },
  })
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const riposte = 'urn:riposte:params:scim:schemas:extension:1.0:User'
const patchOf = (...Operations: unknown[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})
const add = async (userName: string, more: Record<string, unknown> = {}): Promise<string> => {
  const { status, body, text } = await scim('POST', 'Users', { schemas: [userSchema], userName, ...more })
  expect(status, text).toBe(201)
  return (body as unknown as { id: string }).id
}
const filter = (text: string): string => `Users?filter=${encodeURIComponent(text)}`

describe.each(Object.entries(scimRoutes) as [string, RouteDefinition][])('%s', (_id, route) => {
  const address = route.path.replace(/:\w+/g, () => newId())
  test('is closed to nobody, to members, to apps and to liars', async () => {
    for (const given of [null, 'rid_wrong', await server.tokenOf('owner'), server.projectToken]) {
      const answer = await server.call(route.method, address, { token: given, body: route.body ? {} : undefined })
      expect(answer.status).toBe(401)
      expect(answer.headers['content-type']).toContain('application/scim+json')
      expect(answer.body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '401' })
    }
  })
})

test('its token opens nothing else', async () => {
  expect((await server.call('GET', '/api/v1/people', { token })).status).toBe(401)
})

describe('the sequence of Microsoft Entra ID', () => {
  test('looks, creates, changes by paths with filters and text booleans, and deactivates', async () => {
    expect((await scim('GET', filter('userName eq "ida@example.org"'))).body).toMatchObject({
      totalResults: 0,
      Resources: [],
    })
    const made = await scim('POST', 'Users', {
      schemas: [userSchema, enterprise],
      externalId: 'ida',
      userName: 'ida@example.org',
      active: true,
      displayName: 'Ida Berg',
      emails: [{ primary: true, type: 'work', value: 'Ida.Berg@example.org' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'Ida Berg', familyName: 'Berg', givenName: 'Ida' },
      [enterprise]: { department: 'Ops', manager: 'somebody' },
    })
    expect(made.status, made.text).toBe(201)
    expect(made.headers['etag']).toBe('W/"1"')
    const id = String((made.body as { id?: string }).id)
    expect(made.headers['location']).toBe(`/scim/v2/Users/${id}`)
    expect((await scim('GET', filter('USERNAME EQ "IDA@example.org"'))).body).toMatchObject({ totalResults: 1 })
    const changed = await scim(
      'PATCH',
      `Users/${id}`,
      patchOf(
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'ida@new.example' },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 1' },
        { op: 'Replace', path: 'name.familyName', value: 'Tal' },
        { op: 'Add', path: `${enterprise}:department`, value: 'Sales' },
        { op: 'Replace', path: 'displayName', value: 'Ida Tal' },
      ),
    )
    expect(changed).toMatchObject({
      status: 200,
      body: {
        emails: [{ value: 'ida@new.example', type: 'work', primary: true }],
        phoneNumbers: [{ type: 'mobile', value: '+49 1' }],
        [enterprise]: { department: 'Sales' },
      },
    })
    const person = await server.call('GET', `/api/v1/people/${id}`)
    expect(person.body).toMatchObject({
      name: 'Ida Tal',
      email: 'ida@new.example',
      department: 'Sales',
      source: 'scim',
    })
    await scim('PATCH', `Users/${id}`, patchOf({ op: 'Replace', path: 'active', value: 'False' }))
    expect((await server.call('GET', `/api/v1/people/${id}`)).body).toMatchObject({ active: false })
    expect((await scim('DELETE', `Users/${id}`)).status).toBe(204)
    expect((await scim('GET', `Users/${id}`)).body).toMatchObject({ status: '404' })
  })
})

describe('the sequence of Okta', () => {
  test('pages, creates, replaces whole, deactivates without a path, and fills groups', async () => {
    expect((await scim('GET', 'Users?startIndex=1&count=2')).status).toBe(200)
    const ole = await add('ole@okta.example', {
      name: { givenName: 'Ole', familyName: 'Dahl' },
      password: 'hunter2hunter2',
    })
    const kim = await add('kim@okta.example')
    expect((await scim('GET', `Users/${ole}`)).text).not.toContain('hunter2')
    const replaced = await scim('PUT', `Users/${ole}`, {
      schemas: [userSchema],
      id: ole,
      userName: 'ole@okta.example',
      displayName: 'Ole D.',
      active: true,
    })
    expect(replaced.body).toMatchObject({ displayName: 'Ole D.' })
    expect(replaced.text).not.toContain('givenName')
    expect(
      (await scim('PATCH', `Users/${ole}`, patchOf({ op: 'replace', value: { active: false } }))).body,
    ).toMatchObject({ active: false })

    const group = await scim('POST', 'Groups', { displayName: 'Finance', members: [{ value: ole }] })
    expect(group.status, group.text).toBe(201)
    const id = String((group.body as { id?: string }).id)
    await scim(
      'PATCH',
      `Groups/${id}`,
      patchOf({ op: 'add', path: 'members', value: [{ value: kim }, { value: ole }] }),
    )
    expect((await scim('GET', `Groups/${id}`)).body).toMatchObject({ members: [{}, {}] })
    await scim('PATCH', `Groups/${id}`, patchOf({ op: 'remove', path: `members[value eq "${ole}"]` }))
    expect((await scim('GET', `Groups/${id}`)).body).toMatchObject({ members: [{ value: kim }] })
    expect((await scim('GET', `Groups/${id}?excludedAttributes=members`)).text).not.toContain(kim)
    expect((await scim('POST', 'Groups', { displayName: 'finance' })).body).toMatchObject({
      status: '409',
      scimType: 'uniqueness',
    })
    expect((await scim('DELETE', `Groups/${id}`)).status).toBe(204)
  })
})

test('versions guard against changes that were not seen', async () => {
  const id = await add('version@example.org')
  const change = patchOf({ op: 'replace', path: 'displayName', value: 'V' })
  expect((await scim('PATCH', `Users/${id}`, change, { 'if-match': 'W/"7"' })).status).toBe(412)
  const done = await scim('PATCH', `Users/${id}`, change, { 'if-match': 'W/"1"' })
  expect(done.headers['etag']).toBe('W/"2"')
  // The same again is no change, and makes no entry.
  expect((await scim('PATCH', `Users/${id}`, change)).headers['etag']).toBe('W/"2"')
  expect((await scim('GET', `Users/${id}`, undefined, { 'if-none-match': 'W/"2"' })).status).toBe(304)
})

test('an identity provider reads that a reset is asked for, and says when it is done', async () => {
  const id = await add('reset@example.org')
  await server.app.db.query(`update person set password_reset_at = now(), password_reset_by = 'Maya' where id = $1`, [
    id,
  ])
  expect((await scim('GET', filter(`${riposte}:passwordResetRequired eq true`))).body).toMatchObject({
    Resources: [{ id, [riposte]: { passwordResetRequired: true } }],
  })
  await scim('PATCH', `Users/${id}`, patchOf({ op: 'replace', path: `${riposte}:passwordResetRequired`, value: false }))
  expect((await server.call('GET', `/api/v1/people/${id}`)).body).toMatchObject({
    passwordReset: null,
    passwordChangedAt: expect.any(String) as string,
    resets: [{ kind: 'changed', by: 'Identity provider' }],
  })
})

test('who was typed by hand goes over to the identity provider; who is there already is a conflict', async () => {
  await server.call('POST', '/api/v1/people', { body: { name: 'Typed', email: 'typed@example.org' } })
  const id = await add('typed@example.org')
  expect((await server.call('GET', `/api/v1/people/${id}`)).body).toMatchObject({ source: 'scim' })
  expect((await scim('POST', 'Users', { userName: 'TYPED@example.org' })).body).toMatchObject({
    status: '409',
    scimType: 'uniqueness',
  })
})

test.each([
  ['a body that is no JSON', 'POST', 'Users', '{', 'invalidSyntax'],
  ['a list', 'POST', 'Users', '[]', 'invalidSyntax'],
  ['too deep a body', 'POST', 'Users', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 'invalidSyntax'],
  ['no userName', 'POST', 'Users', '{"displayName":"x"}', 'invalidValue'],
  ['a number as userName', 'POST', 'Users', '{"userName":7}', 'invalidValue'],
  ['no address', 'POST', 'Users', '{"userName":"x"}', 'invalidValue'],
  ['a NUL', 'POST', 'Users', '{"userName":"x\\u0000@example.org"}', 'invalidValue'],
  ['a member who is not there', 'POST', 'Groups', '{"displayName":"x","members":[{"value":"y"}]}', 'invalidValue'],
  ['half a filter', 'GET', filter('userName eq'), undefined, 'invalidFilter'],
  ['a filter with an open quote', 'GET', filter('userName eq "'), undefined, 'invalidFilter'],
  ['a filter by what nobody keeps', 'GET', filter('nickName eq "x"'), undefined, 'invalidFilter'],
  [
    'a filter as deep as it gets',
    'GET',
    filter(`${'('.repeat(900)}active eq true${')'.repeat(900)}`),
    undefined,
    'invalidFilter',
  ],
  ['a filter with SQL in it', 'GET', filter(`userName' or 1=1 -- eq "x"`), undefined, 'invalidFilter'],
  ['a count that is none', 'GET', 'Users?count=many', undefined, 'invalidValue'],
])('%s is refused in the words of the protocol, and nothing is kept', async (_name, method, path, body, scimType) => {
  const before = await server.app.db.query('select count(*) from audit_entry')
  const answer = await scim(method, path, body)
  expect(answer.body, answer.text).toMatchObject({ status: '400', scimType, detail: expect.any(String) as string })
  expect(await server.app.db.query('select count(*) from audit_entry')).toEqual(before)
})

test('one wrong operation of many leaves nothing of the others', async () => {
  const id = await add('half@example.org', { displayName: 'Whole' })
  const wrong: [unknown, string][] = [
    [{ op: 'replace', path: 'emails[type eq', value: 'x' }, 'invalidPath'],
    [{ op: 'jump', path: 'displayName' }, 'invalidSyntax'],
    [{ op: 'remove', path: 'emails[type eq "home"]' }, 'noTarget'],
    [{ op: 'replace', path: 'id', value: newId() }, 'mutability'],
    [{ op: 'replace', path: '__proto__.polluted', value: 1 }, 'invalidPath'],
    [{ op: 'remove' }, 'noTarget'],
    [{ op: 'replace', path: 'userName', value: '' }, 'invalidValue'],
  ]
  for (const [operation, scimType] of wrong) {
    const answer = await scim(
      'PATCH',
      `Users/${id}`,
      patchOf({ op: 'replace', path: 'displayName', value: 'Half' }, operation),
    )
    expect(answer.body, JSON.stringify(operation)).toMatchObject({ status: '400', scimType })
  }
  expect((await scim('GET', `Users/${id}`)).body).toMatchObject({ displayName: 'Whole', meta: { version: 'W/"1"' } })
  const many = patchOf(...Array.from({ length: 101 }, () => ({ op: 'replace', path: 'title', value: 'x' })))
  expect((await scim('PATCH', `Users/${id}`, many)).body).toMatchObject({ status: '413', scimType: 'tooMany' })
})

test('filters find what they say', async () => {
  const found = async (text: string): Promise<number> =>
    (await scim('GET', filter(`(${text}) and emails co "@filters.example"`))).body['totalResults'] as unknown as number
  await add('ann@filters.example', { name: { givenName: 'Ann', familyName: 'Ek' }, externalId: 'X1' })
  await add('bo@filters.example', { active: false, name: { givenName: 'Bo', familyName: 'Ek' } })
  expect(await found('active eq true')).toBe(1)
  expect(await found('name.familyName sw "e" and not (active eq true)')).toBe(1)
  expect(await found('userName ew "FILTERS.example"')).toBe(2)
  expect(await found('externalId pr')).toBe(1)
  expect(await found('externalId eq "x1" or externalId eq "X1"')).toBe(1)
  expect(await found('emails[type eq "work" and value eq "bo@filters.example"]')).toBe(1)
  expect(await found('emails[type eq "work"].value eq "ann@filters.example"')).toBe(1)
  expect(await found('meta.lastModified gt "2020-01-01T00:00:00Z"')).toBe(2)
  expect(await found('meta.created lt "2020-01-01T00:00:00Z"')).toBe(0)
  expect(await found('userName co "%"')).toBe(0)
})
