import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../../testing/start-app.ts'
import { failuresBeforeLock } from './session-policy.ts'

let server: TestApp
beforeAll(async () => {
  server = await startApp()
  await server.call('PUT', '/api/v1/me', { body: { name: 'Maya', email: 'maya@example.org', password: right } })
})
afterAll(() => server.stop())

const right = 'a long enough phrase'
const signIn = (password: string) =>
  server.call('POST', '/api/v1/sign-in', { token: null, body: { email: 'maya@example.org', password } })

test('tries that run side by side each count, and lock the account against the right password too', async () => {
  expect((await signIn(right)).status).toBe(200)
  const tries = Array.from({ length: failuresBeforeLock }, () => signIn('not the phrase'))
  expect((await Promise.all(tries)).map((answer) => answer.status)).toEqual(tries.map(() => 401))
  const refused = await signIn(right)
  expect(refused).toMatchObject({ status: 429, body: { code: 'auth.locked' } })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
})
