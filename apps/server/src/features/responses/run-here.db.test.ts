import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../platform/crypto/secrets.ts'
import { startResponses, type TestResponses } from './testing/test-responses.ts'

let lab: TestResponses
beforeAll(async () => {
  lab = await startResponses()
})
afterAll(() => lab.stop())

const person = async (name: string): Promise<string> => {
  const id = newId()
  await lab.server.app.db.query(
    `insert into person (id, organisation_id, name, email, source, created_at, updated_at) values ($1, $2, $3, $4, 'manual', $5, $5)`,
    [id, lab.server.organisationId, name, `${id}@example.org`, lab.now()],
  )
  return id
}

test('what is done to a person is done by this server, after consent, and verified by it', async () => {
  const id = await person('Ada')
  const { request, responseIds } = await lab.submit({
    type: 'force_password_reset',
    personIds: [id],
    parameters: { notify: false },
  })
  await lab.pass(0)
  expect(await lab.statusOf(responseIds[0])).toMatchObject({
    status: 'pending_approval',
    target: { kind: 'person', name: 'Ada' },
  })
  expect((await lab.vote('approve', request)).status).toBe(200)
  await lab.pass(0)
  expect(await lab.statusOf(responseIds[0])).toMatchObject({
    status: 'completed',
    sentence: 'Force a password reset of Ada',
  })
  await lab.pass(60_000)
  expect((await lab.statusOf(responseIds[0])).verification?.state).toBe('passed')
})

test('a person who is not there is no target, and the same twice is a duplicate', async () => {
  const id = await person('Bea')
  const submit = (personIds: string[]) =>
    lab.ask('POST', '/api/v1/responses', {
      type: 'force_password_reset',
      personIds,
      parameters: { notify: false },
      justification: 'A test asks for it',
    })
  expect((await submit([newId()])).body['code']).toBe('response.target_refused')
  const answers = await Promise.all([submit([id]), submit([id])])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
})
