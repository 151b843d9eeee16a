import type { ResponseRequest } from '@riposte/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../platform/crypto/secrets.ts'
import type { Row } from '../../platform/db/database.ts'
import { startResponses, type TestResponses } from './testing/test-responses.ts'

let lab: TestResponses
beforeAll(async () => {
  lab = await startResponses()
  for (const role of ['approver', 'analyst'] as const) await lab.server.tokenOf(role)
})
afterAll(() => lab.stop())

let count = 0
const asked = async (body: Record<string, unknown> = {}, role: 'owner' | 'analyst' = 'owner') => {
  count += 1
  const device = await lab.device(`host-${count}`)
  const made = await lab.submit({ type: 'isolate_device', deviceIds: [device.id], ...body }, role)
  return { device, ...made, id: made.responseIds[0] ?? '' }
}
const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) =>
  `${status} ${String(body['code'])}`
const requestNow = async (id: string) =>
  (await lab.ask('GET', `/api/v1/requests/${id}`)).body as unknown as ResponseRequest
const settings = (body: Record<string, unknown>) => lab.ask('PUT', '/api/v1/settings/approval-requirements', body)

test('nobody approves their own request, and the database says so too', async () => {
  const { request, id } = await asked()
  expect(codeOf(await lab.vote('approve', request, 'owner'))).toBe('403 approval.self')
  const [owner] = await lab.server.app.db.query<Row & { id: string }>(`select id from member where role = 'owner'`)
  await expect(
    lab.server.app.db.query(
      `insert into response_vote (request_id, version, member_id, member_name, submitted_by, decision, digest, at) values ($1, 1, $2, 'me', $2, 'approve', 'x', now())`,
      [request.id, owner?.id],
    ),
  ).rejects.toMatchObject({ constraint: 'nobody_approves_their_own_request' })
  await expect(
    lab.server.app.db.query(
      `insert into response_vote (request_id, version, member_id, member_name, submitted_by, decision, digest, at) values ($1, 1, $2, 'me', $3, 'approve', 'x', now())`,
      [request.id, owner?.id, newId()],
    ),
  ).rejects.toMatchObject({ code: '23503' })
  expect((await lab.statusOf(id)).status).toBe('pending_approval')
})

test('an edit voids the votes, and an approval of what was before it is refused', async () => {
  await settings({ approvers: { isolate_device: 2 } })
  const { request, device } = await asked()
  expect((await lab.vote('approve', request, 'approver')).status).toBe(200)
  const edited = await lab.ask('PUT', `/api/v1/requests/${request.id}`, {
    version: 1,
    digest: request.digest,
    parameters: { allow: ['203.0.113.0/24'] },
    justification: 'One network stays open',
  })
  expect(edited.status, edited.text).toBe(200)
  const now = edited.body as unknown as ResponseRequest
  expect(now).toMatchObject({
    version: 2,
    parameters: { allow: ['203.0.113.0/24'] },
    votes: [{ version: 1, counts: false }],
    edits: [{ version: 1, parameters: { allow: [] } }],
  })
  expect(now.digest).not.toBe(request.digest)
  expect(codeOf(await lab.vote('approve', request, 'analyst'))).toBe('409 approval.changed')
  expect(codeOf(await lab.vote('approve', { ...now, digest: request.digest }, 'analyst'))).toBe('409 approval.changed')
  expect((await lab.vote('approve', now, 'analyst')).status).toBe(200)
  expect(await lab.take(device)).toEqual([])
  expect((await lab.vote('approve', now, 'approver')).status).toBe(200)
  const [command] = await lab.take(device)
  expect(command).toMatchObject({
    digest: now.digest,
    parameters: { allow: ['203.0.113.0/24'] },
    subject: { version: 2 },
  })
  expect(lab.digestOf(command)).toBe(now.digest)
  await settings({ approvers: {} })
})

test('only who asked may edit, and only while it waits', async () => {
  const { request } = await asked()
  const body = { version: 1, digest: request.digest, parameters: {}, justification: 'Something else' }
  expect(codeOf(await lab.ask('PUT', `/api/v1/requests/${request.id}`, body, 'admin'))).toBe('403 auth.forbidden')
  await lab.vote('approve', request)
  expect(codeOf(await lab.ask('PUT', `/api/v1/requests/${request.id}`, body))).toBe('409 approval.not_waiting')
})

test('where two are asked for, one person is not two', async () => {
  await settings({ approvers: { isolate_device: 2 } })
  const { request, id } = await asked()
  expect((await lab.vote('approve', request, 'approver')).status).toBe(200)
  expect(codeOf(await lab.vote('approve', request, 'approver'))).toBe('409 approval.twice')
  expect((await lab.statusOf(id)).status).toBe('pending_approval')
  expect((await lab.vote('approve', request, 'analyst')).status).toBe(200)
  expect((await lab.statusOf(id)).status).toBe('queued')
  await settings({ approvers: {} })
})

test('of an approval and a rejection at the same time one decides, and a rejection after one of two beats it', async () => {
  await settings({ approvers: { isolate_device: 2 } })
  const { request, id, device } = await asked()
  await lab.vote('approve', request, 'approver')
  expect((await lab.vote('reject', request, 'analyst')).status).toBe(200)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'cancelled', reason: 'rejected', detail: 'I looked at it' })
  expect(codeOf(await lab.vote('approve', request, 'admin'))).toBe('409 approval.not_waiting')
  expect(await lab.take(device)).toEqual([])
  await settings({ approvers: {} })
  const race = await asked()
  const answers = await Promise.all([
    lab.vote('approve', race.request, 'approver'),
    lab.vote('reject', race.request, 'analyst'),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
})

test('consent that nobody gave in time counts as refused', async () => {
  const { request, id } = await asked()
  await lab.pass(24 * 3_600_000 - 1)
  expect((await lab.statusOf(id)).status).toBe('pending_approval')
  await lab.pass(1)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'cancelled', reason: 'approval_expired' })
  expect(codeOf(await lab.vote('approve', request))).toBe('409 approval.not_waiting')
})

test('consent is looked at again before anything is signed: who lost the right, or was removed, does not count', async () => {
  const demoted = await asked()
  await lab.vote('approve', demoted.request, 'approver')
  const setRole = (change: string) => lab.server.app.db.query(`update member set ${change} where name = 'approver'`)
  await setRole(`role = 'viewer'`)
  expect(await lab.take(demoted.device)).toEqual([])
  expect(await lab.statusOf(demoted.id)).toMatchObject({
    status: 'failed',
    reason: 'precondition_changed',
    detail: 'The consent of approver does not count any more, since they may not approve now; ask for it again',
  })
  await setRole(`role = 'approver'`)
  const removed = await asked()
  await lab.vote('approve', removed.request, 'approver')
  await setRole('removed_at = now()')
  expect(await lab.take(removed.device)).toEqual([])
  expect((await lab.statusOf(removed.id)).status).toBe('failed')
  await setRole('removed_at = null')
})

test('what an analyst asked for without consent is not signed when the analyst is gone', async () => {
  const { device, id } = await asked({ type: 'block_ip', parameters: { address: '203.0.113.9' } }, 'analyst')
  await lab.server.app.db.query(`update member set removed_at = now() where name = 'analyst'`)
  expect(await lab.take(device)).toEqual([])
  expect(await lab.statusOf(id)).toMatchObject({ status: 'failed', reason: 'precondition_changed' })
  await lab.server.app.db.query(`update member set removed_at = null where name = 'analyst'`)
})

test('in an emergency it runs now, by the few who may, and somebody else looks at it within a day', async () => {
  const device = await lab.device('burning')
  const body = {
    type: 'isolate_device',
    deviceIds: [device.id],
    justification: 'Ransomware is spreading',
    emergency: { reason: 'Nobody else is awake' },
  }
  expect(codeOf(await lab.ask('POST', '/api/v1/responses', body, 'analyst'))).toBe('403 auth.forbidden')
  const { request } = await lab.submit(body)
  const [command] = await lab.take(device)
  expect(command).toMatchObject({ authority: { kind: 'emergency', reason: 'Nobody else is awake' } })
  const review = (role: 'owner' | 'approver') =>
    lab.ask('POST', `/api/v1/requests/${request.id}/review`, { note: 'Was right' }, role)
  expect(codeOf(await review('owner'))).toBe('403 approval.self')
  await lab.pass(24 * 3_600_000)
  expect(await lab.auditOf(request.id)).toEqual(['request.emergency', 'emergency.review_overdue'])
  const waiting = (await lab.ask('GET', '/api/v1/requests?state=review')).body as unknown as {
    items: ResponseRequest[]
  }
  expect(waiting.items.map(({ id }) => id)).toEqual([request.id])
  expect((await review('approver')).body).toMatchObject({
    emergency: { note: 'Was right', reviewedBy: { name: 'approver' } },
  })
  expect(codeOf(await review('approver'))).toBe('409 approval.not_waiting')
})

test('an emergency does not wait for those who are still asked about the same', async () => {
  const [burning, other] = [await lab.device('burning-2'), await lab.device('other-2')]
  const body = { type: 'isolate_device', deviceIds: [burning.id, other.id], justification: 'It looks odd' }
  const asked = await lab.submit(body)
  const now = { ...body, deviceIds: [burning.id], emergency: { reason: 'It spreads' } }
  const { request } = await lab.submit(now)
  expect(await lab.take(burning)).toMatchObject([{ authority: { kind: 'emergency' } }])
  const [first, second] = await Promise.all(asked.responseIds.map((id) => lab.statusOf(id)))
  expect(first).toMatchObject({ status: 'cancelled', reason: 'superseded' })
  expect(second).toMatchObject({ status: 'pending_approval' })
  // What is under way already is not begun twice.
  expect(codeOf(await lab.ask('POST', '/api/v1/responses', now))).toBe('409 response.duplicate')
  await lab.submit({ ...now, deviceIds: [other.id] })
  const left = (await lab.ask('GET', '/api/v1/requests?state=waiting')).body as unknown as { items: ResponseRequest[] }
  expect(left.items.map(({ id }) => id)).not.toContain(asked.request.id)
  expect(await lab.auditOf(request.id)).toEqual(['request.emergency'])
})

test('the inbox shows what waits, the most pressing first, and says what is mine to decide', async () => {
  const first = await asked()
  await lab.pass(1_000)
  const second = await asked()
  const inbox = async (role: 'owner' | 'approver' | 'viewer') =>
    (await lab.ask('GET', '/api/v1/requests', undefined, role)).body as unknown as {
      items: ResponseRequest[]
      waitingForMe: number
    }
  const mine = await inbox('approver')
  const ids = mine.items.map(({ id }) => id)
  expect(ids.indexOf(first.request.id)).toBeLessThan(ids.indexOf(second.request.id))
  expect(mine.waitingForMe).toBe(ids.length)
  expect(mine.items.every(({ mine: { mayApprove } }) => mayApprove)).toBe(true)
  expect(await inbox('owner')).toMatchObject({ waitingForMe: 0 })
  expect((await inbox('viewer')).waitingForMe).toBe(0)
})

test('a withdrawn request is over before anybody votes, and again is refused', async () => {
  const { request, id } = await asked()
  const withdraw = () => lab.ask('POST', `/api/v1/requests/${request.id}/cancel`, { reason: 'A false alarm' })
  expect((await withdraw()).status).toBe(200)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'cancelled', reason: 'withdrawn', detail: 'A false alarm' })
  expect(codeOf(await withdraw())).toBe('409 response.not_possible')
  expect(codeOf(await lab.vote('approve', request))).toBe('409 approval.not_waiting')
})

test('two approvers are refused where nobody could ever find two, with how many there are', async () => {
  const { db } = lab.server.app
  const spare = await db.query<Row & { id: string }>(
    `select id from member where organisation_id = $1 and role in ('owner', 'admin', 'analyst', 'approver') and removed_at is null order by created_at, id offset 2`,
    [lab.server.organisationId],
  )
  const ids = spare.map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(0)
  await db.query('update member set removed_at = now() where id = any($1)', [ids])
  const refused = await settings({ approvers: { isolate_device: 2, block_ip: 1 } })
  expect(codeOf(refused)).toBe('400 request.invalid')
  expect(refused.body).toMatchObject({
    detail:
      '2 people besides whoever asks must approve, and only 2 members may approve at all: add members who may, or ask for fewer',
    errors: [{ path: 'approvers.isolate_device', given: '2', allowed: '1' }],
  })
  await db.query('update member set removed_at = null where id = $1', [ids[0]])
  expect((await settings({ approvers: { isolate_device: 2 } })).status).toBe(200)
  await db.query('update member set removed_at = null where id = any($1)', [ids])
  await settings({ approvers: {} })
})

test('what waits for how many is a setting that names its types, hours and networks', async () => {
  expect(codeOf(await settings({ approvers: { nonsense: 1 } }))).toBe('400 request.invalid')
  expect(codeOf(await settings({ approvers: {}, neverBlock: ['not-an-address'] }))).toBe('400 request.invalid')
  expect((await settings({ approvers: { block_ip: 1, isolate_device: 0 }, approvalHours: 1 })).status).toBe(200)
  const free = await asked()
  expect((await lab.statusOf(free.id)).status).toBe('queued')
  const bound = await asked({ type: 'block_ip', parameters: { address: '203.0.113.9' } })
  expect((await lab.statusOf(bound.id)).status).toBe('pending_approval')
  await lab.pass(3_600_000)
  expect((await lab.statusOf(bound.id)).reason).toBe('approval_expired')
  await settings({ approvers: {} })
  expect(await requestNow(bound.request.id)).toMatchObject({ requiredApprovals: 1, approvalExpiresAt: null })
})
