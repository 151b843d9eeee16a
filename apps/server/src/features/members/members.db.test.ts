import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../../testing/start-app.ts'

let server: TestApp
beforeAll(async () => {
  server = await startApp()
})
afterAll(() => server.stop())

interface Invited {
  member: { id: string; role: string }
  signInUrl: string
}
const invite = async (email: string, role = 'approver'): Promise<Invited> => {
  const answer = await server.call('POST', '/api/v1/members', { body: { name: 'Second Person', email, role } })
  expect(answer.status, answer.text).toBe(201)
  return answer.body as unknown as Invited
}
const secretOf = (url: string): string => url.split('#token=')[1] ?? ''
const signIn = (token: string) => server.call('POST', '/api/v1/sign-in/link', { token: null, body: { token } })

test('an invited member comes in once by the link, and a new link ends the old one', async () => {
  const { member, signInUrl } = await invite('first@example.org')
  const again = await server.call('POST', `/api/v1/members/${member.id}/sign-in-link`)
  expect(again.status).toBe(201)
  expect((await signIn(secretOf(signInUrl))).status).toBe(401)
  const fresh = secretOf((again.body as unknown as { signInUrl: string }).signInUrl)
  const came = await signIn(fresh)
  expect(came.status).toBe(200)
  expect(came.body).toMatchObject({ role: 'approver', mustSetPassword: true })
  expect((await signIn(fresh)).status).toBe(401)
})

test('an address belongs to one member, whatever its case', async () => {
  await invite('twice@example.org')
  const second = await server.call('POST', '/api/v1/members', {
    body: { name: 'Other', email: 'TWICE@example.org', role: 'viewer' },
  })
  expect({ status: second.status, code: second.body['code'] }).toEqual({ status: 409, code: 'member.exists' })
})

test('nobody becomes a second owner, and nobody changes the owner or themselves', async () => {
  const { member } = await invite('third@example.org')
  expect((await server.call('PATCH', `/api/v1/members/${member.id}`, { body: { role: 'owner' } })).status).toBe(400)
  const members = (await server.call('GET', '/api/v1/members')).body as unknown as {
    items: { id: string; role: string; email: string }[]
  }
  const owner = members.items.find(({ role }) => role === 'owner')
  const asAdmin = { token: await server.tokenOf('admin') }
  for (const [method, path, body] of [
    ['PATCH', '', { role: 'viewer' }],
    ['DELETE', '', undefined],
    ['POST', '/sign-in-link', undefined],
  ] as const) {
    const answer = await server.call(method, `/api/v1/members/${owner?.id}${path}`, { ...asAdmin, body })
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status: 409, code: 'member.protected' })
  }
  const self = members.items.find(({ email }) => email === 'admin@example.org') ?? {
    id: ((await server.call('GET', '/api/v1/me', asAdmin)).body as unknown as { id: string }).id,
  }
  expect((await server.call('DELETE', `/api/v1/members/${self.id}`, asAdmin)).status).toBe(409)
})

test('a removed member is out at once, and the address is free again', async () => {
  const { member, signInUrl } = await invite('gone@example.org', 'analyst')
  const came = await signIn(secretOf(signInUrl))
  const cookie = String(came.headers['set-cookie']).split(';')[0] ?? ''
  const asThem = { token: null, headers: { cookie } }
  expect((await server.call('GET', '/api/v1/me', asThem)).status).toBe(200)
  expect((await server.call('DELETE', `/api/v1/members/${member.id}`)).status).toBe(204)
  expect((await server.call('GET', '/api/v1/me', asThem)).status).toBe(401)
  expect((await server.call('DELETE', `/api/v1/members/${member.id}`)).status).toBe(404)
  await invite('gone@example.org')
})

test('a changed role counts from the next request on', async () => {
  const { member, signInUrl } = await invite('role@example.org', 'viewer')
  const came = await signIn(secretOf(signInUrl))
  const cookie = String(came.headers['set-cookie']).split(';')[0] ?? ''
  const ask = () => server.call('GET', '/api/v1/audit', { token: null, headers: { cookie } })
  expect((await ask()).status).toBe(403)
  expect((await server.call('PATCH', `/api/v1/members/${member.id}`, { body: { role: 'auditor' } })).status).toBe(200)
  expect((await ask()).status).toBe(200)
})
