import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../platform/crypto/secrets.ts'
import type { Row } from '../../platform/db/database.ts'
import { mostOutputBytes } from './apply-report.ts'
import { startResponses, type TestDevice, type TestResponses } from './testing/test-responses.ts'

let lab: TestResponses
beforeAll(async () => {
  lab = await startResponses()
})
afterAll(() => lab.stop())

let count = 0
/** A block that its agent has. */
const taken = async (more: Record<string, unknown> = {}) => {
  count += 1
  const device = await lab.device(`host-${count}`)
  const { responseIds } = await lab.submit({
    type: 'block_ip',
    deviceIds: [device.id],
    parameters: { address: '203.0.113.7' },
    ...more,
  })
  const [command] = await lab.take(device)
  if (!command) throw new Error('nothing was given to the agent')
  return { device, command, id: responseIds[0] ?? '' }
}
const auditOf = async (device: TestDevice) =>
  (
    await lab.server.app.db.query<Row & { action: string; details: Record<string, unknown> }>(
      `select action, details from audit_entry where subject->>'id' = $1 order by sequence`,
      [device.id],
    )
  ).map(({ action, details }) => `${action}: ${String(details['why'] ?? details['problem'] ?? details['detail'])}`)
const done = { kind: 'completed', evidence: {} } as const

test('a report that is sent again is acknowledged and changes nothing', async () => {
  const { device, command, id } = await taken()
  const report = await device.report(command, done)
  const before = await lab.statusOf(id)
  expect(await lab.store(device, [report, report])).toEqual([report.reportId, report.reportId])
  expect(await lab.statusOf(id)).toEqual(before)
  expect(await auditOf(device)).toEqual([])
})

test('nobody reports for another device, nor about what was never given to it', async () => {
  const { command, id } = await taken()
  const other = await lab.device('other')
  await other.report(command, done)
  expect((await lab.statusOf(id)).status).toBe('queued')
  expect(await auditOf(other)).toEqual(['device.report_refused: It is about no action of this device'])

  const idle = await lab.device('idle')
  const { responseIds } = await lab.submit({
    type: 'block_ip',
    deviceIds: [idle.id],
    parameters: { address: '203.0.113.7' },
  })
  await lab.store(idle, [idle.write({ actionId: responseIds[0] ?? '', commandId: newId() }, { kind: 'started' })])
  expect((await lab.statusOf(responseIds[0])).status).toBe('queued')
  expect(await auditOf(idle)).toEqual([
    'device.report_refused: No command for that action was ever given to this device',
  ])
})

test('reports that come together count in the order in which they were made', async () => {
  const { device, command, id } = await taken()
  const about = { actionId: command.actionId, commandId: command.commandId }
  const started = device.write(about, { kind: 'started' })
  const completed = device.write(about, done)
  await lab.store(device, [completed, started])
  const { status, events } = await lab.statusOf(id)
  expect(status).toBe('completed')
  expect(events.map(({ kind }) => kind)).toEqual(['submitted', 'leased', 'started', 'completed'])
  expect(await auditOf(device)).toEqual([])
})

test('a gap, a fork, a rewritten past and a changed report are loud, once each', async () => {
  const { device, command } = await taken()
  const about = { actionId: command.actionId, commandId: command.commandId }
  const line = (text: string) => device.write(about, { kind: 'output', stream: 'stdout', text })
  const first = line('1')
  const lost = line('2')
  const third = line('3')
  await lab.store(device, [first])
  await lab.store(device, [third])
  await lab.store(device, [line('4')])
  await lab.store(device, [lost])
  const forged = line('6')
  await lab.store(device, [{ ...forged, event: { kind: 'output', stream: 'stdout', text: 'other words' } }])
  expect(await auditOf(device)).toEqual([
    'device.chain_broken: Number 3 follows number 1: reports are missing',
    'device.chain_broken: Number 2 came after number 4: the agent was set back or copied',
    expect.stringContaining('Number 5 follows number 2') as string,
  ])
})

test('the end before the beginning: the agent may have been away meanwhile', async () => {
  const { device, command, id } = await taken()
  await device.report(command, done)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'completed' })
  await device.report(command, { kind: 'started' })
  expect(await lab.statusOf(id)).toMatchObject({ status: 'completed' })
})

test('nothing that was not taken in time is given out, and time is over for it at that moment', async () => {
  const device = await lab.device('away')
  const { responseIds } = await lab.submit({ type: 'kill_process', deviceIds: [device.id], parameters: { pid: 77 } })
  await lab.pass(5 * 60_000 + 1)
  expect(await lab.take(device)).toEqual([])
  expect(await lab.statusOf(responseIds[0])).toMatchObject({ status: 'failed', reason: 'expired' })
})

test('what an agent took and never told of is unknown in the end, and its late word is heard', async () => {
  const { device, command, id } = await taken()
  await lab.pass(1_440 * 60_000 + 1)
  expect((await lab.statusOf(id)).status).toBe('queued')
  expect(await lab.server.app.commands.again(device.id)).toEqual([])
  await lab.pass(16 * 60_000)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'failed', reason: 'unknown' })
  await device.report(command, { kind: 'completed', evidence: { element: 'there' } })
  const late = await lab.statusOf(id)
  expect(late).toMatchObject({ status: 'failed', containment: { state: 'in_force' }, may: { undo: { allowed: true } } })
  expect(late.events.at(-1)?.kind).toBe('late_report')
  expect(await lab.auditOf(id)).toContain('response.late_report')
})

test('what was sent is sent again until the agent tells of it', async () => {
  const { device, command } = await taken()
  const again = async () => (await lab.server.app.commands.again(device.id)).map((envelope) => lab.open(envelope))
  expect(await again()).toEqual([command])
  await device.report(command, { kind: 'started' })
  expect(await again()).toEqual([])
})

test('an agent that is long silent is asked; away for a day, nobody knows', async () => {
  const { device, command, id } = await taken()
  await device.report(command, { kind: 'started' })
  await lab.pass(181_000)
  expect((await lab.statusOf(id)).status).toBe('executing')
  for (let step = 0; step < 3; step += 1) await lab.pass(9 * 3_600_000)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'failed', reason: 'unknown' })
})

test('output is kept up to a limit, and that something is missing is said', async () => {
  const { device, command, id } = await taken()
  for (let part = 0; part < 18; part += 1)
    await device.report(command, { kind: 'output', stream: 'stdout', text: 'x'.repeat(60_000) })
  const { output } = await lab.statusOf(id)
  const kept = output.filter(({ stream }) => stream === 'stdout').reduce((sum, { text }) => sum + text.length, 0)
  expect(kept).toBe(mostOutputBytes)
  expect(output.filter(({ stream }) => stream === 'note')).toHaveLength(1)
})

test('before an agent has it, a cancellation is final; after that the agent decides', async () => {
  const device = await lab.device('cancelled')
  const made = await lab.submit({ type: 'block_ip', deviceIds: [device.id], parameters: { address: '203.0.113.7' } })
  const cancel = (id: string | undefined) =>
    lab.ask('POST', `/api/v1/responses/${id}/cancel`, { reason: 'A false alarm' })
  expect((await cancel(made.responseIds[0])).body).toMatchObject({ status: 'cancelled', reason: 'withdrawn' })
  expect(await lab.take(device)).toEqual([])

  const { device: busy, command, id } = await taken()
  expect((await cancel(id)).body).toMatchObject({
    status: 'queued',
    reason: 'cancel_requested',
    cancelRequested: { reason: 'A false alarm' },
    may: { cancel: { allowed: false } },
  })
  expect((await cancel(id)).status).toBe(409)
  const [request] = await lab.take(busy)
  expect(request).toMatchObject({ kind: 'cancel', actionId: id, sequence: 2 })
  await busy.report(request, { kind: 'cancelled', detail: 'Had not begun' })
  expect(await lab.statusOf(id)).toMatchObject({ status: 'cancelled', reason: 'withdrawn' })
  await busy.report(command, { kind: 'started' })
  expect((await lab.statusOf(id)).status).toBe('cancelled')

  const late = await taken()
  await late.device.report(late.command, { kind: 'started' })
  await cancel(late.id)
  const [tooLate] = await lab.take(late.device)
  await late.device.report(tooLate, { kind: 'cancel_refused', detail: 'It is done' })
  await late.device.report(late.command, done)
  expect(await lab.statusOf(late.id)).toMatchObject({ status: 'completed', may: { undo: { allowed: true } } })
})

test('an undo ends the containment when it is done, and automation leaves the target alone meanwhile', async () => {
  const { device, command, id } = await taken()
  await device.report(command, done)
  const undo = () =>
    lab.ask('POST', `/api/v1/responses/${id}/undo`, { justification: 'It was our own scanner', suppressMinutes: 60 })
  const made = (await undo()).body as unknown as { responseIds: string[] }
  const [release = ''] = made.responseIds
  expect(await lab.statusOf(id)).toMatchObject({ undoneBy: release, containment: { state: 'in_force' } })
  expect((await undo()).status).toBe(409)
  const suppressed = (await lab.ask('GET', '/api/v1/suppressions')).body as unknown as {
    items: { id: string; type: string; target: string; subject: string }[]
  }
  const own = suppressed.items.find(({ target }) => target === device.id)
  expect(own).toMatchObject({ type: 'block_ip', subject: 'address:203.0.113.7' })
  expect((await lab.ask('DELETE', `/api/v1/suppressions/${own?.id}`)).status).toBe(204)
  expect((await lab.ask('DELETE', `/api/v1/suppressions/${own?.id}`)).status).toBe(404)

  // The first try fails, and leaves room for another.
  const [first] = await lab.take(device)
  expect(first).toMatchObject({ type: 'unblock_ip', parameters: { address: '203.0.113.7', block: id } })
  await device.report(first, { kind: 'failed', reason: 'execution_error', detail: 'nft was busy', evidence: {} })
  const second = (await undo()).body as unknown as { responseIds: string[] }
  const [again] = await lab.take(device)
  await device.report(again, done)
  expect(await lab.statusOf(id)).toMatchObject({
    containment: { state: 'undone' },
    undoneBy: second.responseIds[0],
    may: { undo: { allowed: false }, verify: { allowed: false } },
  })
  expect((await lab.statusOf(second.responseIds[0])).may.undo.allowed).toBe(false)

  // What is over is not looked for: its absence would be told as a failure.
  await lab.pass(61_000)
  expect(await lab.statusOf(id)).toMatchObject({ verification: { state: 'inconclusive' } })
  const asked = (await lab.take(device)).filter(({ kind }) => kind === 'verify')
  expect(asked.map(({ actionId }) => actionId)).toEqual([second.responseIds[0]])
})

test('a release by hand ends every containment that it covers, and no other', async () => {
  const device = await lab.device('twice-blocked')
  const blocks: string[] = []
  for (const address of ['203.0.113.7', '203.0.113.8']) {
    const made = await lab.submit({ type: 'block_ip', deviceIds: [device.id], parameters: { address } })
    const [command] = await lab.take(device)
    await device.report(command, done)
    blocks.push(made.responseIds[0] ?? '')
  }
  await lab.submit({ type: 'unblock_ip', deviceIds: [device.id], parameters: { address: '203.0.113.7' } })
  const [release] = await lab.take(device)
  await device.report(release, done)
  expect((await lab.statusOf(blocks[0])).containment?.state).toBe('undone')
  expect((await lab.statusOf(blocks[1])).containment?.state).toBe('in_force')
})

test('drift is loud, its repair is in force again, and its time ends a containment', async () => {
  const { device, command, id } = await taken({ parameters: { address: '203.0.113.7', durationMinutes: 60 } })
  await device.report(command, done)
  const drift = (repaired: boolean) =>
    device.report(command, { kind: 'containment', state: 'drifted', repaired, detail: 'Somebody flushed the rules' })
  await drift(true)
  expect((await lab.statusOf(id)).containment?.state).toBe('in_force')
  await drift(false)
  expect((await lab.statusOf(id)).containment?.state).toBe('drifted')
  expect((await lab.auditOf(id)).filter((action) => action.startsWith('containment'))).toEqual([
    'containment.drift_repaired',
    'containment.drifted',
  ])
  await lab.pass(60 * 60_000)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'completed', containment: { state: 'ended' } })
})

test('a verification that fails keeps the status and is loud; one that nobody answers is inconclusive', async () => {
  const { device, command, id } = await taken()
  await device.report(command, done)
  await lab.pass(60_000)
  const [look] = await lab.take(device)
  await device.report(look, { kind: 'verified', result: 'failed', detail: 'It is gone', evidence: {} })
  expect(await lab.statusOf(id)).toMatchObject({ status: 'completed', verification: { state: 'failed' } })
  expect(await lab.auditOf(id)).toContain('response.verification_failed')

  expect((await lab.ask('POST', `/api/v1/responses/${id}/verify`)).body).toMatchObject({
    verification: { state: 'scheduled' },
  })
  await lab.pass(0)
  expect(await lab.take(device)).toMatchObject([{ kind: 'verify', actionId: id }])
  await lab.pass(24 * 3_600_000 - 1)
  expect((await lab.statusOf(id)).verification?.state).toBe('scheduled')
  await lab.pass(1)
  expect((await lab.statusOf(id)).verification?.state).toBe('inconclusive')
})

test('a device that is retired leaves nothing open', async () => {
  const { device, id } = await taken()
  const waiting = await lab.submit({ type: 'isolate_device', deviceIds: [device.id] })
  const answer = await lab.ask('POST', `/api/v1/devices/${device.id}/retire`, { reason: 'It was scrapped' })
  expect(answer.status, answer.text).toBe(200)
  expect(await lab.statusOf(id)).toMatchObject({ status: 'failed', reason: 'unknown' })
  expect(await lab.statusOf(waiting.responseIds[0])).toMatchObject({ status: 'cancelled', reason: 'withdrawn' })
  expect(await lab.server.app.commands.again(device.id)).toEqual([])
})

test('the history is filtered, paged, and exported whole, with nothing that a spreadsheet would run', async () => {
  const device = await lab.device('=cmd()')
  for (let index = 0; index < 5; index += 1)
    await lab.submit({ type: 'block_ip', deviceIds: [device.id], parameters: { address: `203.0.113.${index + 10}` } })
  const list = async (query: string) =>
    (await lab.ask('GET', `/api/v1/responses?deviceId=${device.id}&${query}`)).body as unknown as {
      items: { id: string }[]
      nextCursor: string | null
    }
  const first = await list('limit=3')
  const second = await list(`limit=3&cursor=${first.nextCursor}`)
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(5)
  expect(second.nextCursor).toBeNull()
  expect((await list('status=completed')).items).toEqual([])
  expect((await list('text=203.0.113.12')).items).toHaveLength(1)
  const csv = (await lab.ask('GET', `/api/v1/responses/export?format=csv&deviceId=${device.id}`)).text
  expect(csv.trimEnd().split('\r\n')).toHaveLength(6)
  expect(csv).toContain(`'=cmd()`)
  const json = await lab.ask('GET', `/api/v1/responses/export?format=json&deviceId=${device.id}`)
  expect(json.body).toHaveLength(5)
})
