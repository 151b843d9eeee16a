import type { Checklist } from '@riposte/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startResponses, type TestResponses } from '../responses/testing/test-responses.ts'

let lab: TestResponses
beforeAll(async () => {
  lab = await startResponses()
})
afterAll(() => lab.stop())

const defend = ['first_device', 'second_member', 'first_response']
const ticked = async (): Promise<string[]> => {
  const { steps } = (await lab.ask('GET', '/api/v1/checklist')).body as unknown as Checklist
  return steps.filter(({ id, doneAt }) => defend.includes(id) && doneAt !== null).map(({ id }) => id)
}

test('the first steps of Defend are ticked by what happens: a device, a colleague who came in, a completed response', async () => {
  expect(await ticked()).toEqual([])

  const device = await lab.device('web-1')
  expect(await ticked()).toEqual(['first_device'])

  const { responseIds } = await lab.submit({
    type: 'block_ip',
    deviceIds: [device.id],
    parameters: { address: '203.0.113.7' },
  })
  const [command] = await lab.take(device)
  await device.report(command, { kind: 'started' })
  expect(await ticked(), 'what was begun is not completed').toEqual(['first_device'])
  await device.report(command, { kind: 'completed', evidence: {} })
  expect(await lab.statusOf(responseIds[0])).toMatchObject({ status: 'completed' })
  expect(await ticked()).toEqual(['first_device', 'first_response'])

  const invited = await lab.ask('POST', '/api/v1/members', {
    name: 'Second Person',
    email: 'second@example.org',
    role: 'approver',
  })
  expect(await ticked(), 'an invitation alone approves nothing').not.toContain('second_member')
  const token = (invited.body as unknown as { signInUrl: string }).signInUrl.split('#token=')[1]
  await lab.server.call('POST', '/api/v1/sign-in/link', { token: null, body: { token } })
  expect(await ticked()).toEqual(defend)
})
