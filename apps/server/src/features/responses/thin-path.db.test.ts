import { afterAll, beforeAll, expect, test } from 'vitest'
import { startResponses, type TestResponses } from './testing/test-responses.ts'

let lab: TestResponses
beforeAll(async () => {
  lab = await startResponses()
})
afterAll(() => lab.stop())

test('what needs nobody goes from the request to its end: queued, taken, begun, completed, verified', async () => {
  const device = await lab.device('web-1')
  const { responseIds } = await lab.submit({
    type: 'block_ip',
    deviceIds: [device.id],
    parameters: { address: '203.0.113.7' },
  })
  const [id = ''] = responseIds
  expect(await lab.statusOf(id)).toMatchObject({ status: 'queued', reason: null })

  const [command] = await lab.take(device)
  expect(command).toMatchObject({
    kind: 'execute',
    actionId: id,
    deviceId: device.id,
    sequence: 1,
    type: 'block_ip',
    parameters: { address: '203.0.113.7', direction: 'both', durationMinutes: 1_440 },
    authority: { kind: 'not_required' },
  })
  expect(await lab.statusOf(id)).toMatchObject({ status: 'queued', reason: 'leased' })
  expect(await lab.take(device)).toEqual([])

  await device.report(command, { kind: 'started' })
  expect(await lab.statusOf(id)).toMatchObject({ status: 'executing', reason: null })
  await device.report(command, { kind: 'completed', evidence: { element: 'there' } })
  expect(await lab.statusOf(id)).toMatchObject({
    status: 'completed',
    verification: { state: 'scheduled' },
    containment: { state: 'in_force' },
  })

  await lab.pass(61_000)
  const [look] = await lab.take(device)
  expect(look).toMatchObject({ kind: 'verify', actionId: id, sequence: 2 })
  await device.report(look, { kind: 'verified', result: 'passed', detail: 'It is there', evidence: { packets: 3 } })
  expect(await lab.statusOf(id)).toMatchObject({ status: 'completed', verification: { state: 'passed' } })
  expect(await lab.auditOf(id)).toEqual([
    'response.submitted',
    'response.leased',
    'response.started',
    'response.completed',
    'response.verification_passed',
  ])
})

test('what destroys waits for a second person, and the command carries exactly what they saw', async () => {
  const device = await lab.device('web-2')
  const { request, responseIds } = await lab.submit({ type: 'isolate_device', deviceIds: [device.id], parameters: {} })
  expect(await lab.statusOf(responseIds[0])).toMatchObject({ status: 'pending_approval' })
  expect(await lab.take(device)).toEqual([])

  const approved = await lab.vote('approve', request, 'approver')
  expect(approved.status, approved.text).toBe(200)
  const [command] = await lab.take(device)
  expect(command).toMatchObject({
    kind: 'execute',
    digest: request.digest,
    subject: { requestId: request.id, version: 1 },
  })
  expect(lab.digestOf(command)).toBe(request.digest)
  expect(command?.kind === 'execute' && command.authority).toMatchObject({
    kind: 'approved',
    required: 1,
    approvals: [{ name: 'approver', digest: request.digest }],
  })
})
