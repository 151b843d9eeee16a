import {
  isFinal,
  type Command,
  type ResponseRequest,
  type ResponseStatus,
  type TransitionName,
} from '@riposte/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Row } from '../../platform/db/database.ts'
import { after, pastWords } from './lifecycle.ts'
import type { RequestRow, ResponseRow } from './rows.ts'
import { startResponses, type TestDevice, type TestResponses } from './testing/test-responses.ts'

let lab: TestResponses
beforeAll(async () => {
  lab = await startResponses()
})
afterAll(() => lab.stop())

/** So that no two devices have one name. */
let number = 0

/** What people, agents and time do, in any order, right or wrong. */
const deeds = [
  'approve',
  'approve_old',
  'reject',
  'edit',
  'cancel',
  'cancel_request',
  'take',
  'started',
  'completed',
  'failed',
  'agent_cancelled',
  'undo',
  'verify',
  'review',
  'hold',
  'release_hold',
  'retire',
  'minute',
  'day',
  'ttl',
] as const
type Deed = (typeof deeds)[number]

interface Scene {
  readonly device: TestDevice
  readonly id: string
  readonly requestId: string
  first: Pick<ResponseRequest, 'id' | 'version' | 'digest'>
  readonly taken: Command[]
}

interface Seen {
  readonly row: ResponseRow
  readonly request: RequestRow
  readonly deviceState: string
}

const look = async ({ device, id, requestId }: Scene): Promise<Seen> => {
  const { db } = lab.server.app
  const [[row], [request], [host]] = await Promise.all([
    db.query<ResponseRow>('select * from response where id = $1', [id]),
    db.query<RequestRow>('select * from response_request where id = $1', [requestId]),
    db.query<Row & { state: string }>('select state from device where id = $1', [device.id]),
  ])
  if (!row || !request || !host) throw new Error('gone')
  return { row, request, deviceState: host.state }
}

/** Which event of the table that deed is, if it does anything. */
const eventOf: Partial<Record<Deed, TransitionName>> = {
  approve: 'approve',
  reject: 'reject',
  take: 'lease',
  started: 'start',
  completed: 'complete',
  failed: 'fail',
  agent_cancelled: 'agent_cancel',
}

async function act(scene: Scene, deed: Deed, before: Seen): Promise<void> {
  const { device, id, requestId } = scene
  const execute = scene.taken.find(({ kind, actionId }) => kind === 'execute' && actionId === id)
  const seen = {
    id: requestId as ResponseRequest['id'],
    version: before.request.version,
    digest: before.request.digest,
  }
  switch (deed) {
    case 'approve':
    case 'reject':
      await lab.vote(deed, seen)
      return
    case 'approve_old':
      if (before.request.version > 1) expect((await lab.vote('approve', scene.first)).status).toBe(409)
      return
    case 'edit':
      await lab.ask('PUT', `/api/v1/requests/${requestId}`, {
        ...{ version: seen.version, digest: seen.digest },
        parameters: { allow: [`203.0.113.${seen.version % 250}`] },
        justification: 'Asked anew',
      })
      return
    case 'cancel':
      await lab.ask('POST', `/api/v1/responses/${id}/cancel`, { reason: 'Never mind' })
      return
    case 'cancel_request':
      await lab.ask('POST', `/api/v1/requests/${requestId}/cancel`, { reason: 'Never mind' })
      return
    case 'take':
      scene.taken.push(...(await lab.take(device)))
      return
    case 'started':
      return report(scene, execute, { kind: 'started' })
    case 'completed':
      return report(scene, execute, { kind: 'completed', evidence: {} })
    case 'failed':
      return report(scene, execute, { kind: 'failed', reason: 'execution_error', detail: 'No', evidence: {} })
    case 'agent_cancelled':
      return report(scene, execute, { kind: 'cancelled', detail: 'Left' })
    case 'undo':
      await lab.ask('POST', `/api/v1/responses/${id}/undo`, { justification: 'Not needed', suppressMinutes: 0 })
      return
    case 'verify':
      await lab.ask('POST', `/api/v1/responses/${id}/verify`)
      return
    case 'review':
      await lab.ask('POST', `/api/v1/requests/${requestId}/review`, { note: 'I looked at it' }, 'approver')
      return
    case 'hold':
      await lab.server.app.db.query(
        `update device set state = 'held', held_at = now(), held_why = 'two of it' where id = $1 and state = 'active'`,
        [device.id],
      )
      return
    case 'release_hold':
      await lab.ask('POST', `/api/v1/devices/${device.id}/release-hold`, { reason: 'The copy is gone' })
      return
    case 'retire':
      await lab.ask('POST', `/api/v1/devices/${device.id}/retire`, { reason: 'Scrapped' })
      return
    case 'ttl':
      return lab.pass(73 * 3_600_000)
    case 'minute':
      return lab.pass(60_000)
    case 'day':
      return lab.pass(25 * 3_600_000)
  }
}

/** Also of what was never given to it: an agent may be anybody's by now. */
async function report(
  { device, id }: Scene,
  command: Command | undefined,
  event: Parameters<TestDevice['write']>[1],
): Promise<void> {
  await lab.store(device, [device.write({ actionId: id, commandId: command?.commandId ?? null }, event)])
}

function expectStep(deed: Deed, before: Seen, now: Seen, wasTaken: boolean): void {
  const state = { status: before.row.status, leased: before.row.leased_at !== null }
  const became = now.row.status
  if (isFinal(state.status)) {
    expect(became, `${deed} of ${state.status}`).toBe(state.status)
    return
  }
  const name = eventOf[deed]
  if (name === undefined) {
    const allowed: Partial<Record<Deed, TransitionName[]>> = {
      cancel: ['withdraw'],
      cancel_request: ['withdraw'],
      retire: ['withdraw', 'fail'],
      day: ['approval_expire', 'expire', 'fail'],
      ttl: ['approval_expire', 'expire', 'fail'],
      minute: [],
    }
    const ends = (allowed[deed] ?? []).map((event) => after(event, state)).filter((status) => status !== null)
    expect([state.status, ...ends], deed).toContain(became)
    // Of a device that is gone nothing waits, and nothing that waits outlives its time by more than its grace.
    if (deed === 'retire') expect(isFinal(became), `${deed} of ${state.status}`).toBe(true)
    if (deed === 'ttl') expect(isFinal(became), `${deed} of ${state.status}`).toBe(true)
    return
  }
  const told = deed === 'started' || deed === 'completed' || deed === 'failed' || deed === 'agent_cancelled'
  const idle = deed === 'take' && before.deviceState !== 'active'
  const expected: ResponseStatus = ((told && !wasTaken) || idle ? null : after(name, state)) ?? state.status
  if (idle) expect(now.row.leased_at, 'taken by a device that is not active').toEqual(before.row.leased_at)
  expect(became, `${deed} of ${state.status}`).toBe(expected)
}

/** What must hold whatever happened. */
async function expectInvariants({ row, request }: Omit<Seen, 'deviceState'>): Promise<void> {
  const { db } = lab.server.app
  const [events, audit, commands] = await Promise.all([
    db.query<Row & { kind: string }>('select kind from response_event where response_id = $1 order by id', [row.id]),
    lab.auditOf(row.id),
    db.query<Row & { id: string }>(`select id from device_command where response_id = $1 and kind = 'execute'`, [
      row.id,
    ]),
  ])
  // The history alone tells the status, every step of it is one of the table, and the audit log has the same steps.
  const names = Object.entries(pastWords) as [TransitionName, string][]
  let status: ResponseStatus =
    request.required_approvals > 0 && request.emergency === null ? 'pending_approval' : 'queued'
  let leased = false
  const steps: string[] = []
  for (const { kind } of events) {
    const name = names.find(([, word]) => word === kind)?.[0]
    if (name === undefined) continue
    steps.push(`response.${kind}`)
    const next = after(name, { status, leased })
    expect(next, `${kind} after ${status}`).not.toBeNull()
    status = next ?? status
    leased ||= name === 'lease'
  }
  expect(status).toBe(row.status)
  expect(audit.filter((action) => names.some(([, word]) => action === `response.${word}`))).toEqual(steps)
  // One command at most, and none without consent.
  expect(commands.map(({ id }) => id)).toEqual(row.command_id === null ? [] : [row.command_id])
  if (row.command_id !== null)
    expect(request.authority).toMatchObject({ kind: request.emergency === null ? 'approved' : 'emergency' })
  // Nobody looks at their own emergency, and a look is written down once.
  if (request.emergency?.reviewedAt) {
    const [, ...more] = (await lab.auditOf(request.id)).filter((action) => action === 'emergency.reviewed')
    expect(more).toEqual([])
  }
  if (row.status === 'executing' || row.status === 'completed') expect(row.command_id).not.toBeNull()
  if (row.containment !== null) expect(row.command_id).not.toBeNull()
}

test('in whatever order people, agents and time act, the table holds, and nothing runs without consent', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...deeds, 'approve' as const, 'take' as const, 'started' as const), {
        minLength: 5,
        maxLength: 14,
      }),
      fc.boolean(),
      async (sequence, urgent) => {
        number += 1
        const device = await lab.device(`model-${number}`)
        const { request, responseIds } = await lab.submit({
          type: 'isolate_device',
          deviceIds: [device.id],
          emergency: urgent ? { reason: 'It spreads' } : null,
        })
        const scene: Scene = { device, id: responseIds[0] ?? '', requestId: request.id, first: request, taken: [] }
        let before = await look(scene)
        for (const deed of sequence) {
          await act(scene, deed, before)
          const now = await look(scene)
          expectStep(deed, before, now, before.row.command_id !== null)
          await expectInvariants(now)
          before = now
        }
        const signed = scene.taken.find(({ kind, actionId }) => kind === 'execute' && actionId === scene.id)
        if (signed) expect(lab.digestOf(signed)).toBe(before.request.digest)
      },
    ),
    { numRuns: 30 },
  )
}, 120_000)

test('deeds at the same moment end as if one came after the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.constantFrom('approve', 'reject', 'edit', 'cancel', 'take', 'hold', 'retire' as const), {
        minLength: 2,
        maxLength: 6,
      }),
      async (together) => {
        number += 1
        const device = await lab.device(`race-${number}`)
        const { request, responseIds } = await lab.submit({ type: 'isolate_device', deviceIds: [device.id] })
        const scene: Scene = { device, id: responseIds[0] ?? '', requestId: request.id, first: request, taken: [] }
        const before = await look(scene)
        await Promise.all(together.map((deed) => act(scene, deed, before)))
        await act(scene, 'take', before)
        const now = await look(scene)
        await expectInvariants(now)
        for (const command of scene.taken)
          if (command.kind === 'execute') expect(lab.digestOf(command)).toBe(now.request.digest)
      },
    ),
    { numRuns: 12 },
  )
}, 60_000)
